/**
 * `revelado doctor`: what this machine can do, as a list or as JSON. With --install-cuda it runs the install
 * script of onnxruntime-node, which fetches the CUDA libraries that its package leaves out.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { DoctorReport } from '../../app/contract/host.ts';
import { doctorReport } from '../doctor.ts';
import { probeProviders } from '../engine/process-probe.ts';
import { defaultDataDir } from '../hosts/paths.ts';
import type { CommandHost } from './commands.ts';
import { UsageError } from './usage.ts';

export const DOCTOR_HELP = `Usage: revelado doctor [--json] [--ffmpeg FILE] [--install-cuda]

Says what was found on this machine, and how to get what is missing.

  --json           the report as JSON on stdout
  --ffmpeg FILE    look at this ffmpeg first
  --install-cuda   fetch onnxruntime's CUDA libraries (NVIDIA cards; about 300 MB from nuget.org)

Exit status: 0 when everything that developing needs is there, else 1.
`;

const MARK = { ok: '✓', warning: '!', missing: '✗' } as const;

/** The report as text, one check a line, advice below what is missing. */
export function reportText(report: DoctorReport): string {
  const width = Math.max(...report.checks.map((check) => check.label.length));
  const lines = report.checks.flatMap((check) => [
    `${MARK[check.status]} ${check.label.padEnd(width)}  ${check.found}`,
    ...(check.advice ? [`  ${' '.repeat(width)}  → ${check.advice}`] : []),
  ]);
  lines.push('', report.ok ? 'Ready to develop.' : 'Something that developing needs is missing.');
  return `${lines.join('\n')}\n`;
}

/** The install script needs a Node to run in, and a packaged program has none. @returns exit status */
function noInstall(): number {
  process.stderr.write(
    'The CUDA libraries cannot be fetched into an installed Revelado. Use a checkout (`npm run -s revelado -- doctor --install-cuda`). Nothing was changed.\n',
  );
  return 1;
}

/** Runs onnxruntime-node's own install script. @returns exit status */
async function installCuda(): Promise<number> {
  let script: string;
  try {
    const require = createRequire(import.meta.url);
    const entry = require.resolve('onnxruntime-node');
    // dist/index.js -> the package's folder
    script = path.join(path.dirname(path.dirname(entry)), 'script', 'install.js');
  } catch {
    process.stderr.write('The onnxruntime-node package is not installed. Run `npm ci` first.\n');
    return 1;
  }
  const wanted = `${process.platform}/${process.arch}`;
  if (wanted !== 'linux/x64') {
    process.stderr.write(
      `onnxruntime publishes CUDA libraries for linux/x64 only; this is ${wanted}. ` +
        `${process.platform === 'win32' ? 'DirectML serves NVIDIA cards on Windows. ' : ''}Nothing was changed.\n`,
    );
    return 1;
  }
  if (!existsSync(script)) {
    process.stderr.write(`onnxruntime-node has no install script at ${script}. Run \`npm ci\` again.\n`);
    return 1;
  }
  process.stderr.write('Fetching the CUDA libraries of onnxruntime (about 300 MB)…\n');
  let said = '';
  const status = await new Promise<number>((resolve) => {
    const child = spawn(process.execPath, [script], {
      cwd: path.dirname(path.dirname(script)),
      env: {
        ...process.env,
        ONNXRUNTIME_NODE_INSTALL: 'cuda12',
        npm_config_onnxruntime_node_install: 'cuda12',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (text: Buffer): void => {
      said = (said + text.toString('utf8')).slice(-4000);
      process.stderr.write(text);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => {
      said += error.message;
      resolve(1);
    });
    child.on('close', (code) => resolve(code ?? 1));
  });
  if (status !== 0) {
    const network =
      /ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|getaddrinfo|network|status code/i.test(said);
    process.stderr.write(
      network
        ? 'The libraries could not be fetched: this machine does not reach api.nuget.org. Set HTTPS_PROXY where a proxy is needed, or run this on a network that reaches it. Until then the CPU is used.\n'
        : 'The install script of onnxruntime-node failed (its words are above). Until it passes the CPU is used.\n',
    );
    return 1;
  }
  process.stderr.write('Done. Looking whether CUDA works now:\n');
  const [cuda] = await probeProviders(undefined, ['cuda']);
  process.stderr.write(
    cuda.ok
      ? `CUDA works (${cuda.ms?.toFixed(2)} ms).\n`
      : `Not yet: ${cuda.reason}. The NVIDIA driver, CUDA 12 and cuDNN 9 are needed as well.\n`,
  );
  return cuda.ok ? 0 : 1;
}

/** @returns exit status */
export async function doctorCommand(argv: string[], host: CommandHost = {}): Promise<number> {
  let values;
  try {
    ({ values } = parseArgs({
      args: argv,
      options: {
        json: { type: 'boolean' },
        ffmpeg: { type: 'string' },
        'install-cuda': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
      strict: true,
    }));
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0] + '.');
  }
  if (values.help) {
    process.stdout.write(DOCTOR_HELP);
    return 0;
  }
  if (values['install-cuda']) return host.fork ? noInstall() : installCuda();
  const report = await doctorReport({
    ffmpegPath: values.ffmpeg ? path.resolve(values.ffmpeg) : null,
    libraryDir: defaultDataDir(),
    providers: () => probeProviders(host.fork),
  });
  process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : reportText(report));
  return report.ok ? 0 : 1;
}
