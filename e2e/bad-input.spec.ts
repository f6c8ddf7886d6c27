/** Bad files among good ones: each is named with its reason, the rest is developed. */
import { copyFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from './fixtures.ts';
import { makeNegative, makeRoll } from './scans.ts';

test('bad files are named with their reason and the rest goes on', async ({ darkroom }) => {
  const { page } = darkroom;
  const good = await makeRoll(darkroom.scansDir, 2);
  const file = (name: string, content: string): string => {
    const target = path.join(darkroom.scansDir, name);
    writeFileSync(target, content);
    return target;
  };
  const text = file('letter.tif', 'Dear Maite,\nthe negatives are in the blue box.\n');
  const cut = path.join(darkroom.scansDir, 'cut “short”.tif');
  copyFileSync(good[0], cut);
  truncateSync(cut, 40_000);
  const mislabelled = path.join(darkroom.scansDir, 'really-a-tiff.jpg');
  renameSync(await makeNegative(darkroom.scansDir, 'third.tif', { variant: 7 }), mislabelled);
  await darkroom.drop(page.locator('body'), [text, good[0], cut, good[1], mislabelled]);

  await expect(page.getByRole('gridcell', { name: /frame-0[12]/ }).locator('img')).toHaveCount(2, {
    timeout: 60_000,
  });
  await expect(page.getByRole('gridcell', { name: /really-a-tiff/ })).toBeVisible();
  await page
    .getByRole('button', { name: /^Queue/ })
    .first()
    .click();
  // A quick machine may have finished the first files' job before the last ones arrive: then there are two.
  const told = async (): Promise<string> => {
    let text = '';
    for (const job of await page.locator('main button[aria-pressed]').filter({ hasText: 'Import' }).all()) {
      await job.click();
      // The items of the job are asked for when it is opened.
      await page.waitForTimeout(500);
      text += await page.getByRole('list', { name: 'Items of the job' }).innerText();
    }
    return text;
  };
  await expect.poll(told).toMatch(/cut “short”\.tif.*cut short/is);
  await expect
    .poll(told)
    .toMatch(/letter\.tif.*(not a picture|no picture|not an? (image|picture)|cannot be read|unknown)/is);
});

test('an empty file is refused by name at the door', async ({ darkroom }) => {
  const empty = path.join(darkroom.scansDir, 'nothing.tif');
  writeFileSync(empty, '');
  await darkroom.drop(darkroom.page.locator('body'), [empty]);
  await expect(darkroom.page.getByText(/nothing\.tif.*empty/i).first()).toBeVisible();
});
