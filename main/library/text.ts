/** Small pure helpers for what the library stores beside a value so that it can be sorted and found: natural name order, search text, date keys. */

/** Lower case without accents, so that "Donosti" and "DONOSTÍ" are the same word. */
export function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** Sort key in which numbers count as numbers: "frame 9" before "frame 10". */
export function naturalKey(name: string): string {
  return fold(name).replace(/\d+/g, (digits) => {
    const n = digits.replace(/^0+(?=\d)/, '');
    return String(n.length).padStart(3, '0') + n;
  });
}

/** "circa 1962", "1962-07", "summer of 1962" -> the sortable part, '' when there is none. */
export function dateKey(date: string | null): string {
  if (!date) return '';
  const iso = /\d{4}(?:[-:]\d{2}(?:[-:]\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?)?)?/.exec(date);
  if (!iso) return '';
  const [day, time] = iso[0].split(/[T ]/);
  return day.replaceAll(':', '-') + (time ? `T${time}` : '');
}

export interface Searchable {
  name: string;
  folder: string;
  tags: string[];
  camera: string | null;
  captureDate: string | null;
  scanDate: string | null;
  group: string | null;
}

/** Everything the search box looks through, folded. Words of a query must all occur, anywhere. */
export function searchText(s: Searchable): string {
  const folder = s.folder.split(/[\\/]/).filter(Boolean).slice(-2).join(' ');
  return fold(
    [s.name, folder, s.group, s.tags.join(' '), s.camera, s.captureDate, s.scanDate?.slice(0, 10)]
      .filter((part) => part != null && part !== '')
      .join(' | '),
  );
}

/** Make and model without saying the make twice ("NIKON CORPORATION", "NIKON D850" -> "NIKON D850"). */
export function cameraName(make: string | null, model: string | null): string | null {
  const maker = make?.trim() ?? '';
  const name = model?.trim() ?? '';
  if (!name) return maker || null;
  const first = maker.split(/\s+/)[0];
  return first && !fold(name).includes(fold(first)) ? `${maker} ${name}` : name;
}
