/** The contract's `models.*`: from a known folder into the store and out again. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
const handlers = modelHandlers({
  dir: path.join(dir, 'models'),
  inside: (folderId, relative) =>
    folderId !== 'inbox' || relative.includes('..')
      ? Promise.reject(new RevealError('not-found', 'no such folder'))
      : Promise.resolve(path.join(dir, relative)),
  trial: async ({ file, adapter }) => ({
    ok: true,
    trial: await tryModel(readFileSync(file), adapter, onnxBinding()),
  }),
});

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
    expect(await handlers['models.list']({}, context)).toEqual({ models: [card] });
    expect(await handlers['models.verify']({ name: 'art' }, context)).toEqual(card);
    await handlers['models.remove']({ name: 'art' }, context);
    expect(await handlers['models.list']({}, context)).toEqual({ models: [] });
    await expect(handlers['models.remove']({ name: 'art' }, context)).rejects.toMatchObject({
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
