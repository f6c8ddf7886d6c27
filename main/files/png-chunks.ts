/** The few PNG chunks libvips does not report: gAMA, sRGB and the mark of an animation. Only headers are read. */
import type { ByteSource } from './bytes.ts';

export interface PngFacts {
  gamma: number | null;
  srgb: boolean;
  animated: boolean;
}

/** Walks the chunks before the first IDAT. A damaged file gives what was found so far. */
export async function pngFacts(source: ByteSource): Promise<PngFacts> {
  const facts: PngFacts = { gamma: null, srgb: false, animated: false };
  let at = 8;
  try {
    for (let i = 0; i < 200; i++) {
      const head = await source.read(at, 8);
      const view = new DataView(head.buffer, head.byteOffset, 8);
      const length = view.getUint32(0);
      const type = String.fromCharCode(...head.subarray(4, 8));
      if (type === 'IDAT' || type === 'IEND') break;
      if (type === 'sRGB') facts.srgb = true;
      if (type === 'acTL') facts.animated = true;
      if (type === 'gAMA') {
        const b = await source.read(at + 8, 4);
        const gamma = new DataView(b.buffer, b.byteOffset, 4).getUint32(0) / 100000;
        if (gamma > 0) facts.gamma = gamma;
      }
      at += 12 + length;
    }
  } catch {
    return facts;
  }
  return facts;
}
