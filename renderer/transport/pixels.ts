/** Reads the answer of the pixel path: see app/contract/pixels.ts for its layout. */
import { RevealError } from '../../app/contract/messages.ts';
import type { PixelsHeader } from '../../app/contract/pixels.ts';

export interface PixelsAnswer {
  header: PixelsHeader;
  /** width * height * 4 bytes, ready for `new ImageData(rgba, width, height)`. */
  rgba: Uint8ClampedArray<ArrayBuffer>;
}

/** Splits header and pixels without copying the pixels; throws when the lengths disagree. */
export function parsePixels(body: ArrayBuffer): PixelsAnswer {
  const broken = () => new RevealError('engine', 'The picture came back incomplete. Try again.');
  if (body.byteLength < 4) throw broken();
  const length = new DataView(body).getUint32(0, true);
  if (4 + length > body.byteLength) throw broken();
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(body, 4, length))) as PixelsHeader;
  const rgba = new Uint8ClampedArray(body, 4 + length);
  if (rgba.length !== header.width * header.height * 4) throw broken();
  return { header, rgba };
}

/** Turns a failed HTTP answer into an error for a person: the host sends {code, message}. */
export async function httpError(response: Response): Promise<RevealError> {
  try {
    const body = (await response.json()) as { code?: RevealError['code']; message?: string };
    if (body.message) return new RevealError(body.code ?? 'internal', body.message);
  } catch {
    // Not JSON: fall through to the status.
  }
  return new RevealError('internal', `The darkroom answered ${response.status} ${response.statusText}.`);
}
