/**
 * Names the reason why an engine process is gone. What is tried next depends on it: after an `oom` smaller
 * tiles, after a `crash` a safer provider, after `killed` simply the same again.
 */
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { RevealError } from '../../app/contract/messages.ts';
import { say } from '../../app/words/sentences.ts';
import type { EngineExit } from './protocol.ts';

/** What V8, libc and onnxruntime print when memory ends; lower case. */
const OUT_OF_MEMORY = [
  'javascript heap out of memory',
  'allocation failed - process out of memory',
  'array buffer allocation failed',
  'std::bad_alloc',
  'cannot allocate memory',
  'out of memory',
];

/** Some ways of forking tell only a status in which the signal is hidden (negative, or 128 + n). */
function signalOfCode(code: number | null): string | null {
  if (code === null) return null;
  const n = code < 0 && code > -64 ? -code : code > 128 && code < 192 ? code - 128 : 0;
  return Object.entries(os.constants.signals).find(([, value]) => value === n)?.[0] ?? null;
}

/**
 * @param code exit status, null when a signal ended the process
 * @param signal name of that signal, or null
 * @param stderr last lines the process wrote
 * @param asked true when we told it to end
 * @param systemOomKills how many processes the system's memory killer took while this one died
 */
export function classifyExit(
  code: number | null,
  signal: string | null,
  stderr: string,
  asked: boolean,
  systemOomKills: number,
): EngineExit {
  signal ??= signalOfCode(code);
  if (asked) return { reason: 'closed' };
  const lower = stderr.toLowerCase();
  const said = OUT_OF_MEMORY.some((text) => lower.includes(text));
  const aborted = signal === 'SIGABRT' || code === 134 || code === 0xc0000409;
  if ((aborted || code === 1 || code === 137) && said) return { reason: 'oom', detail: say('engine-memory') };
  if ((signal === 'SIGKILL' || code === 137) && systemOomKills > 0)
    return { reason: 'oom', detail: say('engine-memory-system') };
  if (signal === 'SIGKILL' || signal === 'SIGTERM' || signal === 'SIGINT' || signal === 'SIGHUP')
    return { reason: 'killed', detail: say('engine-killed', { signal }), signal };
  const last = stderr.trim().split('\n').slice(-3).join(' / ').slice(-400);
  const how = signal ? say('engine-signal', { signal }) : say('engine-status', { status: `${code}` });
  return { reason: 'crash', detail: `${how}${last ? `: ${last}` : ''}`, signal, code };
}

/** Processes taken by the memory killer so far (this control group, else the machine); 0 where nothing counts them. */
export function systemOomKillCount(): number {
  for (const [file, pattern] of [
    ['/sys/fs/cgroup/memory.events', /^oom_kill (\d+)/m],
    ['/proc/vmstat', /^oom_kill (\d+)/m],
  ] as const) {
    try {
      const found = pattern.exec(readFileSync(file, 'utf8'));
      if (found) return Number(found[1]);
    } catch {
      // No such counter on this system.
    }
  }
  return 0;
}

/** The engine went away during a call; `exit` says why, so that a job can retry on safer settings. */
export class EngineGoneError extends RevealError {
  readonly exit: EngineExit;
  constructor(exit: EngineExit) {
    const detail = exit.reason === 'closed' ? 'the engine was closed' : exit.detail;
    super('engine', `The work stopped because ${detail}. It can be tried again.`);
    this.exit = exit;
  }
}
