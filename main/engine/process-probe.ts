/**
 * Asks each execution provider to run the one-convolution graph in a process of its own, because a missing
 * library throws and a bad driver can take the whole process with it. What comes back is a plain list with
 * reasons; the engine leaves out whatever failed here.
 */
import { engineEntry, forkNode } from './process-fork.ts';
import type { EngineFork } from './process-fork.ts';
import { onnxBinding, providerOrder } from './session.ts';
import type { Binding, ProviderName } from './session.ts';
import { tinyExpected, tinyGraph, tinyInput, TINY_SHAPE } from './tiny-graph.ts';
import { say } from '../../app/words/sentences.ts';

export interface ProviderReport {
  name: string;
  ok: boolean;
  /** Why not, or what was checked. */
  reason: string;
  /** Milliseconds of one warm run. */
  ms: number | null;
}

/** Loading GPU libraries for the first time can take half a minute. */
const PROBE_TIMEOUT_MS = 60_000;
/** Half-precision GPU paths are allowed a small difference. */
const TOLERANCE = 2e-3;

/** Runs inside the throwaway process: creates a session, runs it twice, checks the numbers. @returns ms of the second run */
export async function probeHere(provider: ProviderName, binding: Binding = onnxBinding()): Promise<number> {
  if (!binding.listed().includes(provider)) throw new Error(`this build of onnxruntime has no ${provider}`);
  const session = await binding.create(tinyGraph(), provider, 1);
  const feeds = { x: { dims: TINY_SHAPE, data: tinyInput() } };
  await session.run(feeds);
  const start = performance.now();
  const { y } = await session.run(feeds);
  const ms = performance.now() - start;
  const expected = tinyExpected();
  if (y.data.length !== expected.length) throw new Error('the convolution gave another size than it should');
  const worst = expected.reduce((w, v, i) => Math.max(w, Math.abs(v - y.data[i])), 0);
  if (!(worst < TOLERANCE))
    throw new Error(`the convolution gave wrong numbers (off by ${worst.toPrecision(2)})`);
  return ms;
}

/** The sentence that a person can use: without source lines of the library. */
function firstLine(text: string): string {
  const said = /was false\.\s*(.+)/s.exec(text);
  if (said) text = said[1];
  const line = text.split('\n').find((l) => l.trim() !== '') ?? text;
  return line.trim().slice(0, 300);
}

/** Probes one provider in a throwaway process started with `fork`. Never rejects. */
export function probeProvider(
  provider: string,
  fork: EngineFork = forkNode,
  timeoutMs = PROBE_TIMEOUT_MS,
): Promise<ProviderReport> {
  return new Promise((resolve) => {
    const channel = fork(engineEntry(), { REVELADO_PROBE: provider });
    let settled = false;
    const settle = (report: Omit<ProviderReport, 'name'>): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      channel.kill();
      resolve({ name: provider, ...report });
    };
    const timer = setTimeout(
      () => settle({ ok: false, reason: `no answer within ${timeoutMs / 1000} s`, ms: null }),
      timeoutMs,
    );
    channel.onMessage((message) => {
      if (message.t === 'result')
        settle({
          ok: true,
          reason: say('device-right'),
          ms: (message.value as { ms: number }).ms,
        });
      else if (message.t === 'error') settle({ ok: false, reason: firstLine(message.message), ms: null });
    });
    channel.onExit((code, signal) => {
      const how = signal ? `by ${signal}` : `with status ${code}`;
      settle({ ok: false, reason: `its process ended ${how}`, ms: null });
    });
  });
}

/** All providers that make sense on this platform, one after the other. */
export async function probeProviders(
  fork: EngineFork = forkNode,
  names: readonly string[] = providerOrder('auto'),
): Promise<ProviderReport[]> {
  const reports: ProviderReport[] = [];
  for (const name of names) reports.push(await probeProvider(name, fork));
  return reports;
}
