/**
 * The window in a real browser over the mock client: what hands and keys do. Needs Chromium (the system's, or
 * the one named by REVELADO_BROWSER); says so and skips where there is none.
 */
import { describe, expect, it } from 'vitest';
import {
  executablePath,
  focused,
  frame,
  mockWindow,
  open,
  page,
  selected,
  slow,
} from '../../build/mock-window.ts';

describe.skipIf(!executablePath)('the window', () => {
  mockWindow('window');

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
