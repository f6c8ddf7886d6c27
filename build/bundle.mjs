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
  'verovio/*',
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
  commands: 'main/cli/commands.ts',
  engine: 'main/engine/main.ts',
  'pixel-worker': 'main/engine/pixel-worker.ts',
  'reel-worker': 'main/engine/reel-worker.ts',
  'loader-worker': 'main/studio/dataset/loader-worker.ts',
  'eval-worker': 'main/studio/eval/eval-worker.ts',
  preload: 'main/hosts/preload.ts',
};
const present = Object.entries(entries).filter(([, file]) => existsSync(path.join(root, file)));

/** The command line's entry is small and loads the commands as a file of their own, while threads start. */
const commandsApart = {
  name: 'commands-apart',
  setup(build) {
    build.onResolve({ filter: /^\.\/cli\/commands\.ts$/ }, ({ importer }) =>
      importer === path.join(root, 'main', 'cli.ts') ? { path: './commands.cjs', external: true } : null,
    );
  },
};
/** The validation library's messages in fifty languages; ours come from app/words, and English is its default. */
const oneLanguage = {
  name: 'one-language',
  setup(build) {
    build.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};

const outdir = path.join(root, 'dist', 'main');
mkdirSync(outdir, { recursive: true });
const { outputFiles } = await esbuild({
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
  plugins: [commandsApart, oneLanguage],
  define: { 'import.meta.url': '__importMetaUrl' },
  banner: { js: "const __importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
  logLevel: 'warning',
  write: false,
});
for (const { path: file, contents, text } of outputFiles) {
  // One character beyond ASCII, in a comment for all we care, doubles the memory and the time that a program takes
  // to be read. What is not in a comment means the same when it is escaped.
  const escape = (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;
  writeFileSync(file, file.endsWith('.cjs') ? text.replace(/[^\0-\x7f]/g, escape) : contents);
}

if (!process.argv.includes('--no-renderer') && existsSync(path.join(root, 'renderer', 'index.html'))) {
  const { build } = await import('vite');
  await build({ configFile: path.join(root, 'build', 'vite.config.ts'), logLevel: 'warn' });
}
// The stamp carries the time the build *began*: a source saved meanwhile is newer than it.
const stamp = path.join(root, 'dist', '.built');
writeFileSync(stamp, '');
utimesSync(stamp, started, started);
