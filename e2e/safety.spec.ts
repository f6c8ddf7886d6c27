/** The browser host's door: no session, foreign pages, foreign host names and paths get nothing. */
import http from 'node:http';
import { expect, test } from './fixtures.ts';

test.skip(process.env['REVELADO_E2E_HOST'] === 'electron', 'Electron has no door to the network');

interface Answer {
  status: number;
  body: string;
}
/** A raw request, with any Host and Origin, as a hostile program or page would make it. */
function request(port: number, path: string, options: http.RequestOptions = {}, body = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = http.request({ host: '127.0.0.1', port, path, ...options }, (response) => {
      let text = '';
      response.on('data', (d: Buffer) => (text += d.toString('latin1')));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

test('only the page with the launch link gets in', async ({ darkroom }) => {
  const origin = new URL(darkroom.page.url()).origin;
  const port = Number(new URL(origin).port);
  const pixels = JSON.stringify({ itemId: 1, recipe: null, maxWidth: 10, maxHeight: 10 });

  // The launch token is used up, and no longer in the address.
  expect(darkroom.page.url()).not.toContain('token=');
  const token = /token=([\w-]+)/.exec(darkroom.log)![1];
  const again = await request(
    port,
    '/session',
    { method: 'POST', headers: { origin } },
    JSON.stringify({ token }),
  );
  expect(again.status).toBe(401);

  expect((await request(port, '/thumbs/1')).status).toBe(401);
  expect((await request(port, '/pixels', { method: 'POST', headers: { origin } }, pixels)).status).toBe(401);
  expect(
    (await request(port, '/inbox?name=a.tif', { method: 'POST', headers: { origin } }, 'x')).status,
  ).toBe(401);

  // Another page's script, and a name that somebody pointed at the loopback.
  for (const headers of [
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { origin, host: 'evil.example' },
  ])
    expect((await request(port, '/session', { method: 'POST', headers }, '{}')).status).toBe(403);
  expect((await request(port, '/', { headers: { host: `evil.example:${port}` } })).status).toBe(403);

  const upgrade = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
  };
  for (const headers of [{ ...upgrade, origin: 'http://evil.example' }, { ...upgrade }])
    expect((await request(port, '/socket', { headers }).catch(() => ({ status: 403 }))).status).toBe(403);

  for (const path of ['/../package.json', '/%2e%2e/%2e%2e/package.json', '/assets/../../main/cli.cjs']) {
    const answer = await request(port, path);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.body).not.toContain('revelado"');
  }
});

test('a part of the window that does not arrive is said, and the rest stands', async ({ darkroom }) => {
  const { page } = darkroom;
  await page.route('**/*Models*.js', (route) => route.abort());
  const rail = page.getByRole('navigation').first();
  await rail.getByRole('button', { name: /^Models/ }).click();
  await expect(page.getByRole('alert').getByText('This part of the window could not be shown')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Load again' })).toBeVisible();
  await rail.getByRole('button', { name: /^Settings/ }).click();
  await expect(page.getByRole('radiogroup').or(page.getByRole('combobox')).first()).toBeVisible();
});
