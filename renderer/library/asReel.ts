/**
 * Pictures that a person says are films: of numbered frames the first stands for all, and the others leave the library.
 * Their files stay where they are; one undo takes both back.
 */
import type { Item } from '../../app/contract/library.ts';
import { isSequencePicture, sequenceOf } from '../../app/film/sequence.ts';
import { getClient } from '../client.ts';
import { report } from '../store/app.ts';
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
  let known: Item[];
  try {
    const { items } = useLibrary.getState();
    // What is not on the screen is asked for: its name says what it belongs to.
    known = await Promise.all(ids.map((id) => items.get(id) ?? getClient().call('library.item', { id })));
  } catch (error) {
    report(error);
    return;
  }
  const { first, rest } = reelsOf(known);
  const kinds = Map.groupBy(
    known.filter(({ id }) => first.includes(id)),
    ({ kind }) => kind,
  );
  await updateItems(first, { kind: 'reel' });
  await removeItems(rest, async () => {
    for (const [kind, of] of kinds)
      if (kind !== 'reel')
        await updateItems(
          of.map(({ id }) => id),
          { kind },
        );
  });
}
