/**
 * The Models room with files that are made here: one is dropped, tried, used and compared; one that is cut short is refused
 * in words; one that is removed comes back.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { imageModel } from '../main/models-store/fixture.ts';
import { expect, test, type Darkroom } from './fixtures.ts';
import { makePrints } from './prints.ts';

const LONG = { timeout: 45_000 };

/** Mean of the first channel over the middle of a side of the comparison. */
const meanOf = (darkroom: Darkroom, name: string): Promise<number> =>
  darkroom.page.locator(`canvas[data-of="${name}"]`).evaluate((canvas: HTMLCanvasElement) => {
    const { width, height } = canvas;
    const { data } = canvas
      .getContext('2d')!
      .getImageData(Math.round(width * 0.4), Math.round(height * 0.4), 40, 40);
    let sum = 0;
    for (let i = 0; i < data.length; i += 4) sum += data[i];
    return sum / (data.length / 4);
  });

test('a dropped model is looked through, tried, used, compared, removed and brought back', async ({
  darkroom,
}) => {
  test.setTimeout(150_000);
  const { page } = darkroom;
  const good = path.join(darkroom.scansDir, 'negate.onnx');
  const cut = path.join(darkroom.scansDir, 'cut.onnx');
  const bytes = imageModel();
  writeFileSync(good, bytes);
  writeFileSync(cut, bytes.subarray(0, bytes.length >> 1));
  await darkroom.drop(page.locator('body'), await makePrints(darkroom.scansDir, 1));
  await expect(page.getByRole('gridcell', { name: /print-01/ }).locator('img')).toHaveCount(1, LONG);

  await page.keyboard.press('Shift+F5');
  const cards = page.getByRole('article');
  await expect(cards.filter({ hasText: 'Revelado restorer' }).getByText('In use')).toBeVisible(LONG);

  await test.step('a file that is cut short is refused in words, and nothing is left of it', async () => {
    await darkroom.drop(page.locator('main'), [cut]);
    const dialog = page.getByRole('dialog', { name: 'Import a model' });
    await dialog.getByRole('button', { name: /^Import/ }).click();
    await expect(dialog.getByRole('alert')).toContainText('cut.onnx', LONG);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await expect(cards.filter({ hasText: 'cut' })).toHaveCount(0);
  });

  const mine = cards.filter({ has: page.getByRole('heading', { name: 'negate' }) });
  await test.step('a whole one is taken in, with its licence, and measured', async () => {
    await darkroom.drop(page.locator('main'), [good]);
    const dialog = page.getByRole('dialog', { name: 'Import a model' });
    await expect(dialog.getByLabel('Name')).toHaveValue('negate');
    await dialog.getByLabel('Licence').fill('CC0');
    await dialog.getByRole('button', { name: /^Import/ }).click();
    await expect(mine).toBeVisible(LONG);
    await expect(mine.getByText('CC0')).toBeVisible();
    await mine.getByRole('button', { name: /Measure/ }).click();
    await expect(mine.getByText(/MP\/s/)).toBeVisible(LONG);
  });

  await test.step('both are compared on one picture, and do what they do', async () => {
    await page.getByRole('button', { name: 'Compare two…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Compare' });
    for (const name of ['Revelado restorer', 'negate'])
      await expect(dialog.locator(`canvas[data-of="${name}"]`)).toBeVisible(LONG);
    const [ours, theirs] = [await meanOf(darkroom, 'Revelado restorer'), await meanOf(darkroom, 'negate')];
    // One leaves the tones, the other turns them round.
    expect(Math.abs(ours + theirs - 255)).toBeLessThan(40);
    expect(Math.abs(ours - theirs)).toBeGreaterThan(30);
    await dialog.getByRole('button', { name: 'Close' }).click();
  });

  await test.step('it is used, and the step says so', async () => {
    await mine.getByRole('button', { name: 'Use negate' }).click();
    await expect(mine.getByText('In use')).toBeVisible();
    await expect(cards.filter({ hasText: 'Revelado restorer' }).getByText('In use')).toHaveCount(0);
  });

  await test.step('removed it is used no more; undo brings it back with its work', async () => {
    await mine.getByRole('button', { name: 'Remove negate' }).click();
    await expect(mine).toHaveCount(0);
    await expect(cards.filter({ hasText: 'Revelado restorer' }).getByText('In use')).toBeVisible();
    await page.getByRole('button', { name: 'Undo' }).last().click();
    await expect(mine.getByText('In use')).toBeVisible();
    await mine.getByRole('button', { name: 'Verify negate' }).click();
    await expect(page.getByText('negate is what was imported, and it works.')).toBeVisible(LONG);
  });
  // The refusal is an answer, not an accident: a browser notes its status all the same.
  expect(darkroom.errors.filter((e) => !/422/.test(e))).toEqual([]);
});
