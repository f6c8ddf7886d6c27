/**
 * Numbered pictures that are the frames of one film (DPX, TIFF, PNG), by their names: which of them belong together, in
 * which order, and which numbers are missing.
 */

export const SEQUENCE_KINDS = ['dpx', 'tiff', 'png'] as const;
export type SequenceKind = (typeof SEQUENCE_KINDS)[number];
const ENDINGS = /\.(?:dpx|tiff?|png)$/i;
/** A name without its ending: what comes before its last number, the number, and what comes after. */
export const NUMBERED = /^(.*?)(\d+)(\D*)$/;

/** True for names with an ending of pictures that films are kept in; a path will do. */
export const isSequencePicture = (file: string): boolean => ENDINGS.test(file);

interface Numbered {
  name: string;
  number: number;
  digits: string;
}

/** Names that differ in their last number alone, by that number; the largest such group where no name is given. */
export function sequenceOf(names: readonly string[], one: string | null): Numbered[] {
  const groups = new Map<string, Numbered[]>();
  for (const name of names) {
    const ending = ENDINGS.exec(name)?.[0];
    const parts = ending ? NUMBERED.exec(name.slice(0, -ending.length)) : null;
    if (!parts) continue;
    // 'a_0009' and 'a_0010' belong together, and so do 'a9' and 'a10'; 'a_009' and 'a_0010' do not.
    const padded = parts[2].startsWith('0') ? String(parts[2].length) : '';
    const key = JSON.stringify([parts[1], padded, parts[3], ending]);
    const list = groups.get(key) ?? [];
    list.push({ name, number: Number(parts[2]), digits: parts[2] });
    groups.set(key, list);
  }
  // A padded group goes on without zeros once its numbers fill the places.
  for (const [key, list] of groups) {
    const [prefix, padded, suffix, ending] = JSON.parse(key) as string[];
    if (padded === '') continue;
    const free = JSON.stringify([prefix, '', suffix, ending]);
    const rest = groups.get(free)?.filter(({ digits }) => digits.length === Number(padded)) ?? [];
    list.push(...rest);
    const left = groups.get(free)?.filter((n) => !rest.includes(n)) ?? [];
    if (left.length === 0) groups.delete(free);
    else groups.set(free, left);
  }
  const all = [...groups.values()];
  const chosen =
    one === null
      ? all.sort((a, b) => b.length - a.length)[0]
      : all.find((list) => list.some(({ name }) => name === one));
  return (chosen ?? []).sort((a, b) => a.number - b.number);
}

/** Runs of missing numbers, as '12' or '12-14'. */
export function gapsOf(numbers: readonly number[]): string[] {
  const gaps: string[] = [];
  for (let k = 1; k < numbers.length; k++) {
    const [from, to] = [numbers[k - 1] + 1, numbers[k] - 1];
    if (to >= from) gaps.push(from === to ? String(from) : `${from}-${to}`);
  }
  return gaps;
}
