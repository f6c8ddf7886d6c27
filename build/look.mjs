/**
 * Photographs every screen over the mock client, dark and light, small and large, into .cache/look.
 * `node build/run.mjs tool-script build/look.mjs [NAME…] [--many N]`; names are those of the list below.
 * Also prints what it measures: longest frame and heap while scrolling through 20,000 items.
 */
import { mkdirSync, readFileSync, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { build } from 'vite';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const out = path.join(root, '.cache', 'look');
mkdirSync(out, { recursive: true });
const wanted = process.argv.slice(2).filter((a) => !a.startsWith('--'));
const browserPath =
  process.env.REVELADO_BROWSER ?? ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(existsSync);

if (!process.argv.includes('--no-build'))
  await build({ configFile: path.join(root, 'build', 'vite.mock.config.ts'), logLevel: 'warn' });
const files = path.join(root, 'dist', 'renderer-mock');
const types = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
const server = createServer((request, response) => {
  const name = path.normalize(decodeURIComponent(new URL(request.url, 'http://x').pathname));
  const file = path.join(files, name === '/' ? 'mock/index.html' : name);
  if (!file.startsWith(files) || !existsSync(file)) return response.writeHead(404).end();
  response
    .writeHead(200, { 'content-type': types[path.extname(file)] ?? 'application/octet-stream' })
    .end(readFileSync(file));
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const origin = `http://127.0.0.1:${server.address().port}`;

const small = { width: 1280, height: 800 };
const large = { width: 1920, height: 1080 };
const room = (name) => async (page) =>
  page.getByRole('navigation').getByRole('button', { name }).first().click();
const open = async (page) => {
  await page.locator('[data-id="2"]').dblclick();
  await page.waitForTimeout(800);
};
/** A print of the wedding album, small enough to be on the table at once. */
const openPrint = async (page) => {
  await page
    .getByRole('button', { name: /^Wedding album/ })
    .first()
    .click();
  await page.waitForTimeout(500);
  await page.locator('[data-id="80"]').dblclick();
  await page.waitForTimeout(900);
};
const selectPrints = async (page) => {
  await page
    .getByRole('button', { name: /^Wedding album/ })
    .first()
    .click();
  await page.waitForTimeout(500);
  await page.locator('[data-id="80"]').click();
  await page.locator('[data-id="82"]').click({ modifiers: ['Shift'] });
};
const restorePrint = async (page) => {
  await openPrint(page);
  await page.keyboard.press('a');
  await page.waitForTimeout(700);
};
const stroke = async (page, ...points) => {
  await page.mouse.move(...points[0]);
  await page.mouse.down();
  for (const p of points.slice(1)) await page.mouse.move(...p, { steps: 5 });
  await page.mouse.up();
};
const drawMask = async (page) => {
  await restorePrint(page);
  await page.keyboard.press('e');
  await page.waitForTimeout(900);
  await stroke(page, [430, 300], [470, 330], [520, 320]);
  await page.keyboard.press('l');
  await stroke(page, [400, 250], [560, 480]);
  await page.keyboard.press('o');
  await stroke(page, [560, 300], [620, 300], [630, 360], [560, 350]);
  await page.keyboard.press('b');
  await page.mouse.move(480, 420);
  await page.waitForTimeout(300);
};
const view = async (page, key) => {
  await restorePrint(page);
  await page.keyboard.press(key);
  await page.waitForTimeout(700);
};
const giveHints = async (page) => {
  await restorePrint(page);
  await page.keyboard.press('t');
  await page.waitForTimeout(900);
  for (const [x, y, n] of [
    [450, 330, 2],
    [560, 360, 14],
  ]) {
    await page.mouse.click(x, y);
    await page.waitForTimeout(400);
    await page.locator('[role=dialog] [role=group] button').nth(n).click();
    await page.keyboard.press('Escape');
    await page.waitForTimeout(400);
  }
};
const screens = {
  library: {},
  'library-large': { size: large },
  'library-light': { query: 'theme=light' },
  'library-selected': {
    act: async (page) => {
      await page.locator('[data-id="2"]').click();
      await page.locator('[data-id="6"]').click({ modifiers: ['Shift'] });
      await page.locator('[data-kind="9"]').hover();
    },
  },
  'library-film': {
    act: async (page) => {
      await page.locator('[data-id="2"]').click();
      await page.keyboard.down('r');
      await page.waitForTimeout(900);
    },
  },
  'library-menu': { act: async (page) => page.locator('[data-id="4"]').click({ button: 'right' }) },
  'library-filter': { act: async (page) => page.getByRole('button', { name: 'Kind' }).first().click() },
  'library-date': { act: async (page) => page.getByRole('button', { name: '1998-07' }).last().click() },
  'library-20000': { query: 'many=20000', size: large },
  'library-es': { query: 'language=es' },
  drop: {
    act: async (page) =>
      page.evaluate(() => {
        const data = new DataTransfer();
        data.items.add(new File(['x'], 'a.tif'));
        document.body.dispatchEvent(
          new DragEvent('dragenter', { dataTransfer: data, bubbles: true, cancelable: true }),
        );
      }),
  },
  empty: { query: 'many=-1' },
  'empty-large-light': { query: 'many=-1&theme=light', size: large },
  export: {
    act: async (page) => {
      await page.locator('[data-id="2"]').click();
      await page.keyboard.press('Control+e');
    },
  },
  picker: { act: async (page) => page.getByRole('button', { name: 'Import' }).first().click() },
  queue: { act: room('Queue') },
  'queue-large-light': { act: room('Queue'), query: 'theme=light', size: large },
  'queue-failed': {
    act: async (page) => {
      await room('Queue')(page);
      await page.getByText('Leica').first().click();
    },
  },
  record: {
    act: async (page) => {
      await room('Queue')(page);
      await page.getByRole('button', { name: 'Record' }).first().click();
    },
  },
  'record-es': {
    query: 'language=es',
    act: async (page) => {
      await room('Cola')(page);
      await page.getByRole('button', { name: 'Registro' }).first().click();
    },
  },
  settings: { act: room('Settings') },
  'settings-large': { act: room('Settings'), size: large },
  'settings-light': { act: room('Settings'), query: 'theme=light' },
  keys: { act: async (page) => page.keyboard.press('?') },
  score: { act: room('Score') },
  studio: { act: room('Studio'), size: large },
  models: { act: room('Models'), query: 'theme=light' },
  lightbox: { size: large, act: open },
  'lightbox-small': { act: open },
  'lightbox-es': { query: 'language=es', act: open },
  'lightbox-base-es': {
    query: 'language=es',
    act: async (page) => {
      await open(page);
      await page.keyboard.press('b');
      await page.waitForTimeout(500);
      await page.mouse.move(420, 300);
      await page.mouse.down();
      await page.mouse.move(560, 420, { steps: 4 });
      await page.mouse.up();
      await page.waitForTimeout(500);
      await page.keyboard.press('Escape');
    },
  },
  'lightbox-changed-eu': {
    query: 'language=eu',
    act: async (page) => {
      await page.locator('[data-id="6"]').dblclick();
      await page.waitForTimeout(800);
    },
  },
  'lightbox-eu': { query: 'language=eu', act: open },
  'print-large': { size: large, act: openPrint },
  print: { act: openPrint },
  'print-light-es': { query: 'theme=light&language=es', act: openPrint },
  'print-eu': { query: 'language=eu', act: openPrint },
  'film-after': {
    act: async (page) => {
      await open(page);
      await page.getByRole('button', { name: /^After the development/ }).click();
      await page.locator('[data-step=detail]').scrollIntoViewIfNeeded();
    },
  },
  'prints-selected': { act: selectPrints },
  'prints-selected-es-light': { query: 'language=es&theme=light', act: selectPrints },
  mask: { act: drawMask },
  'mask-large-light-es': { size: large, query: 'theme=light&language=es', act: drawMask },
  'mask-heal-es': {
    query: 'language=es',
    act: async (page) => {
      await drawMask(page);
      await page.keyboard.press('h');
      await page.mouse.move(500, 380);
      await page.mouse.down();
      await page.mouse.move(520, 430, { steps: 4 });
      await page.mouse.up();
      await page.waitForTimeout(600);
    },
  },
  labels: { act: (page) => view(page, 'Shift+L') },
  'labels-light-es': { query: 'theme=light&language=es', act: (page) => view(page, 'Shift+L') },
  changes: { act: (page) => view(page, 'Shift+C') },
  confidence: { act: (page) => view(page, 'Shift+K') },
  'split-print': {
    act: async (page) => {
      await restorePrint(page);
      await page.keyboard.press('s');
      await page.waitForTimeout(700);
    },
  },
  hints: { act: giveHints },
  'hints-large-light-es': { size: large, query: 'theme=light&language=es', act: giveHints },
  'hint-colours': {
    act: async (page) => {
      await giveHints(page);
      await page.mouse.click(640, 420);
      await page.waitForTimeout(500);
    },
  },
  'hint-colours-light-es': {
    query: 'theme=light&language=es',
    act: async (page) => {
      await giveHints(page);
      await page.mouse.click(640, 420);
      await page.waitForTimeout(500);
    },
  },
};

const browser = await chromium.launch({
  executablePath: browserPath,
  args: ['--no-sandbox', '--disable-gpu', '--hide-scrollbars=false'],
});
let errors = 0;
for (const [name, { size = small, query = '', act }] of Object.entries(screens)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const page = await browser.newPage({ viewport: size });
  page.on('pageerror', (error) => {
    errors++;
    console.error(`${name}: ${error.message}`);
  });
  page.on('console', (message) => {
    if (message.type() === 'error') console.error(`${name}: ${message.text()}`);
  });
  try {
    await page.goto(`${origin}/mock/index.html?${query}`);
    await page.locator('main').waitFor();
    await page.waitForTimeout(900);
    await act?.(page);
    await page.waitForTimeout(500);
  } catch (error) {
    errors++;
    console.error(`${name}: ${error.message.split('\n')[0]}`);
  }
  await page.screenshot({ path: path.join(out, `${name}.png`) });
  if (name === 'library-20000') console.log(JSON.stringify(await measureScroll(page)));
  await page.close();
}
await browser.close();
server.close();
process.exitCode = errors > 0 ? 1 : 0;

/** Scrolls through 20,000 frames, 240 steps: `leap` from top to bottom (every frame is new at every step), `flick`
 * 300 px a step (a fast wheel). Processor time of the main thread for a step, frame times, heap before and after. */
async function measureScroll(page) {
  const session = await page.context().newCDPSession(page);
  const heap = async () => {
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    return Math.round(usedSize / 1e5) / 10;
  };
  // Processor time of the window's main thread, which other programs on the machine hardly change.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const metrics = async () =>
    Object.fromEntries((await session.send('Performance.getMetrics')).metrics.map((m) => [m.name, m.value]));
  const before = await heap();
  const run = async (step) => {
    const start = await metrics();
    const times = await page.evaluate(async (px) => {
      const table = document.querySelector('[data-testid="light-table"]');
      const frames = [];
      table.scrollTop = 0;
      let last = performance.now();
      for (let i = 1; i <= 240; i++) {
        table.scrollTop = px > 0 ? i * px : (table.scrollHeight * i) / 240;
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        frames.push(now - last);
        last = now;
      }
      return frames.sort((a, b) => a - b);
    }, step);
    const end = await metrics();
    const perStep = (name) => Math.round(((end[name] - start[name]) / times.length) * 10_000) / 10;
    const at = (share) => Math.round(times[Math.floor((times.length - 1) * share)]);
    return {
      frameMs: { median: at(0.5), p95: at(0.95), worst: at(1) },
      mainThreadMs: {
        script: perStep('ScriptDuration'),
        style: perStep('RecalcStyleDuration'),
        layout: perStep('LayoutDuration'),
        all: perStep('TaskDuration'),
      },
    };
  };
  const flick = await run(300);
  const leap = await run(0);
  await page.waitForTimeout(1500);
  return {
    items: 20000,
    flick,
    leap,
    heapMb: { before, after: await heap() },
    tiles: await page.locator('.tile').count(),
  };
}
