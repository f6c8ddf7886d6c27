/** Real scans, where they lie beside the checkout: a folder's worth is dropped and all of it is recognised and developed. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, hasSamples, SAMPLES, test } from './fixtures.ts';

test('real negatives are recognised and developed', async ({ darkroom }) => {
  test.skip(!hasSamples, 'the sample scans are not beside this checkout');
  const { page } = darkroom;
  const dir = path.join(SAMPLES, 'negatives');
  const files = readdirSync(dir)
    .filter((n) => /_negative\.jpg$|_linear\.tif$|_ir_left\.tif$/.test(n))
    .map((n) => path.join(dir, n));
  await darkroom.drop(page.locator('body'), files);
  await expect(page.getByText('Nothing is running')).toBeVisible({ timeout: 90_000 });
  await expect(page.getByRole('gridcell', { name: /bw_cat/ })).toHaveAccessibleName(/B&W negative/i);
  await expect(page.getByRole('gridcell', { name: /c41_lake/ })).toHaveAccessibleName(/colour negative/i);
  // The strip of four half frames becomes four pictures. (Searched for: the light table draws only what is in view.)
  await page.getByPlaceholder(/Search/).fill('nimslo');
  await expect(page.getByRole('gridcell', { name: /nimslo/ })).toHaveCount(4);
  await page.getByPlaceholder(/Search/).fill('');
  await page.screenshot({
    path: path.resolve(import.meta.dirname, '..', 'test-results', 'screens', 'real.png'),
  });
});
