/**
 * The third main job: an old film is dragged in, its shots are found, it is given colour, exported with a pause in between,
 * and played in the window; a host that is killed in the middle loses nothing. And the Score room: one press, a melody.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { findTool } from '../main/engine/ffmpeg-find.ts';
import { expect, SAMPLES, test, type Darkroom } from './fixtures.ts';

const LONG = { timeout: 120_000 };

interface OldFilm {
  file: string;
  width: number;
  height: number;
  frames: number;
  seconds: number;
  shots: number;
  /** The first frame of the second shot, counted from 1. */
  second: number;
}
const sha = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

async function ffmpeg(): Promise<string> {
  const { found } = await findTool('ffmpeg', null);
  if (!found) throw new Error('No ffmpeg: npm ci should have brought one.');
  return found.path;
}

/** Four scenes of the 1950s, where real films lie beside the checkout. */
const REAL = path.join(SAMPLES, 'films', 'us_army_1950s_four_scenes.mp4');

/** A real old film; without one, a grey film of two shots, five seconds each, silent: long enough to be put down. */
async function makeFilm(dir: string): Promise<OldFilm> {
  const file = path.join(dir, 'old-film.mp4');
  if (existsSync(REAL)) {
    copyFileSync(REAL, file);
    return { file, width: 432, height: 320, frames: 360, seconds: 360 / 29, shots: 4, second: 45 };
  }
  const sources = ['testsrc=size=160x120:rate=24:duration=5', 'mandelbrot=size=160x120:rate=24:end_pts=200'];
  execFileSync(await ffmpeg(), [
    ...['-v', 'error', '-f', 'lavfi', '-i', sources[0], '-f', 'lavfi', '-t', '5', '-i', sources[1]],
    '-filter_complex',
    '[0:v]hue=s=0,format=yuv420p[a];[1:v]hue=s=0,format=yuv420p[b];[a][b]concat=n=2:v=1[v]',
    ...['-map', '[v]', '-frames:v', '240', '-c:v', 'libx264', '-crf', '12', file],
  ]);
  return { file, width: 160, height: 120, frames: 240, seconds: 10, shots: 2, second: 121 };
}

/** Frames of a finished film, and how far its chroma strays from grey (mean distance from 128). */
async function looked(file: string, { width, height }: OldFilm): Promise<{ frames: number; chroma: number }> {
  const raw = execFileSync(
    await ffmpeg(),
    ['-v', 'error', '-i', file, '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-vsync', '0', '-'],
    { maxBuffer: 1 << 30 },
  );
  const luma = width * height;
  const frame = luma * 1.5;
  let sum = 0;
  for (let at = 0; at < raw.length; at += frame)
    for (let i = luma; i < frame; i++) sum += Math.abs(raw[at + i] - 128);
  return { frames: raw.length / frame, chroma: sum / (raw.length / 3) };
}

const exported = (darkroom: Darkroom): string[] =>
  readdirSync(darkroom.exportDir).filter((name) => /^old-film.*\.(mp4|mkv|mov)$/.test(name));

test('a film is dragged in, coloured, exported with a pause and a power cut in between, and played', async ({
  darkroom,
}) => {
  test.setTimeout(420_000);
  const { page } = darkroom;
  const film = await makeFilm(darkroom.scansDir);
  const before = sha(film.file);

  await test.step('it is dragged in and opened on its own screen', async () => {
    await darkroom.drop(page.locator('main'), [film.file]);
    const tile = page.getByRole('gridcell', { name: /old-film/ });
    await expect(tile).toBeVisible(LONG);
    await tile.dblclick();
    await expect(page.getByRole('slider', { name: 'Timeline' })).toBeVisible(LONG);
    await expect(page.getByText(`${film.shots} shots`)).toBeVisible(LONG);
    await expect(page.getByText(`Frame 1 of ${film.frames}`)).toBeVisible();
  });

  await test.step('frames are scrubbed by key, steps switched, undone and done again', async () => {
    await page.getByRole('slider', { name: 'Timeline' }).focus();
    await page.keyboard.press('ArrowDown');
    await expect(page.getByText(`Frame ${film.second} of ${film.frames}`)).toBeVisible();
    await page.getByRole('switch', { name: 'Colour', exact: true }).click();
    await expect(page.getByRole('switch', { name: 'Colour', exact: true })).toBeChecked();
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await expect(page.getByRole('switch', { name: 'Colour', exact: true })).not.toBeChecked();
    await page.getByRole('button', { name: 'Redo', exact: true }).click();
    await expect(page.getByRole('switch', { name: 'Colour', exact: true })).toBeChecked();
    await expect(page.locator('canvas[aria-label=After]')).toBeVisible(LONG);
  });

  await test.step('a shot plays as the recipe makes it', async () => {
    await page.getByRole('button', { name: 'Play this shot' }).click();
    const video = page.locator('video');
    await expect(video).toBeVisible(LONG);
    await expect
      .poll(() => video.evaluate((v: HTMLVideoElement) => (v.error ? -1 : v.readyState)), LONG)
      .toBeGreaterThanOrEqual(2);
    await page.getByRole('button', { name: 'Stop' }).click();
    await expect(video).toBeHidden();
  });

  await test.step('it is exported, put down and taken up again', async () => {
    await page.getByRole('tab', { name: 'Export' }).click();
    await page.getByRole('button', { name: 'How long?' }).click();
    await expect(page.getByText(/^About /)).toBeVisible(LONG);
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    await page.getByRole('button', { name: 'Pause', exact: true }).click(LONG);
    await page.getByRole('button', { name: 'Go on', exact: true }).click(LONG);
    await expect(page.getByText('Working on the frames')).toBeVisible(LONG);
    expect(exported(darkroom)).toEqual([]);
  });

  await test.step('a power cut in the middle loses nothing: the next start goes on', async () => {
    await darkroom.kill();
    await darkroom.start();
    await expect.poll(() => exported(darkroom), LONG).toHaveLength(1);
  });

  await test.step('the finished film plays in the window', async () => {
    const { page: again } = darkroom;
    await again.getByRole('gridcell', { name: /old-film/ }).dblclick();
    await again.getByRole('tab', { name: 'Export' }).click();
    await expect(again.getByText(/^Written: old-film/)).toBeVisible(LONG);
    await again.getByRole('button', { name: 'Play the result' }).click();
    const video = again.locator('video');
    await expect(video).toBeVisible(LONG);
    await expect
      .poll(() => video.evaluate((v: HTMLVideoElement) => (v.error ? -1 : v.duration)), LONG)
      .toBeCloseTo(film.seconds, 1);
  });

  await test.step('every frame is there, in colour; the original is as it was', async () => {
    const [name] = exported(darkroom);
    const { frames, chroma } = await looked(path.join(darkroom.exportDir, name), film);
    expect(frames).toBe(film.frames);
    expect(chroma).toBeGreaterThan(0.5);
    expect(sha(film.file)).toBe(before);
  });
  expect(darkroom.errors).toEqual([]);
});

test('one press composes a melody; it is played, varied, kept and exported', async ({ darkroom }) => {
  test.setTimeout(240_000);
  const { page } = darkroom;
  await page.keyboard.press('Shift+F3');
  await page.getByRole('button', { name: 'New melody' }).click();
  const sheet = page.getByRole('img', { name: /Line of music: 52 notes in 8 phrases/ });
  await expect(sheet.locator('svg').first()).toBeVisible(LONG);
  const stop = page.getByRole('button', { name: 'Stop' });
  await expect(stop).toBeVisible(LONG);
  // It is rendered, then heard: the wheel on the button gives way to its sign.
  await expect(stop.getByRole('progressbar')).toBeHidden(LONG);
  await expect(sheet.locator('.sounding').first()).toBeAttached(LONG);
  await stop.click();

  await page.getByRole('button', { name: 'Vary this melody' }).click();
  await expect(page.getByRole('button', { name: 'The one before' })).toBeEnabled(LONG);

  await page.getByRole('button', { name: 'Keep', exact: true }).click();
  await expect(page.getByRole('listitem').filter({ hasText: 'Zortziko txikia' })).toBeVisible();

  await page.getByRole('button', { name: 'Export', exact: true }).click();
  await page.getByRole('menuitem', { name: 'MIDI' }).click();
  await expect(page.getByText(/Written to .*\.mid/)).toBeVisible(LONG);
  const [midi] = readdirSync(darkroom.exportDir).filter((name) => name.endsWith('.mid'));
  expect(readFileSync(path.join(darkroom.exportDir, midi)).subarray(0, 4).toString()).toBe('MThd');
  expect(existsSync(path.join(darkroom.exportDir, midi))).toBe(true);
  expect(darkroom.errors).toEqual([]);
});
