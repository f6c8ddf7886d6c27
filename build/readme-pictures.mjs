/**
 * Makes the README's pictures in docs/pictures: photographs of a free licence are put through the film
 * simulation, developed by the command line with nothing set, and mounted before and after; others lose their
 * colours and get new ones from the colorist; others are aged as prints and as a film, and restored; and the lightbox,
 * the reel and the composer are photographed. The photographs come from Debian's lomiri-wallpapers-16.04:
 *   apt-get download lomiri-wallpapers-16.04 && dpkg -x lomiri-wallpapers-16.04*.deb DIR
 *   node build/run.mjs tool-script build/readme-pictures.mjs DIR/usr/share/backgrounds
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { inWindow } from './readme-window.mjs';

const root = path.resolve(import.meta.dirname, '..');
const photos = process.argv[2];
if (!photos) {
  console.error('Name the folder with the photographs.');
  process.exit(2);
}
const pictures = [
  ['picosdeeuropa_by_Aitzol_Berasategi.jpg', 'green-layer-400'],
  ['friends_by_Aitzol_Berasategi.jpg', 'consumer-200'],
  ['aitzgorri_by_Aitzol_Berasategi.jpg', 'portrait-400'],
];
/** Those whose colours are taken away and given anew. */
const coloured = [
  'aitzgorri_by_Aitzol_Berasategi.jpg',
  'friends_by_Aitzol_Berasategi.jpg',
  'sunset_by_Aitzol_Berasategi.jpg',
];
/** Those made into old prints, and how (build/aged-print.ts). */
const aged = [
  ['picosdeeuropa_by_Aitzol_Berasategi.jpg', '--damage', 'dust,scratch', '--seed', '3'],
  ['friends_by_Aitzol_Berasategi.jpg', '--grey', '--damage', 'dust,crack,scratch', '--seed', '5'],
  ['life_by_Aitzol_Berasategi.jpg', '--damage', 'dust,hair', '--seed', '2'],
];
/** Those a film is made of, and the frames of it that are shown. */
const filmed = [
  'picosdeeuropa_by_Aitzol_Berasategi.jpg',
  'aitzgorri_by_Aitzol_Berasategi.jpg',
  'life_by_Aitzol_Berasategi.jpg',
];
const shownFrames = [30, 80, 140];
const work = mkdtempSync(path.join(os.tmpdir(), 'revelado-readme-'));
const out = path.join(root, 'docs', 'pictures');
mkdirSync(out, { recursive: true });

function run(args) {
  const done = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (done.status !== 0) process.exit(done.status ?? 1);
}

const scans = [];
for (const [photo, stock] of pictures) {
  const scan = path.join(work, photo.replace(/_by.*/, '.tif'));
  run([
    path.join(root, 'build', 'simulated-negative.ts'),
    path.join(photos, photo),
    scan,
    '--stock',
    stock,
    '--width',
    '1500',
  ]);
  scans.push(scan);
}
const cli = path.join(root, 'dist', 'main', 'cli.cjs');
run([cli, 'develop', ...scans, '--out', path.join(work, 'out'), '--format', 'png', '--bits', '8']);

const HEIGHT = 330;
const GAP = 12;

/** Mounts pairs, one above the other, every picture of the same height. `pairs` are [before, after] files. */
async function mount(pairs, file) {
  const tiles = [];
  for (const [column, pair] of pairs.entries())
    for (const [row, picture] of pair.entries()) {
      const image = await sharp(picture)
        .resize({ height: HEIGHT })
        .toColourspace('srgb')
        .png()
        .toBuffer({ resolveWithObject: true });
      tiles.push({ image, row, column });
    }
  const widths = pairs.map((_, c) =>
    Math.max(...tiles.filter((t) => t.column === c).map((t) => t.image.info.width)),
  );
  const composite = tiles.map(({ image, row, column }) => {
    const left =
      widths.slice(0, column).reduce((sum, w) => sum + w + GAP, GAP) +
      Math.round((widths[column] - image.info.width) / 2);
    return { input: image.data, left, top: GAP + row * (HEIGHT + GAP) };
  });
  const total = widths.reduce((sum, w) => sum + w + GAP, GAP);
  await sharp({
    create: { width: total, height: 2 * HEIGHT + 3 * GAP, channels: 3, background: '#141414' },
  })
    .composite(composite)
    .jpeg({ quality: 86, chromaSubsampling: '4:4:4' })
    .toFile(file);
}

const made = (scan) => path.join(work, 'out', `${path.parse(scan).name}.png`);
await mount(
  scans.map((scan) => [scan, made(scan)]),
  path.join(out, 'before-after.jpg'),
);

// The colours of photographs taken away, and what the colorist makes of the grey.
const greys = [];
for (const photo of coloured) {
  const grey = path.join(work, photo.replace(/_by.*/, '-grey.png'));
  await sharp(path.join(photos, photo)).resize({ width: 1200 }).greyscale().png().toFile(grey);
  greys.push(grey);
}
run([cli, 'colorize', ...greys, '--out', path.join(work, 'out'), '--format', 'png', '--bits', '8']);
await mount(
  greys.map((grey) => [grey, made(grey)]),
  path.join(out, 'colorized.jpg'),
);

// Prints aged and damaged, and what Restore makes of them.
const prints = aged.map(([photo, ...how]) => {
  const print = path.join(work, photo.replace(/_by.*/, '-print.png'));
  run([path.join(root, 'build', 'aged-print.ts'), path.join(photos, photo), print, ...how]);
  return print;
});
run([cli, 'restore', ...prints, '--out', path.join(work, 'out'), '--format', 'png', '--bits', '8']);
await mount(
  prints.map((print) => [print, made(print)]),
  path.join(out, 'restored.jpg'),
);

// A film of them, aged as film ages, and the same frames of it restored and coloured.
const film = path.join(work, 'mountains.mp4');
run([path.join(root, 'build', 'aged-film.ts'), film, ...filmed.map((photo) => path.join(photos, photo))]);
run([cli, 'film', film, '--restore', '--colorize', '--out', path.join(work, 'out')]);
const frames = (from, name) =>
  shownFrames.map((n) => {
    const file = path.join(work, `${name}-${n}.png`);
    const done = spawnSync(
      'ffmpeg',
      ['-loglevel', 'error', '-i', from, '-vf', `select=eq(n\\,${n})`, '-frames:v', '1', file],
      { stdio: 'inherit' },
    );
    if (done.status !== 0) process.exit(1);
    return file;
  });
const old = frames(film, 'old');
const fresh = frames(path.join(work, 'out', 'mountains.mp4'), 'fresh');
await mount(
  old.map((frame, n) => [frame, fresh[n]]),
  path.join(out, 'film.jpg'),
);

await inWindow({ cli, work, folder: work, files: [...scans, film] }, async (page, take) => {
  await page.getByRole('gridcell', { name: /picos/ }).locator('img').waitFor();
  await page.getByText('Nothing is running').waitFor();
  await page.getByRole('gridcell', { name: /picos/ }).dblclick();
  await page.getByRole('slider', { name: 'Exposure' }).waitFor();
  await page.waitForTimeout(3000);
  await take(path.join(out, 'lightbox.jpg'));
  await page.getByRole('button', { name: 'Back to the library' }).click();

  await page.getByRole('gridcell', { name: /mountains/ }).dblclick();
  await page.getByText(`${filmed.length} shots`).waitFor();
  for (const step of ['Steady', 'Even light', 'Dirt and dust', 'Colour'])
    await page.getByRole('switch', { name: step, exact: true }).click();
  await page.getByRole('slider', { name: 'Timeline' }).focus();
  for (let n = 0; n < 12; n++) await page.keyboard.press('ArrowRight');
  await page.getByRole('button', { name: 'Both' }).click();
  await page.waitForTimeout(25_000);
  await take(path.join(out, 'reel.jpg'));
  await page.keyboard.press('Escape');

  await page.keyboard.press('Shift+F3');
  await page.getByRole('button', { name: 'New melody' }).click();
  await page
    .getByRole('img', { name: /Line of music/ })
    .locator('svg')
    .first()
    .waitFor();
  await page.waitForTimeout(6000);
  await take(path.join(out, 'score.jpg'));
});
rmSync(work, { recursive: true, force: true });
