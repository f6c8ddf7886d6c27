/**
 * From a picture of a dataset to pixels: the bytes are read where they lie (a file, or a part of a tar whose
 * handle stays open) and decoded to a standard size. Serves the loader's threads and `Dataset.read` alike.
 */
import { open, type FileHandle } from 'node:fs/promises';
import { RevealError } from '../../../app/contract/messages.ts';
import { fileError, show } from '../../files/bytes.ts';
import { decodeRgb, resizeRgb, type Rgb8 } from '../../files/rgb.ts';
import { register } from './pairs.ts';
import type { DatasetPicture, Place } from './types.ts';

/** Shorter side of pictures in training, as in the data that the project started from. */
export const STANDARD_SIDE = 256;

/** A decoded picture, and its input where it is one of a registered pair (same size). */
export interface Decoded {
  truth: Rgb8;
  input: Rgb8 | null;
}

/** Open archives by name; a plain file is opened, read and closed. */
export class PictureReader {
  private readonly open = new Map<string, Promise<FileHandle>>();

  /** The bytes of a picture file. @throws RevealError */
  async bytes(place: Place): Promise<Uint8Array> {
    try {
      if (place.length < 0) {
        const handle = await open(place.file, 'r');
        try {
          return await handle.readFile();
        } finally {
          await handle.close();
        }
      }
      let handle = this.open.get(place.file);
      if (!handle) this.open.set(place.file, (handle = open(place.file, 'r')));
      const bytes = Buffer.allocUnsafe(place.length);
      const archive = await handle;
      for (let done = 0; done < bytes.length;) {
        const { bytesRead } = await archive.read(bytes, done, bytes.length - done, place.offset + done);
        if (bytesRead === 0)
          throw new RevealError(
            'bad-input',
            `${show(place.file)} ends before its pictures do. Copy it again.`,
          );
        done += bytesRead;
      }
      return bytes;
    } catch (error) {
      if (place.length >= 0) this.open.delete(place.file);
      throw fileError(place.file, error, 'read');
    }
  }

  /** One picture in the standard size. @throws RevealError 'bad-input' naming the picture */
  async picture(place: Place, name: string, shortSide: number): Promise<Rgb8> {
    // A file of its own is decoded from its name: libvips then reads no more of it than it needs.
    if (place.length < 0) return decodeRgb(place.file, name, { shortSide });
    return decodeRgb(await this.bytes(place), name, { shortSide });
  }

  /** A picture, or both halves of a pair laid on each other. @throws RevealError 'bad-input' */
  async decode(picture: DatasetPicture, shortSide: number): Promise<Decoded> {
    const truth = await this.picture(picture.place, picture.id, shortSide);
    if (!picture.pair) return { truth, input: null };
    const name = `the input of ${picture.id}`;
    const input = await this.picture(picture.pair.place, name, shortSide);
    const fits = input.width === truth.width && input.height === truth.height;
    if (picture.pair.registered) {
      if (!fits) throw new RevealError('bad-input', `${picture.id} and its input differ in size.`);
      return { truth, input };
    }
    return register(fits ? input : await resizeLike(input, truth, picture.id), truth, picture.id);
  }

  async close(): Promise<void> {
    const handles = [...this.open.values()];
    this.open.clear();
    for (const handle of handles) await handle.then((h) => h.close()).catch(() => undefined);
  }
}

/** Proportions that differ by more than this are another crop, not another size. */
const SAME_SHAPE = 0.04;

async function resizeLike(input: Rgb8, truth: Rgb8, id: string): Promise<Rgb8> {
  const ratio = input.width / input.height / (truth.width / truth.height);
  if (Math.abs(Math.log(ratio)) > SAME_SHAPE)
    throw new RevealError(
      'bad-input',
      `${id}: input (${input.width} × ${input.height}) and target (${truth.width} × ${truth.height}) have different proportions. Crop both to the same part.`,
    );
  return resizeRgb(input, truth.width, truth.height);
}
