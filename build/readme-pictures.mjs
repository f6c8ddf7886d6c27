/**
 * Makes the README's pictures in docs/pictures: photographs of a free licence are put through the film
 * simulation, developed by the command line with nothing set, and mounted before and after; others lose their
 * colours and get new ones from the colorist; and the lightbox is photographed with one of them open. The
 * photographs come from Debian's lomiri-wallpapers-16.04:
 *   apt-get download lomiri-wallpapers-16.04 && dpkg -x lomiri-wallpapers-16.04*.deb DIR
 *   node build/run.mjs tool-script build/readme-pictures.mjs DIR/usr/share/backgrounds
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright';
import sharp from 'sharp';
import { findBrowser } from '../e2e/browser.mjs';

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

// The lightbox, with the roll served from the folder of scans.
const host = spawn(process.execPath, [cli, 'serve', '--folder', work], {
  env: {
    ...process.env,
    REVELADO_DATA: path.join(work, 'library'),
    REVELADO_EXPORTS: path.join(work, 'exports'),
  },
});
let log = '';
const link = await new Promise((resolve, reject) => {
  const read = (chunk) => {
    log += chunk;
    const found = /http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]+/.exec(log);
    if (found) resolve(found[0]);
  };
  host.stdout.on('data', read);
  host.stderr.on('data', read);
  host.on('exit', () => reject(new Error(log)));
});
try {
  const browser = await chromium.launch({
    executablePath: findBrowser() ?? undefined,
    args: ['--no-sandbox', '--disable-gpu'],
  });
  const page = await (
    await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' })
  ).newPage();
  await page.goto(link);
  await page.getByText('The darkroom is open').waitFor();
  await page.evaluate(() => {
    const input = document.createElement('input');
    input.type = 'file';
    input.multiple = true;
    input.id = 'files';
    document.body.append(input);
  });
  await page.locator('#files').setInputFiles(scans);
  const transfer = await page.evaluateHandle(() => {
    const input = document.querySelector('#files');
    const data = new DataTransfer();
    for (const file of input.files) data.items.add(file);
    input.remove();
    return data;
  });
  for (const type of ['dragenter', 'dragover', 'drop'])
    await page.locator('body').dispatchEvent(type, { dataTransfer: transfer });
  await page.getByRole('gridcell', { name: /picos/ }).locator('img').waitFor({ timeout: 60_000 });
  await page.getByText('Nothing is running').waitFor({ timeout: 60_000 });
  await page.getByRole('gridcell', { name: /picos/ }).dblclick();
  await page.getByRole('slider', { name: 'Exposure' }).waitFor();
  await page.waitForTimeout(3000);
  await sharp(await page.screenshot())
    .jpeg({ quality: 86 })
    .toFile(path.join(out, 'lightbox.jpg'));
  await browser.close();
} finally {
  host.kill('SIGTERM');
  await new Promise((resolve) => host.once('exit', resolve));
  rmSync(work, { recursive: true, force: true });
}
