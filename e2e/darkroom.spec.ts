/** The first main job: drop a roll, see it developed, correct it, take it back, correct the whole roll, export it. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ExifTool } from 'exiftool-vendored';
import sharp from 'sharp';
import { expect, test, type Darkroom } from './fixtures.ts';
import { makeRoll } from './scans.ts';

const exiftool = new ExifTool({ maxProcs: 1 });
test.afterAll(() => exiftool.end());

const sha = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

/** Mean of each channel over the lightbox's canvas. */
const meanColour = (darkroom: Darkroom): Promise<number[]> =>
  darkroom.page
    .getByRole('img', { name: /^Picture frame/ })
    .locator('canvas')
    .or(darkroom.page.locator('canvas[aria-label^="Picture frame"]'))
    .first()
    .evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      const sum = [0, 0, 0, 0];
      for (let i = 0; i < data.length; i += 4)
        if (data[i + 3] === 255) for (let c = 0; c < 4; c++) sum[c] += c < 3 ? data[i + c] : 1;
      return sum.slice(0, 3).map((s) => s / Math.max(1, sum[3]));
    });
const brightness = async (darkroom: Darkroom): Promise<number> =>
  (await meanColour(darkroom)).reduce((a, b) => a + b, 0) / 3;

test('a roll is dropped, developed, corrected and exported', async ({ darkroom }) => {
  const { page } = darkroom;
  const scans = await makeRoll(darkroom.scansDir, 3);
  const before = scans.map(sha);

  await expect(page.getByText('The darkroom is open')).toBeVisible();
  await darkroom.drop(page.locator('body'), scans);
  const frames = page.getByRole('gridcell', { name: /frame-0\d/ });
  await expect(frames).toHaveCount(3, { timeout: 60_000 });
  await expect(frames.locator('img')).toHaveCount(3, { timeout: 60_000 });
  await expect(frames.first()).toHaveAccessibleName(/colour negative/i);

  await test.step('a slider changes the picture, and undo takes it back', async () => {
    await frames.first().dblclick();
    const exposure = page.getByRole('slider', { name: 'Exposure' });
    await expect(exposure).toBeVisible();
    await expect.poll(() => brightness(darkroom)).toBeGreaterThan(10);
    // The first frame settles at full resolution.
    await page.waitForTimeout(500);
    const start = await brightness(darkroom);
    await exposure.focus();
    for (let i = 0; i < 4; i++) await page.keyboard.press('Shift+ArrowRight');
    await expect.poll(() => brightness(darkroom)).toBeGreaterThan(start * 1.1);
    const value = Number(await exposure.getAttribute('aria-valuenow'));
    expect(value).toBeGreaterThan(0);
    await expect(exposure).toHaveAttribute('aria-valuetext', /EV/);
    for (let i = 0; i < 4; i++) await page.keyboard.press('Control+z');
    await expect(exposure).toHaveAttribute('aria-valuenow', '0');
    await expect.poll(() => brightness(darkroom)).toBeLessThan(start * 1.02);
  });

  await test.step('one frame’s correction spreads to the roll', async () => {
    const red = page.getByRole('slider', { name: 'Red', exact: true });
    await red.focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press('Shift+ArrowRight');
    await expect(red).not.toHaveAttribute('aria-valuenow', '0');
    const value = await red.getAttribute('aria-valuenow');
    await page.getByRole('button', { name: 'Copy to others…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'What I changed' }).click();
    await dialog.getByRole('button', { name: 'Copy', exact: true }).click();
    await expect(dialog).toBeHidden();
    await page.getByRole('button', { name: /Back to the library/ }).click();
    await frames.nth(2).dblclick();
    await expect(page.getByRole('slider', { name: 'Red', exact: true })).toHaveAttribute(
      'aria-valuenow',
      value!,
    );
  });

  await test.step('the roll is exported complete, 16 bits, tagged, dated', async () => {
    await page.getByRole('button', { name: /Back to the library/ }).click();
    await expect(frames.first()).toBeVisible();
    await frames.first().click();
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Control+e');
    const dialog = page.getByRole('dialog', { name: /Export 3 frames/ });
    await expect(dialog).toBeVisible();
    await dialog.getByRole('button', { name: /^Export/ }).click();
    await expect
      .poll(() => readdirSync(darkroom.exportDir).filter((n) => n.endsWith('.tif')).length, {
        timeout: 60_000,
      })
      .toBe(3);
    await expect(page.getByText('Nothing is running')).toBeVisible({ timeout: 30_000 });
  });

  const outputs = readdirSync(darkroom.exportDir);
  expect(outputs.filter((n) => n.startsWith('.'))).toEqual([]);
  for (const name of ['frame-01.tif', 'frame-02.tif', 'frame-03.tif']) {
    const file = path.join(darkroom.exportDir, name);
    const facts = await sharp(file).metadata();
    expect(facts).toMatchObject({ format: 'tiff', depth: 'ushort', channels: 3 });
    expect(facts.icc?.length).toBeGreaterThan(200);
    const tags = await exiftool.read(file);
    expect(String(tags.DateTimeOriginal)).toContain('1987');
    expect(tags.Make).toBe('Bilbao');
    expect(tags.XResolution).toBe(2400);
    expect(Number(tags.GPSLatitude)).toBeCloseTo(43.26, 3);
    expect(outputs.some((n) => n.startsWith(path.parse(name).name) && n.endsWith('.revelado.json'))).toBe(
      true,
    );
  }
  expect(scans.map(sha)).toEqual(before);
  expect(darkroom.errors).toEqual([]);
});

test('the light table: judge, search, filter, remove and bring back', async ({ darkroom }) => {
  const { page } = darkroom;
  await darkroom.drop(page.locator('body'), await makeRoll(darkroom.scansDir, 3));
  const frames = page.getByRole('gridcell', { name: /frame-0\d/ });
  await expect(frames.locator('img')).toHaveCount(3, { timeout: 60_000 });

  await frames.nth(1).click();
  await page.keyboard.press('4');
  await page.keyboard.press('p');
  await expect(frames.nth(1)).toHaveAccessibleName(/4 stars/);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('x');

  const search = page.getByPlaceholder(/Search/);
  await search.fill('frame-03');
  await expect(frames).toHaveCount(1);
  await search.fill('');
  await expect(frames).toHaveCount(3);

  await frames.first().click();
  await page.keyboard.press('Delete');
  await expect(frames).toHaveCount(2);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(frames).toHaveCount(3);

  // What was said survives a restart of the host.
  await darkroom.stop();
  await darkroom.start();
  await expect(darkroom.page.getByRole('gridcell', { name: /frame-02.*4 stars/ })).toBeVisible();
});
