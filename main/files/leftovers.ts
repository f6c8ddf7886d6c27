/**
 * What a killed process leaves behind: a temporary file that will never get its final name. Each carries the
 * machine and the process that made it; the next process that writes into the folder removes those whose
 * maker is dead. Files of other machines (a shared folder) are never touched: their processes cannot be seen.
 * A process that ends in the middle of a write, because its host is gone, takes its own files with it.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, unlinkSync } from 'node:fs';
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

/** Whether the process runs. One that has ended but was not yet collected by its parent (a zombie) writes no more. */
function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: there, but somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  if (process.platform !== 'linux') return true;
  try {
    // proc(5): the state follows the name, which stands in parentheses and may hold some itself.
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return !'ZX'.includes(stat[stat.lastIndexOf(')') + 2]!);
  } catch {
    return false;
  }
}

/** Milliseconds after the last write at which the folder is looked at again; a host's last engines are gone by then. */
const AGAIN = [1000, 5000, 20_000];
/** Folders looked at less than this long ago are not read again: a roll of thumbnails is many small files. */
const FRESH_MS = 500;

interface Watched {
  readonly looked: number;
  readonly timer: NodeJS.Timeout;
}
const watched = new Map<string, Watched>();
const looking = new Map<string, Promise<unknown>>();

/**
 * Removes what dead processes of this machine left in `folder`, now and a few times in the seconds after the last
 * call: the engine of a killed host may outlive it for a moment, start one more file in a folder that was clean,
 * and die over it. Never throws, and never keeps the process alive.
 */
export async function sweepLeftovers(folder: string): Promise<void> {
  const before = watched.get(folder);
  clearTimeout(before?.timer);
  const fresh = before !== undefined && Date.now() - before.looked < FRESH_MS;
  watched.set(folder, { looked: fresh ? before.looked : Date.now(), timer: lookAgain(folder, 0) });
  if (!fresh)
    looking.set(
      folder,
      sweepNow(folder).finally(() => looking.delete(folder)),
    );
  await looking.get(folder);
}

function lookAgain(folder: string, turn: number): NodeJS.Timeout {
  return setTimeout(() => {
    void sweepNow(folder);
    if (turn + 1 < AGAIN.length)
      watched.set(folder, { looked: Date.now(), timer: lookAgain(folder, turn + 1) });
    else watched.delete(folder);
  }, AGAIN[turn]).unref();
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
