/**
 * Restoring in the window, in a real browser over the mock client: targets, cards, masks, colour hints and the views
 * of what was changed. Needs Chromium (the system's, or the one named by REVELADO_BROWSER); says so and skips where
 * there is none.
 */
import { describe, expect, it } from 'vitest';
import { executablePath, focused, frame, mockWindow, open, page, slow } from '../../build/mock-window.ts';

describe.skipIf(!executablePath)('restoring in the window', () => {
  mockWindow('restore');

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
});
