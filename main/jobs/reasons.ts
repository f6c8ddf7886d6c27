/** What an error means for a job: words for the person, a full disk, an engine that is gone. */
import { RevealError } from '../../app/contract/messages.ts';
import { DiskFullError } from './types.ts';

/** What is written beside a failed item or job. */
export function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function isEngineGone(error: unknown): boolean {
  return error instanceof RevealError && error.code === 'engine';
}

/** True when an error says that no room is left, in whichever form it came through the layers. */
export function isDiskFull(error: unknown): boolean {
  for (let e: unknown = error, depth = 0; e instanceof Error && depth < 5; e = e.cause, depth++) {
    if (e instanceof DiskFullError) return true;
    const code = (e as NodeJS.ErrnoException).code;
    if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'SQLITE_FULL') return true;
    if (code === 'disk' && /no space left|disk is full|disk full|ENOSPC/i.test(e.message)) return true;
  }
  return false;
}
