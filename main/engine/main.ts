/**
 * Entry of the engine process: receives calls and cancellations over the process channel (a forked Node's
 * IPC, or Electron's parent port), runs them, answers with results, errors and progress, and serves pixels
 * on its own socket. Ends when it is told to, and when its parent is gone.
 */
import { RevealError } from '../../app/contract/messages.ts';
import { createEngineCore } from './methods.ts';
import { settingsFromEnv } from './core.ts';
import { dispatch } from './dispatch.ts';
import { servePixels } from './socket.ts';
import type { EngineAnswer, EngineRequest } from './protocol.ts';
import type { ProviderName } from './session.ts';

/** Electron's utility process talks through `process.parentPort`, a forked Node through `process.send`. */
interface ParentPort {
  postMessage(message: EngineAnswer): void;
  on(event: 'message', listener: (event: { data: EngineRequest }) => void): void;
}

const port = (process as { parentPort?: ParentPort }).parentPort;
const post = (message: EngineAnswer): void => {
  if (port) port.postMessage(message);
  else if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
};

/** A throwaway process: tries one execution provider and says how it went; the host ends it. */
async function probe(provider: string): Promise<void> {
  try {
    const { probeHere } = await import('./process-probe.ts');
    post({ t: 'result', id: 0, value: { ms: await probeHere(provider as ProviderName) } });
  } catch (error) {
    const code = error instanceof RevealError ? error.code : 'engine';
    post({ t: 'error', id: 0, code, message: error instanceof Error ? error.message : String(error) });
  }
}

/** A throwaway process: tries a foreign model. */
async function trial(order: string): Promise<void> {
  try {
    const { trialHere } = await import('./process-model.ts');
    post({ t: 'result', id: 0, value: await trialHere(order) });
  } catch (error) {
    post({
      t: 'error',
      id: 0,
      code: 'bad-input',
      message: error instanceof Error ? error.message : String(error),
    });
  }
}

async function main(): Promise<void> {
  const order = process.env['REVELADO_TRIAL'];
  if (order) return trial(order);
  const provider = process.env['REVELADO_PROBE'];
  if (provider) return probe(provider);
  const core = createEngineCore(settingsFromEnv(process.env['REVELADO_ENGINE']));
  const server = await servePixels(core);
  const calls = dispatch(core.methods, post);
  let ending = false;
  const end = async (): Promise<void> => {
    if (ending) return;
    ending = true;
    calls.cancelAll();
    // Whatever hangs in a native library must not keep an orphan alive.
    setTimeout(() => process.exit(0), 2500).unref();
    await server.close();
    await core.close();
    process.exit(0);
  };
  const receive = (message: EngineRequest): void => {
    if (message.t === 'shutdown') void end();
    else calls.receive(message);
  };
  if (port) port.on('message', (event) => receive(event.data));
  else {
    process.on('message', (message) => receive(message as EngineRequest));
    process.on('disconnect', () => void end());
  }
  // A Ctrl+C in a terminal reaches the whole process group; the host decides what it means.
  process.on('SIGINT', () => undefined);
  post({ t: 'ready', socket: server.address });
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exit(1);
});
