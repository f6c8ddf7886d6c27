/**
 * Pictures that a person says are films: of numbered frames the first stands for all, and the others leave the library.
 * Their files stay where they are; both can be undone.
 */
import type { Item } from '../../app/contract/library.ts';
import { isSequencePicture, sequenceOf } from '../../app/film/sequence.ts';
import { removeItems, updateItems, useLibrary } from '../store/library.ts';

/**
 * Which items become reels, and which are frames of these.
 * @param items any kinds of items; those in one folder whose names differ in their last number alone are one film
 */
export function reelsOf(items: readonly Pick<Item, 'id' | 'name' | 'folder'>[]): {
  first: number[];
  rest: number[];
} {
  const answer = { first: [] as number[], rest: [] as number[] };
  const folders = Map.groupBy(items, ({ folder }) => folder);
  for (const inside of folders.values()) {
    const ids = new Map(inside.map(({ name, id }) => [name, id]));
    while (ids.size > 0) {
      const [one] = ids.keys();
      const found = isSequencePicture(one) ? sequenceOf([...ids.keys()], one).map(({ name }) => name) : [];
      const [first, ...rest] = found.length > 0 ? found : [one];
      answer.first.push(ids.get(first)!);
      for (const name of rest) answer.rest.push(ids.get(name)!);
      for (const name of [first, ...rest]) ids.delete(name);
    }
  }
  return answer;
}

export async function asReels(ids: number[]): Promise<void> {
  const { items } = useLibrary.getState();
  const known = ids.map((id) => items.get(id)).filter((item) => item !== undefined);
  const { first, rest } = reelsOf(known);
  // What is not on the screen has no name here: it is taken at the person's word.
  const unseen = ids.filter((id) => !items.has(id));
  await updateItems([...first, ...unseen], { kind: 'reel' });
  await removeItems(rest);
}
