/**
 * Reels in the queue, with a real engine: three of which one is no film, a pause within a reel, and what a window is told
 * meanwhile. Names, recipes and progress; pixels are tested in main/engine/reel.test.ts.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReelProgress } from '../../app/contract/film.ts';
import { ffmpegTool } from '../engine/ffmpeg-frames.ts';
import { localEngine } from '../engine/local.ts';
import type { Engine } from '../engine/protocol.ts';
import { makeHouse, type House } from '../library/fixture.ts';

const tool = await ffmpegTool().catch(() => null);
let house: House;
let engine: Engine;

beforeAll(async () => {
  if (!tool) return;
  engine = localEngine({ role: 'batch', threads: 2, device: 'cpu', cacheDir: '/nonexistent' });
  house = await makeHouse({ engines: { interactive: engine, batch: engine } });
  const film = (name: string, seconds: number): void => {
    const made = spawnSync(tool.path, [
      ...['-y', '-loglevel', 'error', '-f', 'lavfi', '-i', `testsrc2=s=64x48:r=24:d=${seconds}`],
      ...['-c:v', 'libx264', '-g', '24', path.join(house.dir, 'scans', name)],
    ]);
    if (made.status !== 0) throw new Error(made.stderr.toString());
  };
  film('one.mp4', 1);
  film('two.mp4', 12);
  writeFileSync(path.join(house.dir, 'scans', 'broken.mp4'), 'no film at all');
  await house.import(path.join(house.dir, 'scans'));
}, 60_000);
afterAll(async () => {
  await house?.close();
  await engine?.close();
});

const ids = async (): Promise<Record<string, number>> =>
  Object.fromEntries((await house.items()).map((item) => [path.parse(item.name).name, item.id]));

describe.skipIf(!tool)('reels in the queue', () => {
  it('exports two of three and explains the third', async () => {
    const item = await ids();
    const wish = { codec: 'ffv1' as const };
    const { jobId } = await house.ask('reel.export', {
      ids: [item.one, item.broken, item.two],
      export: wish,
    });
    const job = await house.settled(jobId);
    expect(job).toMatchObject({ type: 'film', state: 'done', done: 2, failed: 1, total: 3 });
    const { items } = await house.ask('jobs.items', { jobId });
    expect(items.map((i) => i.state)).toEqual(['done', 'failed', 'done']);
    expect(items[1].error).toMatch(/broken\.mp4/);
    const exports = readdirSync(path.join(house.dir, 'exports'));
    expect(exports.filter((n) => n.endsWith('.mkv')).sort()).toEqual(['one.mkv', 'two.mkv']);
    expect(exports.filter((n) => n.startsWith('.'))).toEqual([]);
    const news = house.events.flatMap((e) => (e.topic === 'reel.progress' ? [e.value as ReelProgress] : []));
    expect(news.some((n) => n.itemId === item.two && n.stage === 'frames' && n.shots.length > 0)).toBe(true);
    const { record } = await house.ask('jobs.record', { jobId, index: 2 });
    expect(record).toMatchObject({ action: 'film', complete: true, film: { frames: 288 } });
  });

  it('writes numbered pictures into a folder, under a name that is free', async () => {
    const item = await ids();
    const wish = { pictures: 'png' as const };
    const { jobId } = await house.ask('reel.export', { ids: [item.one], export: wish });
    expect(await house.settled(jobId)).toMatchObject({ state: 'done', done: 1 });
    const folder = path.join(house.dir, 'exports', 'one');
    const written = readdirSync(folder).sort();
    expect(written.filter((name) => name.endsWith('.png'))).toHaveLength(24);
    expect(written).toContain('one.sha256');
    // The next takes another name.
    const again = await house.ask('reel.export', { ids: [item.one], export: wish });
    expect(await house.settled(again.jobId)).toMatchObject({ state: 'done', done: 1 });
    expect(readdirSync(path.join(house.dir, 'exports'))).toContain('one-2');
  });

  it('takes the frames of a DPX film for one reel, named without its number', async () => {
    const item = await ids();
    const dpx = await house.ask('reel.export', { ids: [item.one], export: { pictures: 'dpx' } });
    expect(await house.settled(dpx.jobId)).toMatchObject({ state: 'done', done: 1 });
    const folder = path.join(house.dir, 'exports', 'one-3');
    const before = (await house.items()).length;
    await house.import(folder);
    const items = await house.items();
    expect(items).toHaveLength(before + 1);
    const reel = items.find(({ name }) => name.endsWith('.dpx'))!;
    expect(reel).toMatchObject({ name: 'one-3_00001.dpx', kind: 'reel' });
    // A single frame, as a browser brings them one by one, is no film of its own.
    await house.import(path.join(folder, 'one-3_00002.dpx'));
    expect(await house.items()).toHaveLength(before + 1);
    const { facts } = await house.ask('reel.open', { itemId: reel.id });
    expect(facts).toMatchObject({ frames: 24, width: 64, height: 48 });
    const back = await house.ask('reel.export', { ids: [reel.id], export: { codec: 'ffv1' } });
    expect(await house.settled(back.jobId)).toMatchObject({ state: 'done', done: 1 });
    expect(readdirSync(path.join(house.dir, 'exports'))).toContain('one-3.mkv');
  });

  it('is put down within a reel and goes on from there', async () => {
    const item = await ids();
    const wish = { codec: 'h264' as const, quality: 30 };
    const { jobId } = await house.ask('reel.export', { ids: [item.two], export: wish });
    const folder = path.join(house.dir, 'exports');
    const work = path.join(folder, '.two.mp4.revelado-film');
    const segments = (): string[] =>
      existsSync(work) ? readdirSync(work).filter((n) => /^segment-\d+\.json$/.test(n)) : [];
    while (segments().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await house.ask('jobs.pause', { jobId });
    expect(await house.settled(jobId)).toMatchObject({ state: 'paused', done: 0 });
    const kept = segments();
    const before = kept.map((name) => readFileSync(path.join(work, name), 'utf8'));
    expect(kept.length).toBeGreaterThan(0);
    await house.ask('jobs.resume', { jobId });
    // What was finished is not made again: its manifest, with the seconds it took, stays the same.
    const after = kept.map((name) => readFileSync(path.join(work, name), 'utf8'));
    expect(await house.settled(jobId)).toMatchObject({ state: 'done', done: 1 });
    expect(after).toEqual(before);
    expect(existsSync(path.join(folder, 'two.mp4'))).toBe(true);
    expect(existsSync(work)).toBe(false);
  });

  it('opens a reel, finds its shots, keeps its recipe, and shows frames', async () => {
    const item = await ids();
    const itemId = item.two;
    // What was only passed through was not looked at.
    expect((await house.ask('reel.open', { itemId })).shots).toBeNull();
    await house.settled((await house.ask('reel.analyse', { itemId })).jobId);
    const opened = await house.ask('reel.open', { itemId });
    expect(opened.facts).toMatchObject({ name: 'two.mp4', width: 64, height: 48, frames: 288, fps: 24 });
    expect(opened.shots?.at(-1)?.last).toBe(287);
    expect(opened.recipe).toMatchObject({ untouched: true, canUndo: false });
    const { recipe } = opened.recipe;
    const cut = await house.ask('reel.setRecipe', {
      itemId,
      recipe: { ...recipe, cuts: [100] },
      label: 'cut',
    });
    expect(cut.canUndo).toBe(true);
    const shots = (await house.ask('reel.open', { itemId })).shots;
    expect(shots?.map((s) => [s.first, s.last])).toEqual([
      [0, 99],
      [100, 287],
    ]);
    expect((await house.ask('reel.undo', { itemId })).recipe.cuts).toBeNull();
    expect((await house.ask('reel.redo', { itemId })).recipe.cuts).toEqual([100]);
    const picture = await house.services.reelPicture(new URL(`http://x/reels/${itemId}/frames/7?h=24`));
    expect(readFileSync(picture!).subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]));
    const estimate = await house.ask('reel.estimate', { itemId, export: { codec: 'h264' } });
    expect(estimate).toMatchObject({ refused: null, frames: 288, width: 64, height: 48 });
    expect(estimate.seconds).toBeGreaterThan(0);
    expect(estimate.bytes).toBeGreaterThan(1000);
    expect(await house.ask('reel.wave', { itemId })).toBeNull();
    const played = await house.ask('reel.proxy', { itemId, show: 'after', shot: 0 });
    expect(played).toMatchObject({ frames: 100, first: 0 });
    expect(played.fps).toBeCloseTo(24, 1);
    const file = house.services.reelProxy(/([\w-]{32})\.mp4$/.exec(played.url)![1]);
    expect(existsSync(file!)).toBe(true);
    const whole = await house.ask('reel.proxy', { itemId });
    expect(whole.frames).toBe(288);
  });
});
