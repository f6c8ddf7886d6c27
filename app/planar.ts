/**
 * Pictures as networks see them: planar float32, one plane after the other, rows top to bottom. A `Planar` of
 * three planes is sRGB-*encoded* red, green and blue, 0..1 nominal and unclipped; of one plane it is grey (also
 * encoded) or a mask (0 = untouched, 1 = fully covered). Whatever needs linear light or Lab converts at its own
 * door (app/color).
 */

/** `data` holds `channels` planes of width * height samples: data[c * width * height + y * width + x]. */
export interface Planar {
  width: number;
  height: number;
  channels: number;
  data: Float32Array;
}

/** A picture of zeros. */
export function planar(width: number, height: number, channels: number): Planar {
  return { width, height, channels, data: new Float32Array(width * height * channels) };
}

/** A copy that shares nothing. */
export function copyPlanar(picture: Planar): Planar {
  return { ...picture, data: picture.data.slice() };
}

/** Interleaved 8-bit RGB, as readers give it, to three planes of 0..1. `rgb` holds width * height * 3 bytes. */
export function planarFromBytes(rgb: Uint8Array, width: number, height: number): Planar {
  const size = width * height;
  if (rgb.length < size * 3)
    throw new RangeError(`${width}x${height} needs ${size * 3} bytes, got ${rgb.length}`);
  const out = planar(width, height, 3);
  for (let i = 0, j = 0; i < size; i++, j += 3) {
    out.data[i] = rgb[j] / 255;
    out.data[size + i] = rgb[j + 1] / 255;
    out.data[2 * size + i] = rgb[j + 2] / 255;
  }
  return out;
}

/** Three planes of 0..1 to interleaved 8-bit RGB, rounded and clipped. */
export function bytesFromPlanar(picture: Planar): Uint8Array {
  const size = picture.width * picture.height;
  const out = new Uint8Array(size * 3);
  for (let c = 0; c < 3; c++) {
    const plane = picture.channels === 1 ? 0 : c * size;
    for (let i = 0; i < size; i++) {
      const v = picture.data[plane + i];
      out[i * 3 + c] = v <= 0 ? 0 : v >= 1 ? 255 : Math.round(v * 255);
    }
  }
  return out;
}
