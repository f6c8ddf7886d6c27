/** Every room in both themes, two sizes and three languages: nothing overflows, nothing is logged, and a picture of each is kept. */
import path from 'node:path';
import { expect, test } from './fixtures.ts';
import { makeRoll } from './scans.ts';

const out = path.resolve(import.meta.dirname, '..', 'test-results', 'screens');

test('every room holds its shape in both themes and all languages', async ({ darkroom }) => {
  const { page } = darkroom;
  await darkroom.drop(page.locator('body'), await makeRoll(darkroom.scansDir, 4));
  await expect(page.getByRole('gridcell', { name: /frame-0\d/ }).locator('img')).toHaveCount(4, {
    timeout: 60_000,
  });

  const rail = page.getByRole('navigation').first();
  const languages = { en: /English/, es: /Español/, eu: /Euskara/ };
  for (const [language, option] of Object.entries(languages)) {
    await rail.getByRole('button').last().click();
    await page.getByRole('combobox').first().click();
    await page.getByRole('option', { name: option }).click();
    for (const theme of ['dark', 'light'] as const) {
      await page.locator(`[value="${theme}"]`).first().click();
      for (const width of language === 'en' ? [1280, 1920] : [1280]) {
        await page.setViewportSize({ width, height: width === 1280 ? 800 : 1080 });
        const rooms = await rail.getByRole('button').count();
        for (let room = 0; room < rooms; room++) {
          await rail.getByRole('button').nth(room).click();
          await page.waitForTimeout(150);
          const overflow = await page.evaluate(
            () => document.documentElement.scrollWidth - window.innerWidth,
          );
          expect(overflow, `room ${room}, ${language}, ${theme}, ${width}`).toBeLessThanOrEqual(0);
          await page.screenshot({ path: path.join(out, `${language}-${theme}-${width}-room${room}.png`) });
        }
        await rail.getByRole('button').first().click();
        await page.getByRole('gridcell', { name: /frame-01/ }).dblclick();
        await expect(page.getByRole('slider').first()).toBeVisible();
        await page.waitForTimeout(600);
        await page.screenshot({ path: path.join(out, `${language}-${theme}-${width}-lightbox.png`) });
        await page.keyboard.press('Escape');
        await rail.getByRole('button').last().click();
      }
    }
  }
  expect(darkroom.errors).toEqual([]);
});
