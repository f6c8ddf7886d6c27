/** Engines and hosts that die in the middle: nothing is lost, nothing is half-written, the job finishes. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test, type Darkroom } from './fixtures.ts';
import { makeRoll } from './scans.ts';

const COUNT = 10;

async function importRoll(darkroom: Darkroom): Promise<void> {
  const scans = await makeRoll(darkroom.scansDir, COUNT, { width: 1800, height: 1240 });
  await darkroom.drop(darkroom.page.locator('body'), scans);
  const frames = darkroom.page.getByRole('gridcell', { name: /frame-\d\d/ });
  await expect(frames.locator('img')).toHaveCount(COUNT, { timeout: 90_000 });
  await expect(darkroom.page.getByText('Nothing is running')).toBeVisible({ timeout: 30_000 });
}
async function startExport(darkroom: Darkroom): Promise<void> {
  const { page } = darkroom;
  await page.getByRole('gridcell', { name: /frame-01/ }).click();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Control+e');
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Export/ })
    .click();
}
const finished = (darkroom: Darkroom): string[] =>
  readdirSync(darkroom.exportDir).filter((n) => n.endsWith('.tif') && !n.startsWith('.'));
const halfWritten = (darkroom: Darkroom): string[] =>
  readdirSync(darkroom.exportDir).filter((n) => n.startsWith('.') || n.includes('.part'));
/** A dying engine may outlive its host for a moment; what it leaves is cleared by itself within seconds. */
const expectNothingHalfWritten = (darkroom: Darkroom): Promise<void> =>
  expect.poll(() => halfWritten(darkroom), { timeout: 30_000 }).toEqual([]);
const sha = (dir: string, name: string): string =>
  createHash('sha256')
    .update(readFileSync(path.join(dir, name)))
    .digest('hex');

test('an engine killed in the middle of an export costs nothing', async ({ darkroom }) => {
  test.skip(process.platform !== 'linux', 'finds the engine through /proc');
  await importRoll(darkroom);
  await startExport(darkroom);
  await expect.poll(() => finished(darkroom).length, { intervals: [50] }).toBeGreaterThan(1);
  const engines = darkroom.enginePids();
  expect(engines.length).toBeGreaterThan(0);
  for (const pid of engines) process.kill(pid, 'SIGKILL');
  await expect.poll(() => finished(darkroom).length, { timeout: 90_000 }).toBe(COUNT);
  await expect(darkroom.page.getByText('Nothing is running')).toBeVisible({ timeout: 30_000 });
  await expectNothingHalfWritten(darkroom);
  await darkroom.page.getByRole('button', { name: 'Queue', exact: true }).click();
  await expect(darkroom.page.getByText('failed', { exact: true })).toHaveCount(0);
});

test('a host killed in the middle of an export goes on at the next start, and repeats nothing', async ({
  darkroom,
}) => {
  await importRoll(darkroom);
  await startExport(darkroom);
  await expect.poll(() => finished(darkroom).length, { intervals: [50] }).toBeGreaterThan(2);
  await darkroom.kill();
  const done = finished(darkroom);
  const hashes = done.map((name) => sha(darkroom.exportDir, name));
  expect(done.length).toBeLessThan(COUNT);
  await darkroom.start();
  await expect.poll(() => finished(darkroom).length, { timeout: 90_000 }).toBe(COUNT);
  await expect(darkroom.page.getByText('Nothing is running')).toBeVisible({ timeout: 30_000 });
  expect(done.map((name) => sha(darkroom.exportDir, name))).toEqual(hashes);
  await expectNothingHalfWritten(darkroom);
});
