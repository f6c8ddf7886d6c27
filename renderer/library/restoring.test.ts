/** One press over many: what is asked of which kinds, what the host hears, and the way back. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Item } from '../../app/contract/library.ts';
import { setClient } from '../client.ts';
import { startI18n } from '../i18n/index.ts';
import { mockClient } from '../mock/client.ts';
import { useApp } from '../store/app.ts';
import { useLibrary } from '../store/library.ts';
import { byChanges, want } from './restoring.ts';

let heard: { name: string; args: unknown }[];
const of = (name: string) => heard.filter((h) => h.name === name).map((h) => h.args);
const newest = () => useApp.getState().notices.at(-1);

beforeEach(() => {
  startI18n('en');
  heard = [];
  setClient(mockClient({ heard }));
  useApp.setState({ notices: [] });
  useLibrary.setState({ items: new Map() });
});

describe('want', () => {
  it('asks each kind what suits it, in one call for all that are alike', async () => {
    // 1 a colour negative, 79 and 80 B&W prints, 91 the reel (see mock/data.ts).
    await want('restore', [1, 79, 80, 91]);
    expect(of('recipe.apply')).toEqual([
      { ids: [1], steps: { repair: { on: true }, clean: { on: true } }, label: 'restored' },
      {
        ids: [79, 80],
        steps: { ageing: { on: true }, repair: { on: true }, clean: { on: true } },
        label: 'restored',
      },
    ]);
    expect(newest()?.text).toBe('3 pictures are being restored.');
    newest()?.action?.run();
    await expect.poll(() => of('recipe.takeBack')).toEqual([{ ids: [1, 79, 80], label: 'restored' }]);
  });

  it('asks the host what each picture needs, and says when there is nothing to do', async () => {
    await want('auto', [80, 91]);
    expect(of('picture.autoAll')).toEqual([{ ids: [80], label: 'autoRestored' }]);
    expect(of('recipe.apply')).toEqual([]);
    expect(newest()?.text).toBe('1 picture is being restored.');
    newest()?.action?.run();
    await expect.poll(() => of('recipe.takeBack')).toEqual([{ ids: [80], label: 'autoRestored' }]);
    await want('auto', [1, 2]);
    expect(newest()?.text).toBe('All of these have what they need already.');
    await want('auto', [91]);
    expect(newest()?.text).toContain('Films are not pictures');
  });

  it('colorizes what is asked', async () => {
    await want('colorize', [80]);
    expect(of('recipe.apply')).toEqual([{ ids: [80], steps: { colour: { on: true } }, label: 'colorized' }]);
    expect(newest()?.text).toBe('1 picture is being given colour.');
  });
});

it('groups items by what is done to them', () => {
  const item = (id: number, kind: Item['kind']) => ({ id, kind });
  const groups = byChanges(
    [item(1, 'print'), item(2, 'slide'), item(3, 'bw-print'), item(4, 'reel')],
    'restore',
  );
  expect(groups.map((g) => g.ids)).toEqual([[1, 3], [2]]);
});
