/**
 * Finds a Node of the major that Electron carries (24): the one that runs us if it will do, else the binary
 * inside the npm package node-<os>-<cpu> (an optional dependency that needs no install script). Several of
 * our libraries misbehave on Node 20, so nothing of ours is started on it.
 */
import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import path from 'node:path';

const require = createRequire(import.meta.url);
const MINIMUM = 22;

/** @returns {string} path of a Node executable, 24 if one can be had, never below 22; throws with advice. */
export function findNode() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major === 24) return process.execPath;
  const os = process.platform === 'win32' ? 'win' : process.platform;
  try {
    const root = path.dirname(require.resolve(`node-${os}-${process.arch}/package.json`));
    const file = path.join(root, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    if (existsSync(file)) return file;
  } catch {
    // Not there for this system: fall through to whatever runs us.
  }
  if (major >= MINIMUM) return process.execPath;
  throw new Error(
    `Revelado needs Node 24 (22 will do); this is ${process.versions.node} and the optional package ` +
      `node-${os}-${process.arch} is not installed. Install Node 24, then run \`npm ci\` again.`,
  );
}
