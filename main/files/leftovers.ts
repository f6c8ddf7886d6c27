/**
 * What a killed process leaves behind: a temporary file that will never get its final name. Each carries the
 * machine and the process that made it; the next process that writes into the folder removes those whose
 * maker is dead. Files of other machines (a shared folder) are never touched: their processes cannot be seen.
 * A process that ends in the middle of a write, because its host is gone, takes its own files with it.
 */
import { createHash, randomBytes } from 'node:crypto';
import { unlinkSync } from 'node:fs';
import { readdir, unlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

const machine = createHash('sha256').update(os.hostname()).digest('hex').slice(0, 8);
const PATTERN = /^\.revelado-([0-9a-f]{8})-(\d+)-\d+-[0-9a-f]{8}\.tmp$/;

/** Our own files in the making. */
const making = new Set<string>();
let counter = 0;
/** Hidden name for a file in the making in `folder`; until `settled` is told of it, it goes when the process ends. */
export function temporaryName(folder: string): string {
  const name = `.revelado-${machine}-${process.pid}-${counter++}-${randomBytes(4).toString('hex')}.tmp`;
  if (counter === 1)
    process.once('exit', () => {
      for (const file of making)
        try {
          unlinkSync(file);
        } catch {
          // It has its final name, or is gone.
        }
    });
  const file = path.join(folder, name);
  making.add(file);
  return file;
}

/** The file has got its final name, or is gone. */
export function settled(temporary: string): void {
  making.delete(temporary);
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: there, but somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Folders in which nothing of other processes was left at the last look. */
const clean = new Set<string>();
const looking = new Map<string, Promise<void>>();

/**
 * Removes what dead processes of this machine left in `folder`. Looks again at every call until only our own
 * files are left: a process that is just dying may still have been alive at the last look. Never throws.
 */
export async function sweepLeftovers(folder: string): Promise<void> {
  if (clean.has(folder)) return;
  let look = looking.get(folder);
  if (!look) {
    look = sweepNow(folder)
      .then((others) => {
        if (others === 0) clean.add(folder);
      })
      .finally(() => looking.delete(folder));
    looking.set(folder, look);
  }
  await look;
}

/** One look. Returns how many files of other living processes of this machine remain. */
export async function sweepNow(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  let others = 0;
  for (const name of names) {
    const made = PATTERN.exec(name);
    if (made?.[1] !== machine || Number(made[2]) === process.pid) continue;
    if (alive(Number(made[2]))) others++;
    else await unlink(path.join(folder, name)).catch(() => undefined);
  }
  return others;
}
