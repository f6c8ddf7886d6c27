/** A box of family prints: two on one scan are told apart, a back goes behind its front, a batch ends with a contact sheet. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { expect, test, type Darkroom } from './fixtures.ts';
import { makePrint } from './prints.ts';

const LONG = { timeout: 45_000 };
const tiles = (darkroom: Darkroom) => darkroom.page.getByRole('gridcell', { name: /\.tif/ });

/** Two prints on the white lid of a flatbed, one of them turned a little. */
async function makeSheet(dir: string): Promise<string> {
  const one = await sharp(await makePrint(dir, '.one.tif', { width: 520, height: 380 })).toBuffer();
  const two = await sharp(await makePrint(dir, '.two.tif', { width: 520, height: 380, variant: 2 }))
    .rotate(4, { background: '#f4f4f2' })
    .toBuffer();
  const file = path.join(dir, 'sheet.tif');
  await sharp({ create: { width: 1300, height: 620, channels: 3, background: '#f4f4f2' } })
    .composite([
      { input: one, left: 70, top: 110 },
      { input: two, left: 690, top: 90 },
    ])
    .tiff({ compression: 'none' })
    .toFile(file);
  return file;
}

async function arePrints(darkroom: Darkroom, count: number): Promise<void> {
  const { page } = darkroom;
  await expect(tiles(darkroom).locator('img')).toHaveCount(count, LONG);
  await page.getByRole('grid').focus();
  await page.keyboard.press('Control+a');
  await tiles(darkroom).first().click({ button: 'right' });
  await page.getByRole('menuitemradio', { name: 'B&W print', exact: true }).click();
  await expect(tiles(darkroom).first()).toHaveAccessibleName(/B&W print/);
}

test('two prints on one scan are two pictures; boundaries are found again, changed and taken back', async ({
  darkroom,
}) => {
  test.setTimeout(240_000);
  const { page } = darkroom;
  await darkroom.drop(page.locator('body'), [await makeSheet(darkroom.scansDir)]);
  await arePrints(darkroom, 2);
  await tiles(darkroom).first().dblclick();
  await expect(page.getByText('1 of 2')).toBeVisible(LONG);
  await page.keyboard.press('g');
  const bar = page.getByRole('toolbar', { name: 'Pictures on this scan' });
  await expect(bar).toBeVisible(LONG);
  await bar.getByRole('button', { name: 'Delete' }).click();
  await expect(bar.getByText(/^1 /)).toBeVisible();
  await bar.getByRole('button', { name: 'Find prints' }).click();
  await expect(bar.getByText(/^2 /)).toBeVisible(LONG);
  // Turned by its handle, from the keyboard.
  const handle = page.getByRole('button', { name: /turn, .* degrees/ });
  const before = await handle.getAttribute('aria-label');
  await handle.focus();
  await page.keyboard.press('Shift+ArrowRight');
  await expect(handle).not.toHaveAccessibleName(before ?? '');
  await bar.getByRole('button', { name: 'Delete' }).click();
  await bar.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByText('1 of 1')).toBeVisible(LONG);
  await page.keyboard.press('Control+z');
  await expect(page.getByText(/ of 2/)).toBeVisible(LONG);
  await page.getByRole('button', { name: 'Back to the library' }).click();
  await expect(tiles(darkroom)).toHaveCount(2, LONG);
  expect(darkroom.errors).toEqual([]);
});

test('a back lies behind its front, is left alone by a batch, and the batch ends with a contact sheet', async ({
  darkroom,
}) => {
  test.setTimeout(150_000);
  const { page } = darkroom;
  const names = ['anna.tif', 'anna-back.tif', 'berta.tif'];
  const files = await Promise.all(names.map((n, variant) => makePrint(darkroom.scansDir, n, { variant })));
  await darkroom.drop(page.locator('body'), files);
  await arePrints(darkroom, 3);

  await test.step('two are chosen and put together', async () => {
    await page.getByRole('gridcell', { name: /anna\.tif/ }).click();
    await page.getByRole('gridcell', { name: /anna-back\.tif/ }).click({ modifiers: ['Control'] });
    await page.getByRole('gridcell', { name: /anna\.tif/ }).click({ button: 'right' });
    await page.getByRole('menuitem', { name: /Put the other one behind/ }).click();
    await expect(tiles(darkroom)).toHaveCount(2);
    await expect(page.getByRole('gridcell', { name: /^anna\.tif.*Has a back/ })).toHaveCount(1);
    await page
      .getByRole('gridcell', { name: /Has a back/ })
      .locator('.flip')
      .click();
    await expect(page.getByTitle('Show its front')).toBeVisible();
  });

  await test.step('what is restored and exported is what lies on the table', async () => {
    await page.getByRole('grid').focus();
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Control+e');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'On paper' }).click();
    await dialog.getByLabel('Longer side on paper, centimetres').fill('5');
    await dialog
      .getByRole('switch', { name: /Contact sheet/ })
      .or(dialog.getByRole('checkbox', { name: /Contact sheet/ }))
      .check();
    await dialog.getByRole('button', { name: /^Export/ }).click();
    const done = () => readdirSync(darkroom.exportDir).filter((n) => /\.(tif|jpg)$/.test(n));
    await expect.poll(() => done().sort(), LONG).toHaveLength(3);
    expect(done()).toContain('contact-sheet.jpg');
    const one = await sharp(
      path.join(
        darkroom.exportDir,
        done().find((n) => n.endsWith('.tif'))!,
      ),
    ).metadata();
    // 5 cm at 300 dpi.
    expect([one.width, one.density]).toEqual([591, 300]);
  });

  await test.step('the sheet is shown in the queue', async () => {
    await page.keyboard.press('Shift+F2');
    await page.getByRole('button', { name: 'Contact sheet' }).click();
    const sheet = page.getByRole('dialog').getByRole('img', { name: 'Every picture before and after' });
    await expect(sheet).toBeVisible(LONG);
    expect(await sheet.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(500);
    await page.screenshot({ path: 'test-results/screens/contact-sheet.png' });
  });
  expect(darkroom.errors).toEqual([]);
});
