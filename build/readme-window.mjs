/** The window photographed for the README: a browser host on a folder, with files dropped on its library. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { chromium } from 'playwright';
import sharp from 'sharp';
import { findBrowser } from '../e2e/browser.mjs';

/**
 * Opens the darkroom on `folder`, drops `files` on it and hands the page to `look`, which waits for what it wants and
 * calls its second argument with the path of the picture to be taken.
 */
export async function inWindow({ cli, work, folder, files }, look) {
  const host = spawn(process.execPath, [cli, 'serve', '--folder', folder], {
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
    page.setDefaultTimeout(120_000);
    await page.goto(link);
    await page.getByText('The darkroom is open').waitFor();
    await page.evaluate(() => {
      const input = document.createElement('input');
      input.type = 'file';
      input.multiple = true;
      input.id = 'files';
      document.body.append(input);
    });
    await page.locator('#files').setInputFiles(files);
    const transfer = await page.evaluateHandle(() => {
      const input = document.querySelector('#files');
      const data = new DataTransfer();
      for (const file of input.files) data.items.add(file);
      input.remove();
      return data;
    });
    for (const type of ['dragenter', 'dragover', 'drop'])
      await page.locator('body').dispatchEvent(type, { dataTransfer: transfer });
    await look(page, async (file) => {
      await sharp(await page.screenshot())
        .jpeg({ quality: 86 })
        .toFile(file);
    });
    await browser.close();
  } finally {
    const ended = new Promise((resolve) => host.once('exit', resolve));
    host.kill('SIGTERM');
    await ended;
  }
}
