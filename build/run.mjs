#!/usr/bin/env node
/**
 * The one door to every script: picks Node 24, builds when sources are newer than the bundle, and starts what
 * was asked for: `start` (Electron, else the browser host), `cli`, `test`, `e2e`, `build`, `dist`, `tool`.
 */
import { spawnSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findNode } from './node24.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);
const [command, ...rest] = process.argv.slice(2);
const args = rest[0] === '--' ? rest.slice(1) : rest;

let node;
try {
  node = findNode();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}

/** How the C library keeps memory that was freed: see main/engine/process-fork.ts. */
const ALLOCATOR = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '4194304' };

/** Runs a Node program to its end, sharing the terminal; returns its exit status. */
function run(file, argv = [], options = {}) {
  const result = spawnSync(node, [file, ...argv], {
    cwd: options.cwd ?? root,
    stdio: 'inherit',
    env: { ...ALLOCATOR, ...process.env, ...options.env },
  });
  if (result.error) throw result.error;
  return result.status ?? 1;
}

/** The executable script of a package, whatever its `bin` is called. */
function bin(name) {
  const pkg = name === 'tsc' ? 'typescript' : name;
  const manifestPath = path.join(root, 'node_modules', pkg, 'package.json');
  const manifest = require(manifestPath);
  const entry = typeof manifest.bin === 'string' ? manifest.bin : manifest.bin[name];
  return path.join(path.dirname(manifestPath), entry);
}

const SOURCES = ['app', 'main', 'renderer', 'models', 'build', 'package.json'];
function newest(file) {
  const stat = statSync(file);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(file).reduce(
    (latest, name) => Math.max(latest, newest(path.join(file, name))),
    stat.mtimeMs,
  );
}
/** Builds when there is no bundle or a source is newer than it. A packaged install has no sources and no build. */
function buildIfStale() {
  const stamp = path.join(root, 'dist', '.built');
  if (!existsSync(path.join(root, 'build', 'bundle.mjs'))) return;
  if (existsSync(stamp)) {
    const built = statSync(stamp).mtimeMs;
    if (SOURCES.every((s) => !existsSync(path.join(root, s)) || newest(path.join(root, s)) <= built)) return;
  }
  process.stderr.write('Building…\n');
  const status = run(path.join(root, 'build', 'bundle.mjs'));
  if (status !== 0) process.exit(status);
}

/** Electron's executable, or null with the reason why there is none. */
function electronBinary() {
  try {
    const dir = path.dirname(require.resolve('electron/package.json'));
    const name =
      { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[process.platform] ??
      'electron';
    const file = process.env.REVELADO_ELECTRON ?? path.join(dir, 'dist', name);
    return existsSync(file) ? { file } : { reason: "Electron's program file is not downloaded" };
  } catch {
    return { reason: 'the electron package is not installed' };
  }
}

function steps(list) {
  for (const [title, step] of list) {
    console.log(`\n== ${title}`);
    const status = step();
    if (status !== 0) {
      console.error(`\n${title}: failed (exit status ${status})`);
      process.exit(status);
    }
  }
}

switch (command) {
  case 'build':
    process.exit(run(path.join(root, 'build', 'bundle.mjs'), args));
    break;
  case 'tool':
    process.exit(run(bin(args[0]), args.slice(1)));
    break;
  case 'tool-script':
    buildIfStale();
    process.exit(run(path.resolve(root, args[0]), args.slice(1), { cwd: process.cwd() }));
    break;
  case 'cli': {
    buildIfStale();
    // INIT_CWD: npm runs scripts in the project's folder; file names are meant relative to where the person stands.
    process.exit(
      run(path.join(root, 'dist', 'main', 'cli.cjs'), args, { cwd: process.env.INIT_CWD ?? process.cwd() }),
    );
    break;
  }
  case 'start': {
    buildIfStale();
    let electron = electronBinary();
    if (electron.reason && !process.env.REVELADO_NO_DOWNLOAD) {
      const install = path.join(root, 'node_modules', 'electron', 'install.js');
      if (existsSync(install)) {
        process.stderr.write('Fetching Electron (once)…\n');
        spawnSync(node, [install], { cwd: root, stdio: 'ignore', timeout: 300_000 });
        electron = electronBinary();
        if (electron.reason) electron.reason += ' and could not be fetched from here';
      }
    }
    if (electron.file) {
      const child = spawn(electron.file, [root, ...args], { stdio: 'inherit', cwd: root });
      child.on('exit', (code) => process.exit(code ?? 1));
    } else {
      console.log(`Starting in your browser instead of an Electron window: ${electron.reason}.`);
      process.exit(
        run(path.join(root, 'dist', 'main', 'cli.cjs'), ['serve', '--open', ...args], {
          cwd: process.env.INIT_CWD ?? process.cwd(),
        }),
      );
    }
    break;
  }
  case 'e2e':
    buildIfStale();
    process.exit(run(path.join(root, 'e2e', 'run.mjs'), args));
    break;
  case 'test':
    steps([
      ['types', () => run(bin('tsc'), ['--noEmit', '-p', 'tsconfig.json'])],
      ['lint and import boundaries', () => run(bin('eslint'), ['.', '--max-warnings', '0'])],
      ['format', () => run(bin('prettier'), ['--check', '--log-level', 'warn', '.'])],
      ['build', () => run(path.join(root, 'build', 'bundle.mjs'))],
      ['unit tests', () => run(bin('vitest'), ['run'])],
      ['package check', () => run(path.join(root, 'build', 'pack-check.mjs'))],
      ['end-to-end tests', () => run(path.join(root, 'e2e', 'run.mjs'))],
    ]);
    break;
  case 'dist':
    buildIfStale();
    process.exit(run(bin('electron-builder'), args));
    break;
  default:
    console.error('Usage: node build/run.mjs start|cli|test|e2e|build|dist|tool …');
    process.exit(2);
}
