/** Commands inside Electron, against a fake of its API: which arguments mean one, what runs it, how it ends. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { EventEmitter } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { commandArguments, runElectronCommand } from './electron-command.ts';

describe('arguments of an installed program', () => {
  it.each<[string[], boolean, string[] | null]>([
    [['/opt/revelado', 'develop', 'a.tif', '--out', 'x'], true, ['develop', 'a.tif', '--out', 'x']],
    [['electron', '/app', 'doctor', '--json'], false, ['doctor', '--json']],
    [['/opt/revelado', '--no-sandbox', 'bench', '--only', 'roll'], true, ['bench', '--only', 'roll']],
    [['/opt/revelado', '--version'], true, ['--version']],
    [['/opt/revelado', '--no-sandbox', '--help'], true, ['--help']],
    [['/opt/revelado', 'restore', 'a.tif'], true, ['restore', 'a.tif']],
    [['/opt/revelado'], true, null],
    [['electron', '/app'], false, null],
    [['/opt/revelado', '--no-sandbox'], true, null],
    // A scan opened with the program (file association) is no command, whatever it is called.
    [['/opt/revelado', '/scans/develop.tif'], true, null],
    [['/opt/revelado', '/scans/develop'], true, null],
  ])('%j', (argv, packaged, args) => {
    expect(commandArguments(argv, packaged)).toEqual(args);
  });
});

/** A utility process that answers like an engine process told to try a provider. */
class FakeUtility extends EventEmitter {
  stderr = null;
  killed = false;
  constructor(env: Record<string, string>) {
    super();
    setImmediate(() => {
      const value = { ms: env['REVELADO_PROBE'] === 'cpu' ? 0.5 : 1 };
      this.emit('message', { t: 'result', id: 0, value });
    });
  }
  postMessage() {
    // Nothing is asked of a probe.
  }
  kill() {
    this.killed = true;
    return true;
  }
}

function fakeElectron(packaged = true) {
  const order: string[] = [];
  const forks: string[] = [];
  return {
    order,
    forks,
    api: {
      app: {
        isPackaged: packaged,
        commandLine: { appendSwitch: (...args: string[]) => order.push(args.join('=')) },
        disableHardwareAcceleration: () => order.push('no gpu'),
        dock: { hide: async () => void order.push('no dock') },
        whenReady: async () => void order.push('ready'),
        exit: vi.fn((status: number) => void order.push(`exit ${status}`)),
      },
      utilityProcess: {
        fork: (file: string, _args: string[], options: { env: Record<string, string> }) => {
          forks.push(file);
          return new FakeUtility(options.env);
        },
      },
    },
  };
}
const run = (fake: ReturnType<typeof fakeElectron>, argv: string[], args: string[]) =>
  runElectronCommand(fake.api as never, argv, args);

function captured(stream: NodeJS.WriteStream): () => string {
  let text = '';
  vi.spyOn(stream, 'write').mockImplementation(((part: string, done?: () => void) => {
    text += part;
    done?.();
    return true;
  }) as never);
  return () => text;
}
afterEach(() => vi.restoreAllMocks());

describe('a command inside Electron', () => {
  it('prints and ends with status 0, without a window', async () => {
    const fake = fakeElectron();
    const said = captured(process.stdout);
    await run(fake, ['/opt/revelado', '--version'], ['--version']);
    expect(said()).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(fake.order.slice(-2)).toEqual(['ready', 'exit 0']);
    expect(fake.forks).toEqual([]);
  });

  it('ends with status 2 and one line when it is used wrongly', async () => {
    const fake = fakeElectron();
    captured(process.stdout);
    const said = captured(process.stderr);
    await run(fake, ['/opt/revelado', 'develop'], ['develop']);
    expect(said()).toMatch(/^revelado: develop: name at least one scan/);
    expect(fake.api.app.exit).toHaveBeenCalledWith(2);
  });

  it('probes providers in utility processes', async () => {
    const fake = fakeElectron();
    const said = captured(process.stdout);
    const data = mkdtempSync(path.join(os.tmpdir(), 'revelado-command-'));
    vi.stubEnv('REVELADO_DATA', data);
    try {
      await run(fake, ['/opt/revelado', 'doctor', '--json'], ['doctor', '--json']);
    } finally {
      vi.unstubAllEnvs();
      rmSync(data, { recursive: true, force: true });
    }
    const report = JSON.parse(said()) as { checks: { id: string; status: string }[] };
    expect(report.checks.find((c) => c.id === 'provider-cpu')?.status).toBe('ok');
    expect(fake.forks.length).toBeGreaterThan(0);
    expect(fake.forks.every((file) => /engine[\\/]main\.ts$/.test(file))).toBe(true);
  });

  it('refuses to fetch libraries where there is no Node to do it', async () => {
    const fake = fakeElectron();
    captured(process.stdout);
    const said = captured(process.stderr);
    await run(fake, ['/opt/revelado', 'doctor', '--install-cuda'], ['doctor', '--install-cuda']);
    expect(said()).toMatch(/cannot be fetched into an installed Revelado/);
    expect(fake.api.app.exit).toHaveBeenCalledWith(1);
  });
});
