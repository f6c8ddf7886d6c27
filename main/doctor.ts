/**
 * The doctor: looks at everything Revelado leans on (runtime, ffmpeg, execution providers, memory, disk,
 * metadata tool, picture formats, database), says what was found, and how to get what is missing. Nothing is
 * changed. `ok` is false only when something that developing needs is missing.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import type { DoctorReport } from '../app/contract/host.ts';
import { say, type Sentence } from '../app/words/sentences.ts';
import { findTool, onPath } from './engine/ffmpeg-find.ts';
import type { FfmpegTool } from './engine/ffmpeg-find.ts';
import type { ProviderReport } from './engine/process-probe.ts';
import { freeSpace, readableFormats } from './files/index.ts';
import { openDatabase } from './library/database.ts';

/** Names that are the same in every language. */
type Product = 'Node.js' | 'Electron' | 'SQLite' | FfmpegTool;
/** A check in words of the catalogue, so that a window can say them in its own language. */
interface Check extends Omit<DoctorReport['checks'][number], 'label' | 'advice'> {
  label: Sentence | Product;
  advice: Sentence | '';
}

export interface DoctorOptions {
  /** ffmpeg chosen in the settings, or null. */
  ffmpegPath: string | null;
  /** Folder of the library: its disk is looked at. It need not exist yet. */
  libraryDir: string;
  /** Runs the one-convolution graph on each provider, e.g. an engine's `providers` call. */
  providers(): Promise<ProviderReport[]>;
}

const require = createRequire(import.meta.url);
const GB = 1e9;
const gb = (bytes: number): string => (bytes / GB).toFixed(1);

/** Checks without which nothing can be developed. */
const NEEDED = new Set(['node', 'provider-cpu', 'sqlite', 'formats']);

const PROVIDER_NAMES: Record<string, string> = {
  cpu: 'CPU',
  cuda: 'NVIDIA CUDA',
  dml: 'DirectML',
  coreml: 'Core ML',
  webgpu: 'WebGPU',
};

const PROVIDER_ADVICE: Record<string, Sentence> = {
  cpu: say('advice-cpu'),
  cuda: say('advice-cuda'),
  dml: say('advice-dml'),
  coreml: say('advice-coreml'),
  webgpu: say('advice-webgpu'),
};

function runtime(): Check[] {
  const major = Number(process.versions.node.split('.')[0]);
  const electron = process.versions['electron'];
  const checks: Check[] = [
    {
      id: 'node',
      label: 'Node.js',
      status: major >= 22 ? 'ok' : 'missing',
      found: `${process.versions.node} (${process.platform} ${process.arch})`,
      advice: major >= 22 ? '' : say('advice-node'),
    },
  ];
  if (electron) {
    checks.push({ id: 'electron', label: 'Electron', status: 'ok', found: electron, advice: '' });
    return checks;
  }
  const program = electronProgram();
  checks.push({
    id: 'electron',
    label: 'Electron',
    status: program.present ? 'ok' : 'missing',
    found: program.found,
    advice: program.present ? '' : say('advice-electron'),
  });
  return checks;
}

function electronProgram(): { present: boolean; found: string } {
  try {
    const manifest = require.resolve('electron/package.json');
    const { version } = require(manifest) as { version: string };
    const name =
      { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[process.platform as string] ??
      'electron';
    const file = process.env['REVELADO_ELECTRON'] ?? path.join(path.dirname(manifest), 'dist', name);
    return existsSync(file)
      ? { present: true, found: version }
      : { present: false, found: say('found-no-program', { version }) };
  } catch {
    return { present: false, found: say('found-nowhere') };
  }
}

async function tool(name: FfmpegTool, setting: string | null): Promise<Check> {
  const { found, rejected } = await findTool(name, setting);
  const notes = rejected.join('; ');
  if (!found)
    return {
      id: name,
      label: name,
      status: 'missing',
      found: rejected.length > 0 ? say('found-not-because', { detail: notes }) : say('found-not'),
      advice: process.platform === 'linux' ? say('advice-ffmpeg-linux') : say('advice-ffmpeg'),
    };
  const taken = `${found.version} (${found.source}: ${found.path})`;
  const old = found.source === 'npm package';
  return {
    id: name,
    label: name,
    status: rejected.some((reason) => reason.endsWith('does not run')) ? 'warning' : 'ok',
    found: rejected.length > 0 ? say('found-instead', { tool: taken, detail: notes }) : taken,
    advice: old ? say('advice-ffmpeg-old') : '',
  };
}

function provider(report: ProviderReport): Check {
  const known = PROVIDER_NAMES[report.name] ?? report.name;
  return {
    id: `provider-${report.name}`,
    label: say('doctor-device', { name: known }),
    status: report.ok ? 'ok' : 'missing',
    found: report.ok
      ? say('found-device', { ms: (report.ms ?? 0).toFixed(2), detail: report.reason })
      : say('device-cannot', { detail: report.reason }),
    advice: report.ok ? '' : (PROVIDER_ADVICE[report.name] ?? ''),
  };
}

function memory(): Check {
  const total = os.totalmem();
  // A container may allow less than the machine has.
  const allowed = process.constrainedMemory();
  const limit = allowed > 0 && allowed < total ? allowed : total;
  const free = Math.min(process.availableMemory(), limit);
  const little = limit < 4 * GB || free < 1.5 * GB;
  return {
    id: 'memory',
    label: say('doctor-memory'),
    status: little ? 'warning' : 'ok',
    found: say('found-memory', { all: gb(limit), free: gb(free) }),
    advice: little ? say('advice-memory') : '',
  };
}

async function disk(dir: string): Promise<Check> {
  try {
    const free = await freeSpace(dir);
    const little = free < 5 * GB;
    return {
      id: 'disk',
      label: say('doctor-disk'),
      status: little ? 'warning' : 'ok',
      found: say('found-disk', { free: gb(free), folder: dir }),
      advice: little ? say('advice-disk') : '',
    };
  } catch (error) {
    return {
      id: 'disk',
      label: say('doctor-disk'),
      status: 'warning',
      found: error instanceof Error ? error.message : String(error),
      advice: say('advice-other-disk'),
    };
  }
}

function exiftool(): Check {
  const perl = process.platform === 'win32' ? say('found-inside') : onPath('perl');
  let version = '';
  try {
    const name = process.platform === 'win32' ? 'exiftool-vendored.exe' : 'exiftool-vendored.pl';
    const from = createRequire(require.resolve('exiftool-vendored'));
    version = (from(`${name}/package.json`) as { version: string }).version;
  } catch {
    version = '';
  }
  const good = perl !== null && version !== '';
  return {
    id: 'exiftool',
    label: say('doctor-exiftool'),
    status: good ? 'ok' : 'missing',
    found: say('found-exiftool', {
      version: version || say('found-nowhere'),
      perl: perl ?? say('found-not'),
    }),
    advice: good ? '' : perl === null ? say('advice-perl') : say('advice-install-again'),
  };
}

async function formats(): Promise<Check> {
  try {
    const { version, read } = await readableFormats();
    const heic = read.includes('heic');
    return {
      id: 'formats',
      label: say('doctor-formats'),
      status: heic ? 'ok' : 'warning',
      found: `libvips ${version}: ${read.join(', ')}`,
      advice: heic ? '' : say('advice-heic'),
    };
  } catch (error) {
    return {
      id: 'formats',
      label: say('doctor-formats'),
      status: 'missing',
      found: error instanceof Error ? error.message.split('\n')[0] : String(error),
      advice: say('advice-sharp'),
    };
  }
}

function sqlite(): Check {
  try {
    const db = openDatabase(':memory:');
    const row = db.get<{ version: string }>('select sqlite_version() as version');
    db.close();
    return {
      id: 'sqlite',
      label: 'SQLite',
      status: 'ok',
      found: row?.version ?? say('found-works'),
      advice: '',
    };
  } catch (error) {
    return {
      id: 'sqlite',
      label: 'SQLite',
      status: 'missing',
      found: error instanceof Error ? error.message.split('\n')[0] : String(error),
      advice: say('advice-sqlite'),
    };
  }
}

/** Runs all checks. Never rejects: what cannot be asked is reported as missing, with the reason. */
export async function doctorReport(options: DoctorOptions): Promise<DoctorReport> {
  const [ffmpeg, ffprobe, providers, space, pictures] = await Promise.all([
    tool('ffmpeg', options.ffmpegPath),
    tool('ffprobe', options.ffmpegPath),
    options
      .providers()
      .catch((error: unknown): ProviderReport[] => [
        { name: 'cpu', ok: false, reason: error instanceof Error ? error.message : String(error), ms: null },
      ]),
    disk(options.libraryDir),
    formats(),
  ]);
  const checks = [
    ...runtime(),
    ...providers.map(provider),
    memory(),
    space,
    pictures,
    sqlite(),
    exiftool(),
    ffmpeg,
    ffprobe,
  ];
  return { ok: checks.every((c) => c.status !== 'missing' || !NEEDED.has(c.id)), checks };
}
