/**
 * The second main job: prints are dragged in and restored by one press, the mask is edited, a colour hint is given and
 * taken back, what was changed is looked at, the pictures are exported; and an engine that dies in the middle of a
 * batch costs nothing.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { expect, test, type Darkroom } from './fixtures.ts';
import { makePrints, HEIGHT, SCRATCH_X, WIDTH } from './prints.ts';

const sha = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');
const prints = (darkroom: Darkroom) => darkroom.page.getByRole('gridcell', { name: /print-\d\d/ });
const LONG = { timeout: 90_000 };

/** Drops files on a target that appears while files are dragged over the window. */
async function dropOn(darkroom: Darkroom, target: 'restore' | 'colorize', files: string[]): Promise<void> {
  const { page } = darkroom;
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File(['x'], 'dragged.tif'));
    document.body.dispatchEvent(
      new DragEvent('dragenter', { dataTransfer: data, bubbles: true, cancelable: true }),
    );
  });
  await expect(page.getByTestId('drop-targets')).toBeVisible();
  await darkroom.drop(page.locator(`[data-drop="${target}"]`), files);
}

/** Red, green and blue of the stage's canvas at a point, fractions of the canvas. */
const stageColour = (darkroom: Darkroom, x: number, y: number): Promise<number[]> =>
  darkroom.page
    .locator('canvas[aria-label^="Picture print"]')
    .evaluate(
      (canvas: HTMLCanvasElement, [u, v]) =>
        [
          ...canvas
            .getContext('2d')!
            .getImageData(Math.round(canvas.width * u), Math.round(canvas.height * v), 1, 1).data,
        ].slice(0, 3),
      [x, y],
    );
const chroma = (rgb: number[]): number => Math.max(...rgb) - Math.min(...rgb);

async function kindsAre(darkroom: Darkroom, count: number): Promise<void> {
  const { page } = darkroom;
  await expect(prints(darkroom)).toHaveCount(count, LONG);
  await expect(prints(darkroom).locator('img')).toHaveCount(count, LONG);
  // The scenes are made up: what analysis takes them for is not what is tested here.
  await page.getByRole('grid').focus();
  await page.keyboard.press('Control+a');
  await prints(darkroom).first().click({ button: 'right' });
  await page.getByRole('menuitemradio', { name: 'B&W print', exact: true }).click();
  await expect(prints(darkroom).first()).toHaveAccessibleName(/B&W print/);
}

async function openFirst(darkroom: Darkroom): Promise<void> {
  await prints(darkroom).first().dblclick();
  await expect(darkroom.page.getByRole('button', { name: 'Back to the library' })).toBeVisible();
  await expect(darkroom.page.locator('canvas[aria-label^="Picture print-01"]')).toBeVisible();
}

test('prints are dragged onto Restore, their mask is edited, a hint given and taken back, and they are exported', async ({
  darkroom,
}) => {
  test.setTimeout(240_000);
  const { page } = darkroom;
  const files = await makePrints(darkroom.scansDir, 2);
  const before = files.map(sha);

  await test.step('dropped on Restore they are imported and restored', async () => {
    await dropOn(darkroom, 'restore', files);
    await expect(page.getByText('2 pictures are being restored.')).toBeVisible(LONG);
    await expect(prints(darkroom).first()).toHaveAccessibleName(/Restored: .*Repair/, LONG);
    await kindsAre(darkroom, 2);
  });

  await openFirst(darkroom);
  const repair = page.locator('[data-step=repair]');

  await test.step('strokes are seen at once and taken back one by one', async () => {
    await page.keyboard.press('e');
    const field = page.getByRole('application');
    await expect(field).toBeVisible(LONG);
    const box = (await field.boundingBox())!;
    const at = (u: number, v: number) => [box.x + u * box.width, box.y + v * box.height] as const;
    await page.mouse.move(...at(0.5, 0.4));
    await page.mouse.down();
    await page.mouse.move(...at(0.55, 0.45), { steps: 4 });
    await page.mouse.up();
    await expect(repair.getByText('1 mark', { exact: true })).toBeVisible();
    // A scratch from end to end: where it lies on the scan is where it lies on the picture.
    await page.keyboard.press('l');
    const scale = Math.min((box.width - 40) / WIDTH, (box.height - 40) / HEIGHT);
    const onPicture = (u: number, v: number) =>
      [
        box.x + box.width / 2 + (u - 0.5) * WIDTH * scale,
        box.y + box.height / 2 + (v - 0.5) * HEIGHT * scale,
      ] as const;
    await page.mouse.move(...onPicture(SCRATCH_X, -0.01));
    await page.mouse.down();
    await page.mouse.move(...onPicture(SCRATCH_X, 1.01), { steps: 6 });
    await page.mouse.up();
    await expect(repair.getByText('2 marks')).toBeVisible();
    // From the keyboard: lower the brush, draw, lift it.
    await page.keyboard.press('s');
    await page.keyboard.press('b');
    await page.keyboard.press('Enter');
    for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await expect(repair.getByText('3 marks')).toBeVisible();
    await page.keyboard.press('Control+z');
    await expect(repair.getByText('2 marks')).toBeVisible();
    await page.keyboard.press('Control+Shift+z');
    await expect(repair.getByText('3 marks')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(field).toHaveCount(0);
  });

  await test.step('what was changed is shown, with its legend', async () => {
    for (const [key, words] of [
      ['Shift+D', 'Damage mask, before the repair'],
      ['Shift+L', 'Where repaired pixels come from'],
      ['Shift+C', 'How far each pixel was changed'],
    ]) {
      await page.keyboard.press(key);
      await expect(page.getByRole('note', { name: 'Legend' }).getByText(words)).toBeVisible();
    }
    await page.getByRole('button', { name: 'Back to the picture' }).click();
    await expect(page.getByRole('note', { name: 'Legend' })).toHaveCount(0);
  });

  await test.step('a colour hint colours the picture, and undo takes it back', async () => {
    const grey = await stageColour(darkroom, 0.5, 0.3);
    expect(chroma(grey)).toBeLessThan(30);
    await page.keyboard.press('t');
    const field = page.getByRole('application');
    await expect(field).toBeVisible(LONG);
    const box = (await field.boundingBox())!;
    await page.mouse.click(box.x + box.width * 0.5, box.y + box.height * 0.3);
    const dialog = page.getByRole('dialog', { name: 'Which colour was this?' });
    await dialog.getByRole('button', { name: 'Clear sky' }).click();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await expect(page.locator('[data-step=colour]').getByText('1 hint', { exact: true })).toBeVisible();
    await expect(
      page.getByRole('switch', { name: 'Use Colour' }).or(page.getByRole('checkbox', { name: 'Use Colour' })),
    ).toBeChecked();
    await page.keyboard.press('Escape');
    await expect
      .poll(async () => chroma(await stageColour(darkroom, 0.5, 0.3)), LONG)
      .toBeGreaterThan(chroma(grey) + 12);
    await page.keyboard.press('Control+z');
    await expect(page.locator('[data-step=colour]').getByText('0 hints')).toBeVisible();
    await page.keyboard.press('Control+Shift+z');
    await expect(page.locator('[data-step=colour]').getByText('1 hint', { exact: true })).toBeVisible();
  });

  await test.step('they are exported with what was done to them', async () => {
    await page.getByRole('button', { name: 'Back to the library' }).click();
    await page.getByRole('grid').focus();
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Control+e');
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Export/ })
      .click();
    const outputs = () => readdirSync(darkroom.exportDir).filter((n) => n.endsWith('.tif'));
    await expect.poll(() => outputs().length, LONG).toBe(2);
    await expect(page.getByText('Nothing is running')).toBeVisible(LONG);
    for (const name of outputs()) {
      const facts = await sharp(path.join(darkroom.exportDir, name)).metadata();
      expect([facts.width, facts.height]).toEqual([WIDTH, HEIGHT]);
    }
    // The scratch that was marked is gone: along it the picture goes on as beside it.
    const { data, info } = await sharp(path.join(darkroom.exportDir, 'print-01.tif'))
      .greyscale()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const mean = (x: number) => {
      let sum = 0;
      for (let y = 20; y < info.height - 20; y++)
        sum += data[(y * info.width + Math.round(x + 3 * Math.sin(y / 70))) * info.channels];
      return sum / (info.height - 40);
    };
    const on = mean(SCRATCH_X * info.width);
    const beside = (mean(SCRATCH_X * info.width - 14) + mean(SCRATCH_X * info.width + 14)) / 2;
    expect(Math.abs(on - beside)).toBeLessThan(18);
  });
  expect(files.map(sha)).toEqual(before);
  expect(darkroom.errors).toEqual([]);
});

test('Restore for many is taken back by one press, and Auto never colours', async ({ darkroom }) => {
  test.setTimeout(180_000);
  const { page } = darkroom;
  await darkroom.drop(page.locator('body'), await makePrints(darkroom.scansDir, 3));
  await kindsAre(darkroom, 3);
  await page.getByRole('grid').focus();
  await page.keyboard.press('Control+a');
  const bar = page.getByRole('toolbar', { name: 'Selection' });
  await bar.getByRole('button', { name: 'Auto' }).click();
  // Grey prints with a scratch and little contrast; grain stays.
  await expect(prints(darkroom).nth(2)).toHaveAccessibleName(/Restored: Ageing, Repair/);
  await expect(prints(darkroom).nth(2)).not.toHaveAccessibleName(/Given colour/);
  await bar.getByRole('button', { name: 'Colorize' }).click();
  await expect(page.getByText('3 pictures are being given colour.')).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).last().click();
  // The colour is gone again, the restoring before it is not.
  await expect(prints(darkroom).nth(2)).toHaveAccessibleName(/Restored: Ageing, Repair(?!.*colour)/);
  await prints(darkroom).nth(2).dblclick();
  await page.getByRole('tab', { name: 'History' }).click();
  await expect(page.getByRole('list', { name: /History/ }).getByRole('listitem')).toContainText([
    'Undone',
    'Colorized in the library',
    'Auto: what the picture needs',
  ]);
  expect(darkroom.errors).toEqual([]);
});

test('an engine killed in the middle of a batch of restored prints costs nothing', async ({ darkroom }) => {
  test.skip(process.platform !== 'linux', 'finds the engine through /proc');
  test.setTimeout(300_000);
  const { page } = darkroom;
  const COUNT = 6;
  await dropOn(darkroom, 'restore', await makePrints(darkroom.scansDir, COUNT));
  await expect(page.getByText(`${COUNT} pictures are being restored.`)).toBeVisible(LONG);
  await expect(prints(darkroom).last()).toHaveAccessibleName(/Restored/, LONG);
  await page.getByRole('grid').focus();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Control+e');
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Export/ })
    .click();
  const finished = () =>
    readdirSync(darkroom.exportDir).filter((n) => n.endsWith('.tif') && !n.startsWith('.'));
  await expect.poll(() => finished().length, { intervals: [50], ...LONG }).toBeGreaterThan(0);
  const engines = darkroom.enginePids();
  expect(engines.length).toBeGreaterThan(0);
  for (const pid of engines) process.kill(pid, 'SIGKILL');
  await expect.poll(() => finished().length, { timeout: 200_000 }).toBe(COUNT);
  await expect(page.getByText('Nothing is running')).toBeVisible(LONG);
  expect(readdirSync(darkroom.exportDir).filter((n) => n.startsWith('.') || n.includes('.part'))).toEqual([]);
  for (const name of finished())
    expect((await sharp(path.join(darkroom.exportDir, name)).metadata()).width).toBe(WIDTH);
});

test('a host killed in the middle of a batch of restored prints goes on at the next start, and repeats nothing', async ({
  darkroom,
}) => {
  test.setTimeout(240_000);
  const { page } = darkroom;
  const COUNT = 5;
  await dropOn(darkroom, 'restore', await makePrints(darkroom.scansDir, COUNT));
  await expect(page.getByText(`${COUNT} pictures are being restored.`)).toBeVisible(LONG);
  await expect(prints(darkroom).last()).toHaveAccessibleName(/Restored/, LONG);
  await page.getByRole('grid').focus();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Control+e');
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Export/ })
    .click();
  const finished = () =>
    readdirSync(darkroom.exportDir).filter((n) => n.endsWith('.tif') && !n.startsWith('.'));
  await expect.poll(() => finished().length, { intervals: [50], ...LONG }).toBeGreaterThan(0);
  await darkroom.kill();
  const done = finished();
  const hashes = done.map((name) => sha(path.join(darkroom.exportDir, name)));
  expect(done.length).toBeLessThan(COUNT);
  await darkroom.start();
  await expect.poll(() => finished().length, { timeout: 150_000 }).toBe(COUNT);
  await expect(darkroom.page.getByText('Nothing is running')).toBeVisible(LONG);
  expect(done.map((name) => sha(path.join(darkroom.exportDir, name)))).toEqual(hashes);
  // Each with what its repair replaced and its record; nothing half-written beside them.
  const names = readdirSync(darkroom.exportDir);
  for (const name of finished()) expect(names).toContain(`${name}.revelado.json`);
  expect(names.filter((n) => n.startsWith('.') || n.includes('.part'))).toEqual([]);
});
