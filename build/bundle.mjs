/**
 * Builds everything into dist/: the host, engine, preload and CLI as CommonJS with esbuild (packages with
 * native parts stay outside the bundle), the window with Vite. `--no-renderer` leaves the window out.
 */
import { build as esbuild } from 'esbuild';
import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const started = new Date();

/** Kept outside the bundle: native modules, and packages that look for files beside themselves. */
const external = [
  'electron',
  'sharp',
  'better-sqlite3',
  'onnxruntime-node',
  'exiftool-vendored',
  'libraw-wasm',
  'libraw-wasm/*',
  'ffmpeg-static',
  '@ffmpeg-installer/ffmpeg',
  '@ffprobe-installer/ffprobe',
  'bufferutil',
  'utf-8-validate',
];

/** name in dist/main -> entry */
const entries = {
  index: 'main/index.ts',
  cli: 'main/cli.ts',
  engine: 'main/engine/main.ts',
  'pixel-worker': 'main/engine/pixel-worker.ts',
  'loader-worker': 'main/studio/dataset/loader-worker.ts',
  'eval-worker': 'main/studio/eval/eval-worker.ts',
  preload: 'main/hosts/preload.ts',
};
const present = Object.entries(entries).filter(([, file]) => existsSync(path.join(root, file)));

mkdirSync(path.join(root, 'dist', 'main'), { recursive: true });
await esbuild({
  absWorkingDir: root,
  entryPoints: Object.fromEntries(present),
  outdir: 'dist/main',
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node22',
  sourcemap: true,
  external,
  define: { 'import.meta.url': '__importMetaUrl' },
  banner: { js: "const __importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
  logLevel: 'warning',
});

if (!process.argv.includes('--no-renderer') && existsSync(path.join(root, 'renderer', 'index.html'))) {
  const { build } = await import('vite');
  await build({ configFile: path.join(root, 'build', 'vite.config.ts'), logLevel: 'warn' });
}
// The stamp carries the time the build *began*: a source saved meanwhile is newer than it.
const stamp = path.join(root, 'dist', '.built');
writeFileSync(stamp, '');
utimesSync(stamp, started, started);
