/**
 * One life of a run at a time: `run.lock` names the process that is at work in a folder, so that two command lines,
 * or one and the Studio, never write the same checkpoint and diary. It is a lease like a job's: of a process that
 * has died it is taken over.
 */
import { readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import path from 'node:path';
import { z } from 'zod';
import { RevealError } from '../../../app/contract/messages.ts';
import { fileError, show } from '../../files/bytes.ts';
import { dropToken, leaseAlive, makeLease, takeToken, type Lease } from '../../jobs/lease.ts';

export const LOCK_NAME = 'run.lock';
const leaseSchema = z.object({ token: z.string(), pid: z.number(), start: z.string(), beat: z.number() });
/** A process that was just let go of may be in its last step: it is waited for so long. */
const PATIENCE_MS = 10_000;
const LOOK_MS = 200;
/** Where a system tells no start of a process, its sign of life does. */
const BEAT_MS = 20_000;

/** null: there is none, or it was torn by a crash. */
function readLease(file: string): Lease | null {
  try {
    return leaseSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}

/**
 * Takes the folder of a run for this process.
 * @returns gives it back
 * @throws RevealError 'bad-request' when another process is at work in it, 'disk' when it cannot be written in
 */
export async function lockRun(dir: string, patience = PATIENCE_MS): Promise<() => void> {
  const file = path.join(dir, LOCK_NAME);
  const until = Date.now() + patience;
  for (;;) {
    const holder = readLease(file);
    if (holder === null || !leaseAlive(holder)) break;
    if (Date.now() >= until)
      throw new RevealError(
        'bad-request',
        `Another process (${holder.pid}) is training in ${show(dir)}. Stop it first, or wait for its end.`,
      );
    await sleep(LOOK_MS);
  }
  const token = takeToken();
  const write = (): void => writeFileSync(file, JSON.stringify(makeLease(token)));
  try {
    write();
  } catch (error) {
    dropToken(token);
    throw fileError(file, error, 'write');
  }
  const beat = setInterval(() => {
    try {
      write();
    } catch {
      // A full disk: the checkpoint says so, with words.
    }
  }, BEAT_MS);
  beat.unref();
  return () => {
    clearInterval(beat);
    dropToken(token);
    try {
      if (readLease(file)?.token === token) unlinkSync(file);
    } catch {
      // The folder was removed: nothing holds it any more.
    }
  };
}
