/** Numbers for the eye: times, sizes, colours. Units are the same in every language of the window. */

/** Seconds as '8 s', '3 min', '1 h 20 min'; rounds up, so that nothing is promised too soon. */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.ceil(seconds));
  if (s < 60) return `${s} s`;
  const minutes = Math.ceil(s / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return rest === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}

/** Bytes as '145 MB'. */
export function fileSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** A moment as date and time in the reader's way. */
export function moment(at: number, language: string): string {
  return new Intl.DateTimeFormat(dateLocale(language), { dateStyle: 'medium', timeStyle: 'short' }).format(
    at,
  );
}

/** Linear RGB 0..1 as a CSS colour (sRGB encoding, IEC 61966-2-1). */
export function cssColour(linear: readonly [number, number, number]): string {
  const encode = (v: number) => {
    const c = Math.min(1, Math.max(0, v));
    return Math.round(255 * (c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055));
  };
  return `rgb(${encode(linear[0])} ${encode(linear[1])} ${encode(linear[2])})`;
}

/** Done share 0..1 of a job; failures are done too: nobody waits for them. */
export function share(job: { done: number; failed: number; total: number; within?: number }): number {
  return job.total > 0 ? Math.min(1, (job.done + job.failed + (job.within ?? 0)) / job.total) : 0;
}

/** How far a running job of a single item is, as '43 %'; null for others, which count items. */
export function percentOf(job: {
  done: number;
  failed: number;
  total: number;
  within?: number;
}): string | null {
  return job.total === 1 && job.within !== undefined ? `${Math.floor(share(job) * 100)} %` : null;
}

/** The number a picture on a scan of several carries beside the file's name: ' · 2'; the first stands alone. */
export function frameSuffix(item: { frame: number }): string {
  return item.frame > 0 ? ` · ${item.frame + 1}` : '';
}

/** The reader's own way to write dates: the system's locale where it is of the window's language (en-GB for en). */
export function dateLocale(language: string, system: readonly string[] = navigator.languages): string {
  return known(system.find((tag) => tag.toLowerCase().split('-')[0] === language) ?? language);
}

/** Whose numbers to write: the language's, or, where the browser does not know them, its neighbour's (Basque as Spanish: 0,25). */
export function numberLocale(language: string): string {
  return known(language);
}

const known = (tag: string): string =>
  tag.toLowerCase().split('-')[0] === 'eu' && Intl.NumberFormat.supportedLocalesOf(tag).length === 0
    ? 'es'
    : tag;
