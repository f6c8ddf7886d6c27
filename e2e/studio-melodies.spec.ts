/**
 * The Studio with melodies, and a real training: a dataset from a folder of MIDI files, a short run whose loss falls, what it
 * writes seen and heard while it learns, paused and resumed, judged, put to work in the composer and taken back.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Melody } from '../app/melody/types.ts';
import { writeMidi } from '../main/files/midi.ts';
import { expect, test } from './fixtures.ts';

const screens = path.resolve(import.meta.dirname, '..', 'test-results', 'screens');
const LONG = { timeout: 120_000 };
const FILES = 30;

/** Scales up and down in quarters, each beginning elsewhere: soon learnt. */
function etude(n: number): Melody {
  const scale = [0, 2, 4, 5, 7, 9, 11, 12];
  // The digits of n, so that no two are the same.
  const turns = [n >> 6, n >> 4, n >> 2, n].map((digit) => digit & 3);
  const degrees = turns.flatMap((t) => [t, t + 1, t + 2, t + 3, t + 4, t + 3, t + 1, 0]);
  return {
    notes: degrees.map((d, i) => ({ pitch: 60 + scale[d % 8], onset: 4 * i, duration: 4 })),
    bar: 16,
    pickup: 0,
    tempo: 100,
    key: { tonic: 0, mode: 'major' },
    phraseStarts: [],
    syllables: [],
    neurri: null,
    seed: null,
    metre: [4, 4],
  };
}

test('a network learns from one’s own melodies, is heard as it learns, composes, and is taken back', async ({
  darkroom,
}) => {
  test.setTimeout(420_000);
  const { page } = darkroom;
  mkdirSync(darkroom.scansDir, { recursive: true });
  for (let n = 0; n < FILES; n++)
    writeFileSync(path.join(darkroom.scansDir, `etude-${n}.mid`), writeMidi(etude(n)));
  writeFileSync(path.join(darkroom.scansDir, 'broken.mid'), 'MThd and no more');
  const room = (name: string) =>
    page.getByRole('navigation').first().getByRole('button', { name, exact: true }).click();
  const run = () => page.getByRole('region', { name: 'Run', exact: true });

  await test.step('a dataset is built from a folder of MIDI files', async () => {
    await room('Studio');
    await page.getByRole('button', { name: '… of melodies' }).click();
    const dialog = page.getByRole('dialog', { name: 'New dataset' });
    await expect(dialog.getByRole('radio', { name: 'Melodies' })).toBeChecked();
    await dialog.getByRole('checkbox', { name: path.basename(darkroom.scansDir), exact: true }).check();
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Etudes');
    await page.screenshot({ path: path.join(screens, 'studio-melodies-dataset.png') });
    await dialog.getByRole('button', { name: 'Build' }).click();
    await expect(dialog).toBeHidden();
    const aside = page.getByRole('complementary', { name: 'Datasets' });
    await expect(aside.getByText('to learn from', { exact: true })).toBeVisible(LONG);
    await expect(aside.getByText(/melodies to learn from are few/)).toBeVisible();
    await expect(aside.getByText('1 file left out')).toBeVisible();
    await expect(aside.getByText(/broken\.mid is damaged/)).toBeVisible();
  });

  await test.step('a run starts; what it writes is seen and heard', async () => {
    const form = page.getByRole('form', { name: 'New run' });
    await expect(form.getByRole('radio')).toHaveCount(2);
    await expect(form.getByRole('radio', { name: 'Bertso' })).toBeChecked();
    await form.getByRole('combobox', { name: 'Begin with' }).click();
    await page.getByRole('option', { name: 'Nothing' }).click();
    await form.getByRole('textbox', { name: 'Minutes' }).fill('0.4');
    await form.getByRole('button', { name: 'Start' }).click();
    const sample = run().getByRole('figure', { name: /^Zortziko txikia, after step/ });
    const sheet = sample.getByRole('img', { name: /Line of music: 52 notes in 8 phrases/ });
    await expect(sheet.locator('svg').first()).toBeVisible(LONG);
    await sample.getByRole('button', { name: /^Play/ }).click();
    await expect(sheet.locator('.sounding').first()).toBeAttached(LONG);
    await sample.getByRole('button', { name: /^Stop/ }).click();
    await expect(sample.getByRole('button', { name: /^Play/ })).toBeVisible();
    await run().getByRole('switch', { name: 'Always the newest' }).check();
  });

  await test.step('it is paused and goes on, to its end', async () => {
    const pause = run().getByRole('button', { name: 'Pause' });
    // On a quick machine it may have come to its end meanwhile.
    if (await pause.isVisible()) {
      await pause.click();
      await expect(run().getByText('paused', { exact: true })).toBeVisible(LONG);
      await run().getByRole('button', { name: 'Go on' }).click();
    }
    await expect(run().getByText('done', { exact: true })).toBeVisible(LONG);
  });

  await test.step('the loss fell, and what it writes has changed', async () => {
    await run().getByRole('button', { name: 'As a table' }).click();
    const table = run().getByRole('region', { name: 'As a table' });
    const losses = async () => (await table.locator('tbody tr td:nth-child(4)').allInnerTexts()).map(Number);
    await expect.poll(async () => (await losses()).length).toBeGreaterThan(4);
    const all = await losses();
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    expect(all.every((v) => Number.isFinite(v) && v > 0)).toBe(true);
    expect(mean(all.slice(-2))).toBeLessThan(0.75 * mean(all.slice(0, 2)));
    await run().getByRole('button', { name: 'As a table' }).click();
    const newest = run().getByRole('figure', { name: /^Tune of 16 bars, after step [1-9]/ });
    await expect(newest.locator('svg').first()).toBeVisible(LONG);
    await run().getByRole('button', { name: 'On melodies it has not seen' }).click();
    await expect(run().getByRole('img', { name: /^Piano rolls after step/ })).toBeVisible(LONG);
    await page.screenshot({ path: path.join(screens, 'studio-melodies.png') });
  });

  await test.step('its model composes in the Score room, and is taken back', async () => {
    const verdict = page.getByRole('complementary', { name: 'Verdict' });
    await expect(verdict.getByRole('rowheader', { name: 'Surprise' })).toBeVisible();
    await verdict.getByRole('button', { name: 'Use it' }).click();
    await expect(verdict.getByText('This model is in use.')).toBeVisible();
    await room('Score');
    const own = page.getByText('Composed with the weights of your run bertso-etudes.');
    await expect(own).toBeVisible();
    await page.getByRole('button', { name: 'New melody' }).click();
    await expect(
      page
        .getByRole('img', { name: /52 notes in 8 phrases/ })
        .locator('svg')
        .first(),
    ).toBeVisible(LONG);
    await room('Studio');
    await verdict.getByRole('button', { name: 'Go back' }).click();
    await expect(verdict.getByRole('button', { name: 'Use it' })).toBeVisible();
    await room('Score');
    await expect(page.getByRole('button', { name: 'New melody' })).toBeVisible();
    await expect(own).toBeHidden();
  });
  expect(darkroom.errors).toEqual([]);
});
