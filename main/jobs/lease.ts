/**
 * Leases: who is working on a job. A lease names a process by id *and* start time (ids are used again) and
 * carries a heartbeat. Only a dead lease may be taken over, so that a window and a command line share a library.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';

export interface Lease {
  token: string;
  pid: number;
  /** Opaque; equal for the same process only. */
  start: string;
  /** Milliseconds since 1970 of the last sign of life. */
  beat: number;
}

/** Without a start time to compare, a process of this id that has been silent for so long is another one. */
const SILENT_MS = 60_000;

const ownStart = `t${Math.round(Date.now() - process.uptime() * 1000)}`;

/** Boot-relative start of a process as Linux tells it; null where the system has no such file or process. */
export function systemStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold spaces and parentheses itself.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    // A zombie has ended, whatever its entry says.
    return fields[0] === 'Z' || fields[0] === 'X' ? null : `${boot}/${fields[19]}`;
  } catch {
    return null;
  }
}

/** Tokens held by queues of this very process. */
const mine = new Set<string>();

export function takeToken(): string {
  const token = randomUUID();
  mine.add(token);
  return token;
}
export function dropToken(token: string): void {
  mine.delete(token);
}

export function makeLease(token: string): Lease {
  return { token, pid: process.pid, start: systemStart(process.pid) ?? ownStart, beat: Date.now() };
}

function exists(pid: number): boolean {
  // 0 and below address process groups.
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, but belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whether the process that took this lease still lives. */
export function leaseAlive(lease: Lease, now = Date.now()): boolean {
  if (lease.pid === process.pid && lease.start === (systemStart(process.pid) ?? ownStart))
    return mine.has(lease.token);
  if (!exists(lease.pid)) return false;
  const start = systemStart(lease.pid);
  if (start !== null) return start === lease.start;
  return now - lease.beat < SILENT_MS;
}
