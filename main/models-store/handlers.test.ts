/** The contract's `models.*`: from a known folder into the store and out again. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { calls } from '../../app/contract/index.ts';
import { RevealError } from '../../app/contract/messages.ts';
import { onnxBinding } from '../engine/session.ts';
import { deoldifyModel } from './fixture.ts';
import { modelHandlers } from './handlers.ts';
import { tryModel } from './trial.ts';

const dir = mkdtempSync(path.join(os.tmpdir(), 'revelado-model-handlers-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const context = { signal: new AbortController().signal };
const chosen = { restorer: '', colorist: '', filler: '', upscaler: '' };
const { handlers, importFile } = modelHandlers({
  dir: path.join(dir, 'models'),
  inside: (folderId, relative) =>
    folderId !== 'inbox' || relative.includes('..')
      ? Promise.reject(new RevealError('not-found', 'no such folder'))
      : Promise.resolve(path.join(dir, relative)),
  trial: async ({ file, adapter }) => ({
    ok: true,
    trial: await tryModel(readFileSync(file), adapter, onnxBinding()),
  }),
  chosen: () => chosen,
  choose: (task, name) => void (chosen[task] = name),
  inUse: () => null,
  measure: async () => ({ width: 256, height: 256, milliseconds: 12, device: 'cpu' }),
});
const list = async () => (await handlers['models.list']({}, context)).models;
const imported = async () => (await list()).filter((m) => m.source === 'imported');

describe('models of the window', () => {
  it('are imported, listed, verified and removed', async () => {
    writeFileSync(path.join(dir, 'art.onnx'), deoldifyModel());
    const asked = { folderId: 'inbox', path: 'art.onnx', kind: 'deoldify', license: 'MIT' };
    const card = calls['models.import'][1].parse(await handlers['models.import'](asked, context));
    expect(card).toMatchObject({
      name: 'art',
      task: 'colorist',
      kind: 'deoldify',
      license: 'MIT',
      origin: 'art.onnx',
    });
    expect(await imported()).toEqual([card]);
    expect(await handlers['models.verify']({ name: 'art' }, context)).toEqual(card);
    await handlers['models.remove']({ name: 'art' }, context);
    expect(await imported()).toEqual([]);
    await expect(handlers['models.remove']({ name: 'art' }, context)).rejects.toMatchObject({
      code: 'not-found',
    });
  });
  it('are ours as well, with what their cards say', async () => {
    const own = (await list()).filter((m) => m.source === 'own');
    expect(own.map((m) => m.name)).toEqual(['filler', 'restorer', 'colorist', 'upscaler', 'one']);
    const colorist = own.find((m) => m.name === 'colorist');
    expect(colorist).toMatchObject({ task: 'colorist', ready: true, chosen: true, kind: '' });
    expect(colorist?.parameters).toBeGreaterThan(1e5);
    expect(Object.keys(colorist?.metrics ?? {}).length).toBeGreaterThan(3);
  });
  it('are chosen for their own task only, measured, and come back with their task after a removal', async () => {
    const file = path.join(dir, 'gone.onnx');
    writeFileSync(file, deoldifyModel());
    const card = await importFile(file, { name: 'gone', kind: 'deoldify' }, true);
    // A copy that was made for the import goes with it.
    expect(existsSync(file)).toBe(false);
    expect(card.chosen).toBe(false);
    await expect(handlers['models.choose']({ task: 'filler', name: 'gone' }, context)).rejects.toMatchObject({
      code: 'bad-input',
    });
    expect(await handlers['models.choose']({ task: 'colorist', name: 'gone' }, context)).toEqual({
      before: '',
    });
    expect((await imported())[0].chosen).toBe(true);
    expect((await list()).find((m) => m.name === 'colorist')?.chosen).toBe(false);
    const measured = await handlers['models.measure']({ name: 'gone', task: 'colorist' }, context);
    expect(measured.speed).toMatchObject({ width: 256, milliseconds: 12, device: 'cpu' });
    const { undoToken } = await handlers['models.remove']({ name: 'gone' }, context);
    expect([chosen.colorist, await imported()]).toEqual(['', []]);
    await handlers['models.restore']({ undoToken }, context);
    expect(chosen.colorist).toBe('gone');
    expect((await imported())[0]).toMatchObject({ name: 'gone', chosen: true, speed: { milliseconds: 12 } });
    await expect(handlers['models.restore']({ undoToken }, context)).rejects.toMatchObject({
      code: 'not-found',
    });
  });
  it('come from known folders only, as known kinds only', async () => {
    const ask = (over: object) =>
      handlers['models.import']({ folderId: 'inbox', path: 'art.onnx', ...over }, context);
    await expect(ask({ path: '../art.onnx' })).rejects.toMatchObject({ code: 'not-found' });
    await expect(ask({ folderId: 'etc' })).rejects.toMatchObject({ code: 'not-found' });
    await expect(ask({ kind: 'magic' })).rejects.toMatchObject({ code: 'bad-request' });
  });
});
