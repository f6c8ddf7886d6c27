/**
 * The Studio end to end, with a real training: a dataset from a folder, a short run whose loss falls, paused, resumed,
 * left alone while the window is closed, judged, put to work and taken back. The pictures are photographs, where a tar of
 * them lies beside the checkout; else they are drawn here: coloured, sharp and all different, which is what a dataset asks
 * of photographs.
 */
import { existsSync } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { indexTar } from '../main/studio/dataset/tar.ts';
import { expect, SAMPLES, test } from './fixtures.ts';

const screens = path.resolve(import.meta.dirname, '..', 'test-results', 'screens');

const PICTURES = 48;
const WIDTH = 320;
const HEIGHT = 272;

/** 0..1 from integers, the same every time (integer hash after Wang). */
function chance(...keys: number[]): number {
  let x = 61;
  for (const key of keys) {
    x = Math.imul((x ^ key) + 0x9e3779b9, 0x27d4eb2d);
    x ^= x >>> 15;
    x = Math.imul(x, 0x85ebca6b);
    x ^= x >>> 13;
  }
  return (x >>> 0) / 4294967296;
}

/** A sky, hills with leaves, houses: where and of which colours differs from picture to picture. */
async function drawPicture(file: string, n: number): Promise<void> {
  const data = Buffer.alloc(WIDTH * HEIGHT * 3);
  const pick = (k: number) => [chance(n, k, 1), chance(n, k, 2), chance(n, k, 3)].map((v) => 40 + 200 * v);
  const sky = pick(1);
  const land = pick(2);
  const boxes = Array.from({ length: 12 }, (_, k) => ({
    x: chance(n, k, 11) * WIDTH,
    y: chance(n, k, 12) * HEIGHT,
    w: 20 + chance(n, k, 13) * 90,
    h: 20 + chance(n, k, 14) * 70,
    colour: pick(20 + k),
  }));
  const wave = 0.3 + 0.5 * chance(n, 5);
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++) {
      const hill = HEIGHT * (wave + 0.12 * Math.sin(x / (18 + 40 * chance(n, 6)) + 6 * chance(n, 7)));
      const box = boxes.findLast((b) => x >= b.x && x < b.x + b.w && y >= b.y && y < b.y + b.h);
      const base = box?.colour ?? (y < hill ? sky : land);
      const texture =
        (y < hill && !box ? 14 : 46) * (chance(n, x >> 1, y >> 1) - 0.5) + (30 * y) / HEIGHT - 15;
      for (let c = 0; c < 3; c++)
        data[(y * WIDTH + x) * 3 + c] = Math.max(0, Math.min(255, Math.round(base[c] + texture)));
    }
  await sharp(data, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
    .png({ compressionLevel: 1 })
    .toFile(file);
}

/** Photographs, one in twenty of a tar file of JPEGs. */
const REAL = path.resolve(SAMPLES, '..', 'data', 'photos', 'test-00.tar');

async function putPictures(dir: string): Promise<void> {
  const name = (n: number, ending: string) =>
    path.join(dir, `picture-${String(n).padStart(2, '0')}.${ending}`);
  if (!existsSync(REAL)) {
    await Promise.all(Array.from({ length: PICTURES }, (_, n) => drawPicture(name(n, 'png'), n)));
    return;
  }
  const { entries } = await indexTar(REAL);
  const tar = await open(REAL);
  for (let n = 0; n < PICTURES; n++) {
    const { offset, length } = entries[20 * n];
    const { buffer } = await tar.read(Buffer.alloc(length), 0, length, offset);
    await writeFile(name(n, 'jpg'), buffer);
  }
  await tar.close();
}

test('a network is trained on one’s own pictures, judged, used and taken back', async ({ darkroom }) => {
  const folder = path.basename(darkroom.scansDir);
  await putPictures(darkroom.scansDir);
  let { page } = darkroom;
  const toStudio = () => page.getByRole('navigation').first().getByRole('button', { name: 'Studio' }).click();
  const run = () => page.getByRole('region', { name: 'Run', exact: true });

  await test.step('a dataset is built from a folder', async () => {
    await toStudio();
    await page.getByRole('button', { name: 'Make a dataset' }).click();
    const dialog = page.getByRole('dialog', { name: 'New dataset' });
    await dialog.getByRole('checkbox', { name: folder, exact: true }).check();
    await dialog.getByRole('radio', { name: /^Negatives/ }).check();
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Drawn');
    await dialog.getByRole('button', { name: 'Build' }).click();
    await expect(dialog).toBeHidden();
    const aside = page.getByRole('complementary', { name: 'Datasets' });
    await expect(aside.getByText('to learn from', { exact: true })).toBeVisible({ timeout: 40_000 });
    await expect(aside.getByText(/few: a network learns them by heart/)).toBeVisible();
    await expect(aside.getByRole('img', { name: /^Palette\./ })).toBeVisible();
    await aside.getByRole('button', { name: 'Show the whole contact sheet' }).click();
    const sheet = page.getByRole('img', { name: 'Contact sheet of Drawn' });
    await expect.poll(() => sheet.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(600);
    await page.keyboard.press('Escape');
  });

  await test.step('a run starts, is paused and resumed', async () => {
    const form = page.getByRole('form', { name: 'New run' });
    // What ships has learnt from photographs already: in half a minute only a beginner is seen to learn.
    await form.getByRole('combobox', { name: 'Begin with' }).click();
    await page.getByRole('option', { name: 'Nothing' }).click();
    await form.getByRole('textbox', { name: 'Minutes' }).fill('0.3');
    await form.getByRole('button', { name: 'More' }).click();
    await form.getByRole('combobox', { name: 'Size of the pictures' }).click();
    await page.getByRole('option', { name: '64 px' }).click();
    await form.getByRole('button', { name: 'Start' }).click();
    await expect(run().getByRole('img', { name: /^Test pictures after step 0/ })).toBeVisible({
      timeout: 60_000,
    });
    await expect(run().getByText('Speed')).toBeVisible({ timeout: 30_000 });
    await page.screenshot({ path: path.join(screens, 'studio-learning.png') });
    await run().getByRole('button', { name: 'Pause' }).click();
    await expect(run().getByText('paused', { exact: true })).toBeVisible();
    await run().getByRole('button', { name: 'Go on' }).click();
    await expect(run().getByText('learning', { exact: true })).toBeVisible();
  });

  await test.step('it goes on while the window is closed', async () => {
    if (darkroom.host === 'browser') {
      const session = await page.evaluate(() => sessionStorage.getItem('revelado.session'));
      const context = page.context();
      const address = page.url();
      await page.close();
      await new Promise((resolve) => setTimeout(resolve, 3000));
      page = await context.newPage();
      await page.addInitScript((id) => sessionStorage.setItem('revelado.session', id!), session);
      await page.goto(address);
      darkroom.page = page;
    } else await page.reload();
    await toStudio();
    await expect(run().getByText('done', { exact: true })).toBeVisible({ timeout: 60_000 });
  });

  await test.step('the loss fell, and samples go through time', async () => {
    await run().getByRole('button', { name: 'As a table' }).click();
    const table = run().getByRole('region', { name: 'As a table' });
    const losses = async () => {
      const cells = await table.locator('tbody tr td:nth-child(4)').allInnerTexts();
      return cells.map(Number);
    };
    await expect.poll(async () => (await losses()).length).toBeGreaterThan(4);
    const all = await losses();
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    expect(all.every((v) => Number.isFinite(v) && v > 0)).toBe(true);
    expect(mean(all.slice(-3))).toBeLessThan(0.75 * mean(all.slice(0, 2)));
    await run().getByRole('button', { name: 'As a table' }).click();
    await expect(run().getByRole('img', { name: /^all together went from/ })).toBeVisible();
    await expect(run().locator('.MuiLineChart-line').first()).toBeVisible();
    await page.screenshot({ path: path.join(screens, 'studio-trained.png') });
    const slider = run().getByRole('slider', { name: 'Samples over time' });
    const newest = Number(await slider.getAttribute('max'));
    expect(newest).toBeGreaterThanOrEqual(1);
    await slider.focus();
    await page.keyboard.press('Home');
    await expect(run().getByRole('img', { name: /^Test pictures after step 0/ })).toBeVisible();
  });

  await test.step('its model is used, and taken back', async () => {
    const verdict = page.getByRole('complementary', { name: 'Verdict' });
    await expect(verdict.getByRole('rowheader', { name: 'Colour difference' })).toBeVisible();
    await verdict.getByRole('button', { name: 'Use it' }).click();
    await expect(verdict.getByText('This model is in use.')).toBeVisible();
    await verdict.getByRole('button', { name: 'Go back' }).click();
    await expect(verdict.getByRole('button', { name: 'Use it' })).toBeVisible();
    await verdict.getByRole('button', { name: /^Remove the run/ }).click();
    await expect(page.getByRole('form', { name: 'New run' })).toBeVisible();
    await page.getByRole('button', { name: 'Undo' }).last().click();
    await expect(verdict.getByRole('button', { name: /^Remove the run/ })).toBeVisible();
  });
  expect(darkroom.errors).toEqual([]);
});
