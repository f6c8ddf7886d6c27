/**
 * What the lightbox needs from the window around it, as types: the host's calls, the pixel path, topics and
 * thumbnails. `Lightbox.tsx` binds the real client; tests hand in a small fake.
 */
import type { CallArgs, CallName, CallResult, TopicEvent, TopicName } from '../../app/contract/index.ts';
import type { ThumbSource } from '../transport/thumbs.ts';
import type { PixelsHeader, PixelsRequest } from '../../app/contract/pixels.ts';

export interface PixelsAnswer {
  header: PixelsHeader;
  rgba: Uint8ClampedArray<ArrayBuffer>;
}

export interface LightboxClient {
  call<N extends CallName>(
    name: N,
    args: CallArgs<N>,
    options?: { signal?: AbortSignal },
  ): Promise<CallResult<N>>;
  pixels(request: PixelsRequest, options?: { signal?: AbortSignal }): Promise<PixelsAnswer>;
  /** Returns the function that ends the subscription. */
  subscribe<N extends TopicName>(topic: N, listener: (event: TopicEvent<N>) => void): () => void;
  /** The host's thumbnails; see renderer/transport/thumbs.ts. */
  readonly thumbs: ThumbSource;
}

export type Space = 'srgb' | 'display-p3';
