/**
 * The weights file `.rvw`: named tensors in single or half precision, one after the other, behind a readable
 * header. Nothing in it is executed and every length is checked before it is believed, so a file from a stranger
 * can be opened safely.
 *
 *     bytes 0..7    'RVW1' and four zero bytes
 *     bytes 8..11   length of the header, unsigned 32-bit
 *     from 12       header, UTF-8 JSON {tensors: [{name, shape, dtype: 'f32' | 'f16', offset}], meta},
 *                   filled up with spaces so that the data begins at a multiple of 16
 *     then          data; each tensor begins `offset` bytes into the data, a multiple of 16
 *
 * All numbers are little endian. The file carries no checksum of its own: the model card holds its SHA-256.
 */
import { RevealError } from '../contract/messages.ts';
import { fromHalves, HALF_MAX, toHalves } from './half.ts';

export type WeightPrecision = 'f32' | 'f16';

/** One named tensor; `data` holds the product of `shape` numbers, last axis fastest. */
export interface WeightTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** What a weights file holds; `meta` is free for whoever wrote it (network, width, step ...). */
export interface WeightsFile {
  readonly tensors: ReadonlyMap<string, WeightTensor>;
  readonly meta: Readonly<Record<string, unknown>>;
}

const MAGIC = [0x52, 0x56, 0x57, 0x31, 0, 0, 0, 0];
const ALIGN = 16;
const BYTES: Record<WeightPrecision, number> = { f32: 4, f16: 2 };
// A header of a network of ten thousand tensors is a few megabytes; more is not a header.
const HEADER_LIMIT = 64 * 1024 * 1024;

const align = (n: number): number => Math.ceil(n / ALIGN) * ALIGN;
const count = (shape: readonly number[]): number => shape.reduce((product, d) => product * d, 1);
const shown = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

/**
 * The bytes of a weights file.
 *
 * @param tensors in the order in which they are stored; names must differ
 * @param precision of all tensors; 'f16' rounds to nearest even
 * @param meta JSON-serialisable
 * @throws RangeError on a repeated name, on data that does not fill its shape, and on a finite number that half
 *   precision cannot hold
 */
export function encodeWeights(
  tensors: readonly WeightTensor[],
  precision: WeightPrecision,
  meta: Readonly<Record<string, unknown>> = {},
): Uint8Array {
  const names = new Set<string>();
  let offset = 0;
  const entries = tensors.map(({ name, shape, data }) => {
    if (names.has(name)) throw new RangeError(`two weights are called "${name}"`);
    names.add(name);
    if (count(shape) !== data.length)
      throw new RangeError(`weight "${name}" of shape ${shown(shape)} has ${data.length} numbers`);
    const entry = { name, shape: [...shape], dtype: precision, offset };
    offset = align(offset + data.length * BYTES[precision]);
    return entry;
  });
  const json = new TextEncoder().encode(JSON.stringify({ tensors: entries, meta }));
  const start = align(12 + json.length);
  const last = entries.at(-1);
  const end = last ? last.offset + tensors[tensors.length - 1].data.length * BYTES[precision] : 0;
  const bytes = new Uint8Array(start + end);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC, 0);
  view.setUint32(8, start - 12, true);
  bytes.fill(0x20, 12, start);
  bytes.set(json, 12);
  entries.forEach((entry, index) => {
    const { name, data } = tensors[index];
    const at = start + entry.offset;
    if (precision === 'f32') {
      for (let i = 0; i < data.length; i++) view.setFloat32(at + 4 * i, data[i], true);
      return;
    }
    const halves = toHalves(data);
    for (let i = 0; i < data.length; i++) {
      if ((halves[i] & 0x7fff) === 0x7c00 && Number.isFinite(data[i]))
        throw new RangeError(
          `weight "${name}" holds ${data[i]}, half precision reaches ${HALF_MAX}: use 'f32'`,
        );
      view.setUint16(at + 2 * i, halves[i], true);
    }
  });
  return bytes;
}

interface Entry {
  name: string;
  shape: number[];
  dtype: WeightPrecision;
  offset: number;
}

function checkedEntry(value: unknown): Entry | null {
  if (typeof value !== 'object' || value === null) return null;
  const { name, shape, dtype, offset } = value as Record<string, unknown>;
  if (typeof name !== 'string' || (dtype !== 'f32' && dtype !== 'f16')) return null;
  if (!Array.isArray(shape) || !shape.every((d) => Number.isSafeInteger(d) && (d as number) >= 0))
    return null;
  if (typeof offset !== 'number' || !Number.isSafeInteger(offset) || offset < 0 || offset % ALIGN !== 0)
    return null;
  return { name, shape: shape as number[], dtype, offset };
}

/**
 * Reads a weights file; half precision is widened.
 *
 * @param bytes the whole file
 * @param source how a person knows the file; every error begins with it
 * @throws RevealError 'bad-input' that says what is wrong: not a weights file, cut short, a damaged header, a
 *   repeated name, or more bytes than the header accounts for
 */
export function decodeWeights(bytes: Uint8Array, source: string): WeightsFile {
  const wrong = (what: string): RevealError => new RevealError('bad-input', `${source}: ${what}`);
  if (bytes.length < 12 || MAGIC.some((byte, i) => bytes[i] !== byte))
    throw wrong('this is not a weights file (it does not begin with RVW1).');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = view.getUint32(8, true);
  const start = 12 + headerLength;
  if (headerLength > HEADER_LIMIT || start % ALIGN !== 0)
    throw wrong('the header has an impossible length; the file is damaged. Copy it again from its source.');
  if (start > bytes.length)
    throw wrong(
      `the file is cut short within its header: ${bytes.length} bytes of at least ${start}. Copy it again.`,
    );
  let header: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(12, start));
    header = JSON.parse(text);
  } catch {
    throw wrong('the header cannot be read; the file is damaged. Copy it again from its source.');
  }
  const list = (header as { tensors?: unknown } | null)?.tensors;
  if (!Array.isArray(list)) throw wrong('the header lists no tensors; the file is damaged.');
  const tensors = new Map<string, WeightTensor>();
  let used = 0;
  list.forEach((value: unknown, index) => {
    const entry = checkedEntry(value);
    if (!entry) throw wrong(`entry ${index} of the header is malformed; the file is damaged.`);
    const { name, shape, dtype, offset } = entry;
    if (tensors.has(name)) throw wrong(`the tensor "${name}" is listed twice; the file is damaged.`);
    const n = count(shape);
    const end = offset + n * BYTES[dtype];
    if (!Number.isSafeInteger(end) || start + end > bytes.length)
      throw wrong(
        `the file is cut short: "${name}" ${shown(shape)} ends at byte ${start + end}, the file at ${bytes.length}. Copy it again.`,
      );
    used = Math.max(used, end);
    let data: Float32Array;
    if (dtype === 'f32') {
      data = new Float32Array(n);
      for (let i = 0; i < n; i++) data[i] = view.getFloat32(start + offset + 4 * i, true);
    } else {
      const halves = new Uint16Array(n);
      for (let i = 0; i < n; i++) halves[i] = view.getUint16(start + offset + 2 * i, true);
      data = fromHalves(halves);
    }
    tensors.set(name, { name, shape, data });
  });
  if (start + used !== bytes.length)
    throw wrong(
      `the file has ${bytes.length} bytes, its header accounts for ${start + used}; it is damaged.`,
    );
  const meta = (header as { meta?: unknown }).meta;
  return {
    tensors,
    meta: typeof meta === 'object' && meta !== null ? (meta as Record<string, unknown>) : {},
  };
}

/**
 * The numbers that a network asks for, in the order in which it asks.
 *
 * @param wanted names and shapes, as a network lists its parameters
 * @param source as in `decodeWeights`
 * @throws RevealError 'bad-input' naming the first tensor that is missing or has another shape, and how many more
 *   disagree. Tensors of the file that nobody asked for are ignored: an optimiser's state may lie beside weights.
 */
export function pickWeights(
  file: WeightsFile,
  wanted: readonly { readonly name: string; readonly shape: readonly number[] }[],
  source: string,
): Float32Array[] {
  const faults: string[] = [];
  const picked = wanted.map(({ name, shape }) => {
    const tensor = file.tensors.get(name);
    if (!tensor) faults.push(`it has no tensor "${name}" ${shown(shape)}`);
    else if (tensor.shape.length !== shape.length || tensor.shape.some((d, i) => d !== shape[i]))
      faults.push(`its "${name}" is ${shown(tensor.shape)}, the network wants ${shown(shape)}`);
    return tensor?.data ?? new Float32Array(0);
  });
  if (faults.length) {
    const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
    throw new RevealError(
      'bad-input',
      `${source}: these weights belong to another network or width: ${faults[0]}${more}.`,
    );
  }
  return picked;
}
