/** Which items belong together: the pictures of one scan, the frames of one roll. Read from the library in pages. */
import type { Item } from '../../../app/contract/library.ts';
import type { LightboxClient } from '../ports.ts';

/** Whether both are pictures of one scan. */
export const isOfScan = (item: Item | undefined, other: Item): boolean =>
  item !== undefined && item.name === other.name && item.folder === other.folder;

/** All pictures of one scan in the order of their frames; read in pages. */
export async function scanMembers(client: LightboxClient, item: Item): Promise<Item[]> {
  const found: Item[] = [];
  const where = item.groupId === null ? { text: item.name } : { groupId: item.groupId };
  for (let offset = 0; ;) {
    const page = await client.call('library.query', { ...where, sort: 'group', offset, limit: 1000 });
    found.push(...page.items.filter((i) => isOfScan(i, item)));
    offset += page.items.length;
    if (page.items.length === 0 || offset >= page.total) return found.sort((a, b) => a.frame - b.frame);
  }
}

/** Ids of all items of a group, in the group's order; read in pages. */
export async function rollMembers(client: LightboxClient, groupId: number): Promise<number[]> {
  const ids: number[] = [];
  for (;;) {
    const page = await client.call('library.query', {
      groupId,
      sort: 'group',
      offset: ids.length,
      limit: 1000,
    });
    ids.push(...page.items.map((i) => i.id));
    if (page.items.length === 0 || ids.length >= page.total) return ids;
  }
}
