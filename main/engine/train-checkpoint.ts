/**
 * The checkpoint of a training run, `checkpoint.rvc`: everything a run needs to go on as if it had never stopped.
 * The file appears complete or not at all (main/files/atomic.ts), so the last good one outlives a full disk and a
 * crash in the middle of writing.
 *
 *     bytes 0..7    'RVC1' and four zero bytes
 *     bytes 8..11   length of the header, unsigned 32-bit
 *     from 12       header, UTF-8 JSON {architecture, counts, vectors: [{name, length}], position}
 *     then          the vectors one after the other, float32
 *     last 32       SHA-256 of all that stands before
 *
 * All numbers are little endian. `architecture` is `TrainState.architecture`; `position` belongs to the run (step,
 * phase, seed) and is any JSON.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { RevealError } from '../../app/contract/messages.ts';
import { writeAtomic } from '../files/atomic.ts';
import { fileError, show } from '../files/bytes.ts';
import type { TrainState } from './train-session.ts';

const MAGIC = Uint8Array.of(0x52, 0x56, 0x43, 0x31, 0, 0, 0, 0);
const SEAL = 32;

interface Header {
  architecture: string;
  counts: Record<string, number>;
  vectors: { name: string; length: number }[];
  position: unknown;
}

/**
 * Writes the state, replacing the file. Gradients being gathered are left out: checkpoints are made between steps.
 * @throws RevealError 'disk' naming the file and the reason; what was there before stays
 */
export async function saveCheckpoint(file: string, state: TrainState, position: unknown): Promise<void> {
  const names = state.names.filter((name) => !name.endsWith('/gradient'));
  const header: Header = {
    architecture: state.architecture,
    counts: Object.fromEntries(state.counts),
    vectors: names.map((name) => ({ name, length: state.get(name).length })),
    position,
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const head = new Uint8Array(12 + text.length);
  head.set(MAGIC);
  new DataView(head.buffer).setUint32(8, text.length, true);
  head.set(text, 12);
  const hash = createHash('sha256');
  await writeAtomic(file, true, async (sink) => {
    const put = async (bytes: Uint8Array): Promise<void> => {
      hash.update(bytes);
      await sink.write(bytes);
    };
    await put(head);
    for (const name of names) {
      const { buffer, byteOffset, byteLength } = state.get(name);
      await put(new Uint8Array(buffer, byteOffset, byteLength));
    }
    await sink.write(hash.digest());
  });
}

/** A checkpoint that was read and found whole. */
export interface Checkpoint {
  /** Where the run stood. */
  readonly position: unknown;
  /**
   * Puts its numbers into a state whose vectors are there (made by the sessions of the same networks).
   * @throws RevealError 'bad-input', the state untouched, when it belongs to another architecture
   */
  into(state: TrainState): void;
}

/**
 * Reads a checkpoint.
 * @throws RevealError 'not-found', or 'bad-input' when the file is no checkpoint, is cut short or damaged
 */
export async function readCheckpoint(file: string): Promise<Checkpoint> {
  const wrong = (what: string): RevealError => new RevealError('bad-input', `${show(file)}: ${what}`);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw fileError(file, error, 'read');
  }
  if (bytes.length < 12 || MAGIC.some((b, i) => bytes[i] !== b))
    throw wrong('this is not a checkpoint of a training run (it does not begin with RVC1).');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 12 + view.getUint32(8, true);
  const header = start <= bytes.length ? readHeader(bytes.subarray(12, start)) : null;
  const vectors = header?.vectors ?? [];
  const length = vectors.reduce((n, v) => n + 4 * v.length, start + SEAL);
  if (length > bytes.length)
    throw wrong('the checkpoint is cut short. Start the run from an older copy of it, or anew.');
  const sealed = createHash('sha256')
    .update(bytes.subarray(0, length - SEAL))
    .digest();
  if (!header || length !== bytes.length || !sealed.equals(bytes.subarray(length - SEAL)))
    throw wrong(
      'the checkpoint is damaged (its checksum does not agree). Start the run from an older copy of it, or anew.',
    );
  return {
    position: header.position,
    into(state) {
      const here = state.names.filter((name) => !name.endsWith('/gradient'));
      const missing = here.find(
        (name) => vectors.find((v) => v.name === name)?.length !== state.get(name).length,
      );
      if (header.architecture !== state.architecture || missing !== undefined)
        throw wrong(
          `the checkpoint belongs to another network, width or set of frozen weights than this run${missing === undefined ? '' : ` (${missing} does not fit)`}. Resume it with the settings it was made with, or start a new run in another folder.`,
        );
      let at = start;
      for (const { name, length: count } of vectors) {
        // The data may begin at any byte, a Float32Array only at every fourth: so it is copied out.
        if (state.has(name))
          state.set(name, new Float32Array(new Uint8Array(bytes.subarray(at, at + 4 * count)).buffer));
        at += 4 * count;
      }
      state.counts.clear();
      for (const [part, count] of Object.entries(header.counts)) state.counts.set(part, count);
    },
  };
}

/** Reads a checkpoint into a state. @returns the run's position @throws RevealError as `readCheckpoint` and `into` */
export async function loadCheckpoint(file: string, state: TrainState): Promise<unknown> {
  const checkpoint = await readCheckpoint(file);
  checkpoint.into(state);
  return checkpoint.position;
}

/** The header, or null when it is none. */
function readHeader(bytes: Uint8Array): Header | null {
  try {
    const header = JSON.parse(
      new TextDecoder('utf-8', { fatal: true }).decode(bytes),
    ) as Partial<Header> | null;
    if (typeof header?.architecture !== 'string' || !Array.isArray(header.vectors)) return null;
    const { vectors, architecture, counts = {}, position = null } = header;
    const sound = vectors.every(
      (v) => typeof v.name === 'string' && Number.isSafeInteger(v.length) && v.length >= 0,
    );
    return sound ? { architecture, counts, vectors, position } : null;
  } catch {
    return null;
  }
}
