/**
 * A network for code that runs in a pixel thread: sessions stay in the engine's main thread, tensors go there and back
 * through a port. So a step that prepares a picture with one look of a network need not block whoever waits for pixels.
 */
import type { MessagePort } from 'node:worker_threads';
import { RevealError } from '../../app/contract/messages.ts';
import type { ErrorCode } from '../../app/contract/messages.ts';
import type { NetworkTensors, OpenNetwork } from '../actions/picture/networks.ts';

/** What the thread has to know of a network; plain data. */
export type NetworkFacts = Pick<OpenNetwork, 'name' | 'sha256' | 'multiple' | 'reach'>;

export const factsOf = ({ name, sha256, multiple, reach }: OpenNetwork): NetworkFacts => ({
  name,
  sha256,
  multiple,
  reach,
});

type Asked = { id: number; inputs: NetworkTensors };
type Answered =
  { id: number; outputs: NetworkTensors } | { id: number; failed: { code: ErrorCode; message: string } };

/** Answers a thread's runs of a network, until the port is closed. */
export function serveNetwork(port: MessagePort, network: OpenNetwork): void {
  port.on('message', ({ id, inputs }: Asked) => {
    network.run(inputs).then(
      (answer) => {
        // onnxruntime's tensors have getters, which do not travel.
        const outputs = Object.fromEntries(
          Object.entries(answer).map(([name, { dims, data }]) => [name, { dims: [...dims], data }]),
        );
        port.postMessage({ id, outputs } satisfies Answered);
      },
      (error: unknown) => {
        const code = error instanceof RevealError ? error.code : 'internal';
        const message = error instanceof Error ? error.message : String(error);
        port.postMessage({ id, failed: { code, message } } satisfies Answered);
      },
    );
  });
}

/** The network at the other end of a port. Only whole runs: a thread that wants tiles wants another design. */
export function networkAt(port: MessagePort, facts: NetworkFacts): OpenNetwork {
  const waiting = new Map<number, { resolve(t: NetworkTensors): void; reject(e: Error): void }>();
  let next = 1;
  port.on('message', (answer: Answered) => {
    const asked = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ('outputs' in answer) asked?.resolve(answer.outputs);
    else asked?.reject(new RevealError(answer.failed.code, answer.failed.message));
  });
  return {
    ...facts,
    run: (inputs) =>
      new Promise((resolve, reject) => {
        waiting.set(next, { resolve, reject });
        port.postMessage({ id: next++, inputs } satisfies Asked);
      }),
    apply: () => Promise.reject(new RevealError('internal', 'Tiles are run in the main thread.')),
  };
}
