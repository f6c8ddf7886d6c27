/** Numbered pictures said to be films, and taken back. */
import { describe, expect, it, vi } from 'vitest';
import { setClient } from '../client.ts';
import { mockClient } from '../mock/client.ts';
import { useApp } from '../store/app.ts';
import { reload, useLibrary } from '../store/library.ts';
import { asReels, reelsOf } from './asReel.ts';

const item = (id: number, name: string, folder = 'a') => ({ id, name, folder });

describe('pictures as films', () => {
  it('takes the first of each numbered row, and puts the others away', () => {
    const items = [item(3, 'shot_010.tif'), item(1, 'shot_009.tif'), item(2, 'shot_008.tif')];
    expect(reelsOf(items)).toEqual({ first: [2], rest: [1, 3] });
  });
  it('keeps rows of other names and other folders apart', () => {
    const items = [item(1, 'a1.png'), item(2, 'b2.png'), item(3, 'a2.png', 'b'), item(4, 'a2.png')];
    expect(reelsOf(items)).toEqual({ first: [1, 2, 3], rest: [4] });
  });
  it('leaves films and pictures without a number as they are', () => {
    expect(reelsOf([item(1, 'film.mp4'), item(2, 'wedding.tif')])).toEqual({ first: [1, 2], rest: [] });
  });
});

describe('this is a reel', () => {
  it('one undo brings the frames back, and the first one’s kind', async () => {
    const heard: { name: string; args: unknown }[] = [];
    const client = mockClient({ many: 10, heard });
    setClient({
      ...client,
      call: (name, args, options) =>
        name === 'library.item'
          ? client
              .call(name, args, options)
              .then((item) => ({ ...item, name: `shot_${String((item as { id: number }).id)}.tif` }) as never)
          : client.call(name, args, options),
    });
    await reload();
    const ids = Array.from(useLibrary.getState().index.ids).slice(0, 3);
    const kinds = ids.map((id) => useLibrary.getState().items.get(id)!.kind);
    useLibrary.setState({ items: new Map() });
    await asReels(ids);
    const told = (name: string): unknown[] => heard.filter((h) => h.name === name).map((h) => h.args);
    const first = Math.min(...ids);
    expect(told('library.update')).toEqual([{ ids: [first], patch: { kind: 'reel' } }]);
    expect(told('library.remove')).toEqual([{ ids: ids.filter((id) => id !== first).sort((a, b) => a - b) }]);
    useApp.getState().notices[0].action!.run();
    await vi.waitFor(() => expect(told('library.update')).toHaveLength(2));
    expect(told('library.restore')).toHaveLength(1);
    expect(told('library.update')[1]).toEqual({ ids: [first], patch: { kind: kinds[ids.indexOf(first)] } });
  });
});
