/**
 * The window's side of the contract. One `Client` for every host: `call` and `subscribe` carry the four
 * messages of app/contract/messages.ts, `pixels` the pixel path, `thumbs` the thumbnails, `importFiles` what
 * was dropped or pasted. `createClient` looks where the window runs: inside Electron the preload exposes
 * `window.revelado`; in a browser everything goes over HTTP and a WebSocket of the same origin.
 */
import type { CallArgs, CallName, CallResult, TopicEvent, TopicName } from '../app/contract/index.ts';
import type { ModelCardView, ModelWish } from '../app/contract/models.ts';
import type { PixelsRequest } from '../app/contract/pixels.ts';
import { browserClient } from './transport/browser.ts';
import { electronClient, type ElectronBridge } from './transport/electron.ts';
import type { PixelsAnswer } from './transport/pixels.ts';
import type { ThumbSource } from './transport/thumbs.ts';

/** `refused`: the host does not know this window (any more); only a fresh launch address helps. */
export type LineState = 'connecting' | 'open' | 'lost' | 'refused';

/** One thing to import: a file, and the folder it was dropped in (browser host; '' for a loose file). */
export interface Dropped {
  file: File;
  folder: string;
}

export interface Client {
  readonly kind: 'electron' | 'browser' | 'mock';
  call<N extends CallName>(
    name: N,
    args: CallArgs<N>,
    options?: { signal?: AbortSignal },
  ): Promise<CallResult<N>>;
  subscribe<N extends TopicName>(topic: N, listener: (event: TopicEvent<N>) => void): () => void;
  /** A rendered part of a picture; aborting rejects with an AbortError or a 'cancelled' RevealError. */
  pixels(request: PixelsRequest, options?: { signal?: AbortSignal }): Promise<PixelsAnswer>;
  readonly thumbs: ThumbSource;
  /** A picture of the host by its address: of the Studio (`studioPicture`), a job's sheet (`jobSheet`). */
  studioPicture(address: string, options?: { signal?: AbortSignal }): Promise<Blob>;
  /** Hands files to the library; the job ids that import them. `progress` counts files handed over. */
  importFiles(
    files: Dropped[],
    progress?: (sent: number, total: number) => void,
  ): Promise<{ jobIds: number[] }>;
  /** Hands a model's file to the store, which looks it through and tries it; rejects with the reason when it is refused. */
  importModel(file: File, wish: ModelWish): Promise<ModelCardView>;
  /** Hears whether the host answers; called at once with the present state. */
  onState(listener: (state: LineState) => void): () => void;
}

export type { PixelsAnswer } from './transport/pixels.ts';

declare global {
  interface Window {
    /** Exposed by the Electron preload; absent in a browser. */
    revelado?: ElectronBridge;
  }
}

/** The client for wherever this window runs. */
export function createClient(): Client {
  return window.revelado ? electronClient(window.revelado) : browserClient();
}

let current: Client | null = null;

/** Set once, before the first render (main.tsx); tests set a mock. */
export function setClient(client: Client): void {
  current = client;
}

/** The window's client, for stores and event handlers as well as components. */
export function getClient(): Client {
  if (!current) throw new Error('setClient was not called before the first render');
  return current;
}
