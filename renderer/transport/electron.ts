/** The client inside Electron: messages over the preload's bridge, pixels and thumbnails over the private protocol. */
import { RevealError, type Answer, type ErrorCode, type Request } from '../../app/contract/messages.ts';
import type { ModelCardView, ModelWish } from '../../app/contract/models.ts';
import type { Client, LineState } from '../client.ts';
import { Link } from './link.ts';
import { httpError, parsePixels } from './pixels.ts';
import { plainThumbs } from './thumbs.ts';

/** What the preload puts at `window.revelado`. */
export interface ElectronBridge {
  kind: 'electron';
  send(request: Request): void;
  onAnswer(listener: (answer: Answer) => void): () => void;
  importFiles(files: File[]): Promise<{ jobId: number }>;
  importModel(
    file: File,
    wish: ModelWish,
  ): Promise<{ model: ModelCardView } | { error: string; code: ErrorCode }>;
  /** e.g. 'revelado://app' */
  origin: string;
}

export function electronClient(bridge: ElectronBridge): Client {
  const link = new Link();
  bridge.onAnswer((answer) => link.receive(answer));
  link.open((request) => bridge.send(request));
  return {
    kind: 'electron',
    call: (name, args, options) => link.call(name, args, options),
    subscribe: (topic, listener) => link.subscribe(topic, listener),
    pixels: async (request, options) => {
      const response = await fetch(`${bridge.origin}/pixels`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(request),
        signal: options?.signal,
      });
      if (!response.ok) throw await httpError(response);
      return parsePixels(await response.arrayBuffer());
    },
    thumbs: plainThumbs(bridge.origin),
    studioPicture: async (address, options) => {
      const response = await fetch(`${bridge.origin}${address}`, { signal: options?.signal });
      if (!response.ok) throw await httpError(response);
      return response.blob();
    },
    importFiles: async (files, progress) => {
      if (files.length === 0)
        throw new RevealError('bad-input', 'Nothing that could be imported was dropped.');
      progress?.(0, files.length);
      const { jobId } = await bridge.importFiles(files.map((d) => d.file));
      progress?.(files.length, files.length);
      return { jobIds: [jobId] };
    },
    importModel: async (file, wish) => {
      const answer = await bridge.importModel(file, wish);
      if ('error' in answer) throw new RevealError(answer.code, answer.error);
      return answer.model;
    },
    onState: (listener: (state: LineState) => void) => {
      listener('open');
      return () => undefined;
    },
  };
}
