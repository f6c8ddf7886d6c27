/**
 * The window in a real browser over the mock client: what hands and keys do. Needs Chromium (the system's, or
 * the one named by REVELADO_BROWSER); says so and skips where there is none.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const files = path.join(root, '.cache', 'renderer-mock-test');
const executablePath = [process.env.REVELADO_BROWSER, '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (file) => file !== undefined && existsSync(file),
);
if (!executablePath) console.warn('No Chromium found: the window is not tested (set REVELADO_BROWSER).');

const types: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

describe.skipIf(!executablePath)('the window', () => {
  let browser: Browser;
  let server: Server;
  let page: Page;
  let complaints: string[] = [];
  let foreign: string[] = [];

  beforeAll(async () => {
    await build({
      configFile: path.join(root, 'build', 'vite.mock.config.ts'),
      logLevel: 'error',
      build: { outDir: files },
    });
    server = createServer((request, response) => {
      const file = path.join(files, new URL(request.url ?? '/', 'http://x').pathname);
      if (!file.startsWith(files) || !existsSync(file)) return void response.writeHead(404).end();
      response
        .writeHead(200, { 'content-type': types[path.extname(file)] ?? 'application/octet-stream' })
        .end(readFileSync(file));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });
  afterEach(async () => {
    await page.close();
    expect(complaints).toEqual([]);
    expect(foreign).toEqual([]);
  });

  async function open(query = '') {
    complaints = [];
    foreign = [];
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('request', (request) => {
      if (!request.url().startsWith(origin) && !request.url().startsWith('blob:'))
        foreign.push(request.url());
    });
    await page.goto(`${origin}/mock/index.html?${query}`);
    await page.locator('main').waitFor();
  }
  const frame = (id: number) => page.locator(`[data-id="${id}"]`);
  /** The picture's first seconds keep a small machine busy. */
  const slow = { timeout: 10_000 };
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
  const selected = () =>
    page
      .locator('.tile.selected')
      .evaluateAll((tiles) => tiles.map((t) => Number(t.getAttribute('data-id'))));

  it('selects by click, shift, ctrl and rubber band', async () => {
    await open();
    await frame(2).click();
    await frame(5).click({ modifiers: ['Shift'] });
    expect(await selected()).toEqual([2, 3, 4, 5]);
    await frame(3).click({ modifiers: ['Control'] });
    expect(await selected()).toEqual([2, 4, 5]);
    await expect.poll(() => page.getByText('3 selected').count()).toBe(1);
    const [from, to] = [(await frame(1).boundingBox())!, (await frame(3).boundingBox())!];
    await page.mouse.move(from.x + 40, from.y + 20);
    await page.mouse.down();
    await page.mouse.move(to.x + 30, to.y + 60, { steps: 5 });
    expect(await page.locator('.band').count()).toBe(1);
    await page.mouse.up();
    expect(await selected()).toEqual([1, 2, 3]);
    expect(await page.locator('.band').count()).toBe(0);
  });

  it('goes, selects, rates and opens by keyboard alone', async () => {
    await open();
    await frame(1).waitFor();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Shift+ArrowRight');
    expect(await selected()).toEqual([2, 3]);
    const grid = page.getByRole('grid');
    expect(await grid.getAttribute('aria-activedescendant')).toBe('frame-3');
    await page.keyboard.press('4');
    await page.keyboard.press('x');
    await expect.poll(() => frame(2).getAttribute('aria-label')).toContain('4 stars, Reject');
    await page.keyboard.press('Control+a');
    await expect.poll(() => page.getByText('104 selected').count()).toBe(1);
    await page.keyboard.press('Escape');
    expect(await selected()).toEqual([]);
    await page.keyboard.press('End');
    await expect.poll(() => frame(104).isVisible()).toBe(true);
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await expect.poll(() => grid.isVisible()).toBe(false);
    // The lightbox is loaded when it is first opened; its keys are there when its panels are.
    await page.getByRole('tab').first().waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => grid.isVisible()).toBe(true);
    await expect.poll(focused, slow).toBe('Light table');
  });

  it('crops, straightens and picks by keyboard alone', async () => {
    await open();
    await frame(1).waitFor();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.getByRole('tab').first().waitFor();
    await expect.poll(focused, slow).toMatch(/^Stage/);
    await page.keyboard.press('c');
    await expect.poll(focused, slow).toMatch(/^Crop: move/);
    await page.keyboard.press('Tab');
    await expect.poll(focused, slow).toMatch(/^Crop: top left corner\. From (\d+) %/);
    const before = await focused();
    await page.keyboard.press('Shift+ArrowRight');
    await expect.poll(focused, slow).not.toBe(before);
    // Enter takes the crop, also from a handle; the focus comes back to the picture.
    await page.keyboard.press('Enter');
    await expect.poll(focused, slow).toMatch(/^Stage/);
    await page.keyboard.press('l');
    await expect.poll(focused, slow).toBe('Straighten');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.getByLabel('Straighten, value').first().inputValue(), slow).toBe('+0.1');
    await page.keyboard.press('Escape');
    await expect.poll(focused, slow).toMatch(/^Stage/);
    await page.keyboard.press('n');
    await expect.poll(focused, slow).toMatch(/50 %, 50 %/);
    await page.keyboard.press('ArrowRight');
    await expect.poll(focused, slow).toMatch(/51 %, 50 %|50\.5 %/);
  });

  it('takes boundaries back with Ctrl+Z: step by step in the tool, and as a whole after it', async () => {
    await open();
    await frame(1).waitFor();
    await frame(1).dblclick();
    await page.getByRole('tab').first().waitFor();
    await expect.poll(focused, slow).toMatch(/^Stage/);
    const undo = page.getByRole('button', { name: 'Undo' }).first();
    await page.keyboard.press('g');
    const tool = page.getByRole('toolbar', { name: 'Pictures on this scan' });
    await expect.poll(() => tool.innerText(), slow).toContain('1 picture');
    await tool.getByRole('button', { name: 'Split in two' }).click();
    await tool.getByRole('button', { name: 'Split in two' }).click();
    await expect.poll(() => tool.innerText()).toContain('3 pictures');
    await page.keyboard.press('Control+z');
    await expect.poll(() => tool.innerText()).toContain('2 pictures');
    await tool.getByRole('button', { name: 'Done' }).click();
    await expect.poll(() => tool.count()).toBe(0);
    await expect.poll(() => undo.isEnabled()).toBe(true);
    await page.keyboard.press('Control+z');
    await expect.poll(() => undo.isEnabled()).toBe(false);
    await page.keyboard.press('g');
    await expect.poll(() => tool.innerText(), slow).toContain('1 picture');
  });

  it('says that a file is another one than was imported, and takes it', async () => {
    await open();
    await expect.poll(() => frame(6).getAttribute('aria-label')).toContain('its bytes have changed');
    await frame(6).dblclick();
    const take = page.getByRole('button', { name: 'Take the new file' });
    await take.click(slow);
    await expect.poll(() => take.count()).toBe(0);
    await page.keyboard.press('Escape');
    await expect.poll(() => frame(6).getAttribute('aria-label'), slow).not.toContain('bytes');
  });

  it('reads a change record as a page, with its JSON folded below', async () => {
    await open('language=es');
    await page.getByRole('navigation').first().getByRole('button', { name: 'Cola' }).click();
    await page.getByRole('button', { name: 'Registro' }).first().click();
    const dialog = page.getByRole('dialog');
    await expect
      .poll(() => dialog.getByRole('region', { name: 'Luces de copiado' }).innerText())
      .toContain('+0,35');
    const raw = dialog.locator('pre');
    expect(await raw.isVisible()).toBe(false);
    await dialog.getByText('El registro tal como está escrito').click();
    await expect.poll(() => raw.innerText()).toContain('"what": "Revelado change record"');
  });

  it('shows picked densities whole, in Spanish too', async () => {
    await open('language=es');
    await frame(2).dblclick();
    await page.getByRole('tab').first().waitFor();
    await page.keyboard.press('b');
    await page.getByRole('button', { name: 'Colocar un rectángulo' }).click(slow);
    const shown = page.locator('#lightbox-panel').getByText('0,26 · 0,57 · 0,80');
    await expect.poll(() => shown.count(), slow).toBe(1);
    expect(await shown.evaluate((e) => e.scrollWidth <= e.clientWidth)).toBe(true);
  });

  it('moves a frame into a group that is there', async () => {
    await open();
    await frame(1).click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Move to a roll, album or reel…' }).click();
    const move = page.getByRole('button', { name: 'Move', exact: true });
    expect(await move.isDisabled()).toBe(true);
    const group = page.getByRole('option').last();
    const name = await group.innerText();
    await group.click();
    await move.click();
    await page
      .getByRole('button', { name: new RegExp(name) })
      .first()
      .click();
    await expect.poll(() => frame(1).count()).toBe(1);
  });

  it('shows the raw film while R is held, and the picture again after', async () => {
    await open();
    await frame(2).click();
    expect(await page.locator('canvas.raw').count()).toBe(0);
    await page.keyboard.down('r');
    await expect.poll(() => page.locator('canvas.raw[data-ready]').count()).toBeGreaterThan(3);
    await page.keyboard.up('r');
    await expect.poll(() => page.locator('canvas.raw').count()).toBe(0);
  });

  it('Tab on the table folds the panels; everywhere else it moves the focus', async () => {
    await open();
    const panel = page.getByRole('complementary');
    await frame(1).click();
    await page.getByRole('grid').focus();
    await page.keyboard.press('Tab');
    await expect.poll(() => panel.count()).toBe(0);
    await page.keyboard.press('Tab');
    await expect.poll(() => panel.count()).toBe(1);
    await page.getByRole('button', { name: 'Kind' }).focus();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('Rating');
    expect(await panel.count()).toBe(1);
  });

  it('corrects a kind from its icon, and says why it was chosen', async () => {
    await open();
    await page.locator('[data-kind="1"]').hover();
    await expect.poll(() => page.getByRole('tooltip').innerText()).toContain('orange base');
    await page.locator('[data-kind="1"]').click();
    await page.getByRole('menuitemradio', { name: 'Slide', exact: true }).click();
    await expect.poll(() => frame(1).getAttribute('aria-label')).toContain('Slide');
  });

  it('narrows by kind, says how much is left, and clears', async () => {
    await open();
    await page.getByRole('button', { name: 'Kind' }).click();
    await page.getByRole('menuitemcheckbox', { name: /B&W negative/ }).click();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('toolbar').first().innerText()).toContain('20 frames');
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await expect.poll(() => page.getByRole('toolbar').first().innerText()).toContain('104 frames');
  });

  it('removes with a way back', async () => {
    await open();
    await frame(1).click();
    await page.keyboard.press('Delete');
    await expect.poll(() => frame(1).count()).toBe(0);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => frame(1).count()).toBe(1);
  });

  it('takes a circa date for a roll and refuses nonsense', async () => {
    await open();
    await page.getByRole('button', { name: '1998-07', exact: true }).click();
    const field = page.getByLabel('When it was taken');
    await field.fill('some summer');
    expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    await field.fill('circa 1962');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByRole('row').first().innerText()).toContain('circa 1962');
  });

  it('shows three targets while files hang over it, and restores what is dropped on Restore, with a way back', async () => {
    await open();
    const drag = (type: string) =>
      page.evaluate((name) => {
        const data = new DataTransfer();
        data.items.add(new File(['x'], 'print-01.tif'));
        const target = document.querySelector('[data-drop="restore"]') ?? document.body;
        target.dispatchEvent(new DragEvent(name, { dataTransfer: data, bubbles: true, cancelable: true }));
      }, type);
    await drag('dragenter');
    const targets = page.getByTestId('drop-targets');
    await expect.poll(() => targets.innerText()).toMatch(/Develop[\s\S]*Restore[\s\S]*Colorize/);
    await drag('drop');
    await expect.poll(() => targets.count()).toBe(0);
    await expect.poll(() => page.getByText('1 file is being imported, and restored then.').count()).toBe(1);
    // The make-believe import brings the first thirty-six frames.
    await expect.poll(() => page.getByText('36 pictures are being restored.').count(), slow).toBe(1);
    await expect
      .poll(() => frame(2).getAttribute('aria-label'), slow)
      .toContain('Restored: Repair, Cleaning');
    await page.getByRole('button', { name: 'Undo' }).last().click();
    await expect.poll(() => frame(2).getAttribute('aria-label'), slow).not.toContain('Restored');
  });

  /** Opens a print of the wedding album. */
  const openPrint = async (query = '') => {
    await open(query);
    await page
      .getByRole('button', { name: /^Wedding album/ })
      .first()
      .click();
    await frame(80).dblclick();
    await page.getByRole('tab').first().waitFor();
    await expect.poll(focused, slow).toMatch(/^Stage/);
  };

  it('shows a print its own cards, and a film those after its development folded', async () => {
    await openPrint();
    const steps = () =>
      page.locator('[data-step]').evaluateAll((cards) => cards.map((c) => c.getAttribute('data-step')));
    await expect.poll(steps).toEqual(['colour', 'ageing', 'repair', 'clean', 'detail', 'enlarge', 'frame']);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /^All/ }).first().click();
    await frame(2).dblclick();
    await expect.poll(steps, slow).toEqual(['film', 'dust', 'lights', 'print', 'frame']);
    await page.getByRole('button', { name: /^After the development/ }).click();
    await expect.poll(steps).toContain('repair');
  });

  it('draws a mask by hand and by keyboard; every stroke is one step back, and the view can be moved meanwhile', async () => {
    await openPrint();
    await page.keyboard.press('e');
    const field = page.getByRole('application');
    await expect.poll(focused, slow).toMatch(/^Mask, Brush/);
    const marks = page.locator('[data-step=repair]').getByText(/^\d+ marks?$/);
    const box = (await field.boundingBox())!;
    const to = (u: number, v: number) => [box.x + u * box.width, box.y + v * box.height] as const;
    await page.mouse.move(...to(0.4, 0.4));
    await page.mouse.down();
    await page.mouse.move(...to(0.5, 0.5), { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => marks.innerText(), slow).toBe('1 mark');
    // A repair that was off now mends what is marked, and nothing else.
    expect(await page.getByRole('button', { name: 'My marks' }).getAttribute('aria-pressed')).toBe('true');
    // With Space held a drag moves the view and draws nothing.
    await page.keyboard.press('+');
    await page.keyboard.down('Space');
    await page.mouse.move(...to(0.5, 0.5));
    await page.mouse.down();
    await page.mouse.move(...to(0.4, 0.4), { steps: 3 });
    await page.mouse.up();
    await page.keyboard.up('Space');
    expect(await marks.innerText()).toBe('1 mark');
    await page.keyboard.press('o');
    await expect.poll(focused, slow).toMatch(/^Mask, Outline/);
    for (const [u, v] of [
      [0.4, 0.4],
      [0.6, 0.4],
      [0.6, 0.6],
      [0.4, 0.4],
    ])
      await page.mouse.click(...to(u, v), { delay: 20 });
    await expect.poll(() => marks.innerText(), slow).toBe('2 marks');
    await page.keyboard.press('b');
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await expect.poll(() => marks.innerText(), slow).toBe('3 marks');
    await page.keyboard.press('.');
    await page.keyboard.press('Delete');
    await expect.poll(() => marks.innerText(), slow).toBe('2 marks');
    for (const left of ['3 marks', '2 marks', '1 mark', '0 marks']) {
      await page.keyboard.press('Control+z');
      await expect.poll(() => marks.innerText(), slow).toBe(left);
    }
    await page.keyboard.press('Escape');
    await expect.poll(focused, slow).toMatch(/^Stage/);
  });

  it('sizes the brush by key and by Alt and wheel, and takes healing from where Alt clicks', async () => {
    await openPrint();
    await page.keyboard.press('e');
    const size = page.getByRole('slider', { name: 'Size' });
    await expect.poll(() => size.count(), slow).toBe(1);
    const value = async () => Number.parseFloat((await size.getAttribute('aria-valuetext')) ?? '');
    const start = await value();
    await page.keyboard.press(']');
    await expect.poll(value, slow).toBeGreaterThan(start * 1.15);
    const box = (await page.getByRole('application').boundingBox())!;
    const middle = [box.x + box.width / 2, box.y + box.height / 2] as const;
    await page.mouse.move(...middle);
    await page.keyboard.down('Alt');
    await page.mouse.wheel(0, 100);
    await page.mouse.wheel(0, 100);
    await expect.poll(value, slow).toBeLessThan(start * 0.95);
    await page.keyboard.up('Alt');
    await page.keyboard.press('h');
    await page.keyboard.down('Alt');
    await page.mouse.click(middle[0] + 90, middle[1]);
    await page.keyboard.up('Alt');
    await page.mouse.move(...middle);
    await page.mouse.down();
    await page.mouse.up();
    await expect
      .poll(
        () =>
          page
            .locator('[data-step=repair]')
            .getByText(/^\d+ marks?$/)
            .innerText(),
        slow,
      )
      .toBe('1 mark');
    await page.getByRole('tab', { name: 'History' }).click();
    await expect
      .poll(() => page.getByRole('list', { name: /History/ }).innerText(), slow)
      .toContain('Healed');
  });

  it('gives a colour hint by keyboard, moves it, changes and deletes it', async () => {
    await openPrint();
    await page.keyboard.press('t');
    await expect.poll(focused, slow).toMatch(/^Colour hints\. Cross at 50 %, 50 %/);
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Which colour was this?' });
    await expect
      .poll(() => dialog.getByRole('group', { name: 'Likely' }).getByRole('button').count(), slow)
      .toBe(4);
    await dialog.getByRole('button', { name: 'Clear sky' }).press('Enter');
    await page.keyboard.press('Escape');
    const card = page.locator('[data-step=colour]');
    await expect.poll(() => card.getByText('1 hint', { exact: true }).count(), slow).toBe(1);
    await expect.poll(() => card.getByText('Clear sky').count(), slow).toBe(1);
    expect(await page.getByRole('switch', { name: 'Use Colour' }).isChecked()).toBe(true);
    await page.keyboard.press('.');
    await expect.poll(focused, slow).toMatch(/^Hint 1, #7aa7d6, at 55 %, 50 %/);
    await page.keyboard.press('Shift+ArrowDown');
    await expect.poll(focused, slow).toMatch(/at 55 %, 55 %/);
    // Another colour, by its number.
    await page.keyboard.press('Enter');
    await dialog.getByRole('textbox', { name: 'Colour as a number' }).fill('#8a1f2b');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await expect.poll(() => card.getByText('#8a1f2b').count(), slow).toBe(1);
    await page.keyboard.press('.');
    await page.keyboard.press('Delete');
    await expect.poll(() => card.getByText('0 hints').count(), slow).toBe(1);
    await page.keyboard.press('Control+z');
    await expect.poll(() => card.getByText('#8a1f2b').count(), slow).toBe(1);
  });

  it('takes a colour from another picture as reference', async () => {
    await openPrint();
    await page.keyboard.press('t');
    const field = page.getByRole('application');
    await expect.poll(() => field.count(), slow).toBe(1);
    const box = (await field.boundingBox())!;
    await page.mouse.click(box.x + box.width * 0.4, box.y + box.height * 0.5);
    const dialog = page.getByRole('dialog', { name: 'Which colour was this?' });
    await dialog.getByRole('button', { name: 'Other picture' }).click();
    await dialog.getByRole('group', { name: 'Other picture' }).getByRole('button').first().click();
    await dialog.getByRole('button', { name: /^Reference picture/ }).click(slow);
    await expect
      .poll(() => page.locator('[data-step=colour]').getByText('1 hint', { exact: true }).count(), slow)
      .toBe(1);
  });

  it('tells what was changed, with a legend and keys', async () => {
    await openPrint();
    await page.keyboard.press('a');
    await page.keyboard.press('Shift+L');
    const legend = page.getByRole('note', { name: 'Legend' });
    await expect.poll(() => legend.innerText(), slow).toMatch(/Real:[\s\S]*Interpolated:[\s\S]*Invented:/);
    await page.getByRole('button', { name: 'What was changed' }).click();
    await page.getByRole('menuitemradio', { name: /what was changed/ }).click();
    await expect.poll(() => legend.innerText(), slow).toContain('How far each pixel was changed');
    await page.keyboard.press('Shift+C');
    await expect.poll(() => legend.count(), slow).toBe(0);
    // Before and after: the scan against what was made of it.
    await page.keyboard.press('s');
    await expect.poll(() => page.getByText('As scanned', { exact: true }).count(), slow).toBe(1);
    await expect.poll(() => page.getByText('Restored', { exact: true }).count(), slow).toBe(1);
  });

  it('the Studio takes drops for a new dataset, and builds it from what came of them', async () => {
    await open();
    await page.getByRole('navigation').first().getByRole('button', { name: 'Studio' }).click();
    await page.getByRole('heading', { name: 'one-super-8-beach-2' }).waitFor();
    const drag = (type: string) =>
      page.evaluate((name) => {
        const data = new DataTransfer();
        data.items.add(new File(['x'], 'slide-01.tif'));
        document.body.dispatchEvent(
          new DragEvent(name, { dataTransfer: data, bubbles: true, cancelable: true }),
        );
      }, type);
    await drag('dragenter');
    await expect.poll(() => page.getByTestId('drop-targets').innerText()).toContain('Learn from these');
    await drag('drop');
    const dialog = page.getByRole('dialog', { name: 'New dataset' });
    await expect.poll(() => dialog.getByText(/36 dropped pictures and films are ready/).count()).toBe(1);
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Slides of 1974');
    await dialog.getByRole('button', { name: 'Build' }).click();
    await expect.poll(() => dialog.count()).toBe(0);
    const aside = page.getByRole('complementary', { name: 'Datasets' });
    await expect.poll(() => aside.getByRole('button', { name: /^Slides of 1974/ }).count()).toBe(1);
  });

  it('the Studio judges without colour, lays past runs over the curve, and takes back what it did', async () => {
    await open();
    await page.getByRole('navigation').first().getByRole('button', { name: 'Studio' }).click();
    const verdict = page.getByRole('complementary', { name: 'Verdict' });
    await expect
      .poll(() => verdict.getByRole('row', { name: /^Colour difference/ }).innerText(), slow)
      .toMatch(/worse/);
    const lines = page.locator('.MuiLineChart-line');
    await expect.poll(() => lines.count(), slow).toBe(3);
    await verdict.getByRole('checkbox', { name: 'Draw one-super-8-beach in the chart' }).check();
    await expect.poll(() => lines.count(), slow).toBe(4);
    await verdict.getByRole('button', { name: 'Use it' }).click();
    await expect.poll(() => verdict.getByText('This model is in use.').count()).toBe(1);
    await verdict.getByRole('button', { name: 'Go back' }).click();
    await expect.poll(() => verdict.getByText('In use now: the model of one-super-8-beach.').count()).toBe(1);
    await verdict.getByRole('button', { name: 'Remove the run colorist-getaria' }).click();
    await expect.poll(() => verdict.getByText('colorist-getaria').count()).toBe(0);
    await page.getByRole('button', { name: 'Undo' }).last().click();
    await expect.poll(() => verdict.getByText('colorist-getaria').count()).toBe(1);
  });

  it('a changed key works, its old one does not, and a clash is named', async () => {
    await open();
    await page.getByRole('navigation', { name: 'Rooms' }).getByRole('button', { name: 'Settings' }).click();
    await page
      .getByRole('button', { name: /^Keep: P$/ })
      .first()
      .click();
    await page.keyboard.press('x');
    await expect.poll(() => page.getByText('The same key is also for: Reject').count()).toBe(1);
    await page
      .getByRole('button', { name: /^Keep: X$/ })
      .first()
      .click();
    await page.keyboard.press('j');
    await expect.poll(() => page.getByText('The same key is also for: Reject').count()).toBe(0);
    await page.getByRole('navigation', { name: 'Rooms' }).getByRole('button', { name: 'Library' }).click();
    await frame(1).click();
    await page.keyboard.press('p');
    await page.keyboard.press('j');
    await expect.poll(() => frame(1).getAttribute('aria-label')).toContain('Keep');
  });

  it('every control in every room has a name, in Spanish too', async () => {
    await open('language=es');
    const rooms = page.getByRole('navigation').first().getByRole('button');
    await expect.poll(() => rooms.first().innerText()).toBe('Biblioteca');
    for (let i = 0; i < 6; i++) {
      await rooms.nth(i).click();
      await page.waitForTimeout(250);
      const nameless = await page.evaluate(() =>
        [...document.querySelectorAll('button, input, [role=slider], [role=combobox], [role=grid], a')]
          .filter(
            (e) =>
              !e.closest('[aria-hidden=true]') && !(e instanceof HTMLInputElement && e.type === 'hidden'),
          )
          .filter((e) => {
            const labels =
              e instanceof HTMLInputElement ? [...(e.labels ?? [])].map((l) => l.textContent).join('') : '';
            return !(
              e.getAttribute('aria-label') ||
              e.getAttribute('aria-labelledby') ||
              e.textContent ||
              labels
            );
          })
          .map((e) => e.outerHTML.slice(0, 160)),
      );
      expect(nameless).toEqual([]);
      // A key instead of words would show as one: "library.import".
      expect(await page.locator('body').innerText()).not.toMatch(
        /\b(library|jobs|settings|common|later|studio)\.[a-z]/,
      );
    }
  });
});
