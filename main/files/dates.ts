/**
 * Dates as people give them for old pictures: "1962-07-14", "1962-07", "1962", "circa 1962", "summer 1962",
 * "1960s". Whatever of it a machine can sort by is taken; the words are kept beside it, never thrown away.
 */

export interface DateParts {
  year: number;
  month: number | null;
  day: number | null;
  /** "hh:mm:ss" or null. */
  time: string | null;
  /** "+02:00", "Z" as "+00:00", or null. */
  zone: string | null;
  /** ISO 8601, only as precise as the date is: "1962", "1962-07", "1962-07-14T10:00:00+02:00". */
  iso: string;
  /** True when the text says more (or less) than the date: circa, a season, a decade. */
  words: boolean;
}

const pad = (n: number): string => String(n).padStart(2, '0');

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** The sortable part of a date in words, or null when there is no year in it. */
export function dateParts(text: string): DateParts | null {
  const s = text.trim();
  const exact =
    /^(\d{4})(?:[-:/.](\d{1,2})(?:[-:/.](\d{1,2})(?:[T ](\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?)?)?)?$/i.exec(
      s,
    );
  if (exact) {
    const year = +exact[1];
    const month = exact[2] === undefined ? null : +exact[2];
    const day = exact[3] === undefined ? null : +exact[3];
    const good =
      year > 0 &&
      (month === null || (month >= 1 && month <= 12)) &&
      (day === null || (month !== null && day >= 1 && day <= daysIn(year, month))) &&
      (exact[4] === undefined || (+exact[4] < 24 && +exact[5] < 60 && +(exact[6] ?? 0) < 60));
    if (good) {
      const time = exact[4] === undefined ? null : `${pad(+exact[4])}:${exact[5]}:${exact[6] ?? '00'}`;
      const z = exact[7];
      const zone = !z
        ? null
        : /^z$/i.test(z)
          ? '+00:00'
          : z.includes(':')
            ? z
            : `${z.slice(0, 3)}:${z.slice(3)}`;
      const iso =
        exact[1] +
        (month === null ? '' : `-${pad(month)}`) +
        (day === null ? '' : `-${pad(day)}`) +
        (time === null ? '' : `T${time}${zone ?? ''}`);
      return { year, month, day, time, zone, iso, words: false };
    }
  }
  // Photography is not older than 1826; a year is not part of a longer number.
  const found = /(?<!\d)(1[89]\d\d|20\d\d)(?!\d)/.exec(s);
  if (!found) return null;
  return { year: +found[1], month: null, day: null, time: null, zone: null, iso: found[1], words: true };
}

/** As EXIF writes it; EXIF knows no partial dates, so a missing month or day becomes the first, time midnight. */
export function exifDate(p: DateParts): string {
  return `${String(p.year).padStart(4, '0')}:${pad(p.month ?? 1)}:${pad(p.day ?? 1)} ${p.time ?? '00:00:00'}`;
}
