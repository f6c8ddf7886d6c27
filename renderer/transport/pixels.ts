/** Reads the answer of the pixel path: see app/contract/pixels.ts for its layout. */
import { RevealError, type ErrorCode } from '../../app/contract/messages.ts';
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

/** What a status means to the window, where the answer does not say it itself. */
const codes: Record<number, ErrorCode> = {
  400: 'bad-request',
  404: 'not-found',
  413: 'bad-request',
  422: 'bad-input',
  499: 'cancelled',
  502: 'engine',
  507: 'disk',
};

/** Turns a failed HTTP answer into an error for a person: its body is {code, message} or {code, error}, or the message as plain text. */
export async function httpError(response: Response): Promise<RevealError> {
  const code = codes[response.status] ?? 'internal';
  const body = await response.text().catch(() => '');
  try {
    const said = JSON.parse(body) as { code?: ErrorCode; message?: string; error?: string };
    const words = said.message ?? said.error;
    if (words) return new RevealError(said.code ?? code, words);
  } catch {
    const plain = response.headers.get('content-type')?.startsWith('text/plain');
    if (plain && body.trim() !== '') return new RevealError(code, body.trim());
  }
  return new RevealError(code, `The darkroom answered ${response.status} ${response.statusText}.`);
}
