/** `revelado serve`: the darkroom in a browser, on this machine only. */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { numberIn } from './options.ts';
import type { CommandHost } from './commands.ts';
import { UsageError } from './usage.ts';

export const SERVE_HELP = `Usage: revelado serve [--port N] [--open] [--folder DIR]…

Serves the darkroom to a browser on this machine (127.0.0.1 only) and prints its address.

  --port N       port (any free one)
  --open         open it in the system's Chromium, Chrome or Edge
  --folder DIR   a folder of scans that the window may list (may be repeated)
  --data-dir DIR where library, settings and thumbnails are kept
`;

/** Serves until SIGINT or SIGTERM. @returns 0 */
export async function serveCommand(argv: string[], program: CommandHost = {}): Promise<number> {
  let parsed;
  try {
    parsed = parseArgs({
      args: argv,
      options: {
        port: { type: 'string' },
        open: { type: 'boolean' },
        folder: { type: 'string', multiple: true },
        'data-dir': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
      allowPositionals: false,
      strict: true,
    });
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0] + '.');
  }
  const { values } = parsed;
  if (values.help) {
    process.stdout.write(SERVE_HELP);
    return 0;
  }
  const port = values.port === undefined ? undefined : numberIn('port', values.port, 0, 65535, true);
  const { startBrowserHost } = await import('../hosts/browser.ts');
  const host = await startBrowserHost({
    ...(port === undefined ? {} : { port }),
    open: values.open === true,
    folders: (values.folder ?? []).map((folder) => path.resolve(folder)),
    ...(values['data-dir'] === undefined ? {} : { dataDir: path.resolve(values['data-dir']) }),
    ...(program.fork ? { fork: program.fork } : {}),
    log: (line) => process.stderr.write(`${line}\n`),
  });
  process.stdout.write(`${host.url}\n`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  await host.close();
  return 0;
}
