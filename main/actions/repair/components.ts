/**
 * Connected regions of a mask, and how far its pixels lie from its edge.
 */

/** Calls `region(pixels)` for each region of non-zero pixels that touch (eight neighbours); `pixels` is reused. */
export function eachRegion(
  mask: Uint8Array,
  width: number,
  height: number,
  region: (pixels: Int32Array) => void,
): void {
  const seen = new Uint8Array(mask.length);
  let stack = new Int32Array(1024);
  for (let start = 0; start < mask.length; start++) {
    if (mask[start] === 0 || seen[start]) continue;
    let count = 1;
    stack[0] = start;
    seen[start] = 1;
    for (let done = 0; done < count; done++) {
      const i = stack[done];
      const x = i % width;
      const y = (i - x) / width;
      if (count + 8 > stack.length) {
        const more = new Int32Array(stack.length * 2);
        more.set(stack);
        stack = more;
      }
      for (let v = y > 0 ? y - 1 : 0; v <= y + 1 && v < height; v++)
        for (let u = x > 0 ? x - 1 : 0; u <= x + 1 && u < width; u++) {
          const j = v * width + u;
          if (mask[j] === 0 || seen[j]) continue;
          seen[j] = 1;
          stack[count++] = j;
        }
    }
    region(stack.subarray(0, count));
  }
}

/** Bounding box of pixel indices. */
export function boxOf(pixels: Int32Array, width: number): { x: number; y: number; w: number; h: number } {
  let x0 = Infinity;
  let x1 = -1;
  let y0 = Infinity;
  let y1 = -1;
  for (const i of pixels) {
    const x = i % width;
    const y = (i - x) / width;
    if (x < x0) x0 = x;
    if (x > x1) x1 = x;
    if (y < y0) y0 = y;
    if (y > y1) y1 = y;
  }
  return { x: x0, y: y0, w: x1 - x0 + 1, h: y1 - y0 + 1 };
}

/**
 * Distance of every non-zero pixel to the nearest zero pixel (or to the outside, where `open`), in thirds of a
 * pixel; 0 outside the mask. Chamfer weights 3 and 4 (Borgefors 1986): within 8 % of the true distance.
 */
export function depth(mask: Uint8Array, width: number, height: number, open = false): Uint16Array {
  const out = new Uint16Array(mask.length);
  const far = 60000;
  const beyond = open ? 0 : far;
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      if (mask[i] === 0) continue;
      const up = y > 0;
      const left = x > 0 ? out[i - 1] : beyond;
      const above = up ? out[i - width] : beyond;
      const aboveLeft = up && x > 0 ? out[i - width - 1] : beyond;
      const aboveRight = up && x + 1 < width ? out[i - width + 1] : beyond;
      out[i] = Math.min(far, Math.min(left, above) + 3, Math.min(aboveLeft, aboveRight) + 4);
    }
  for (let y = height - 1, i = mask.length - 1; y >= 0; y--)
    for (let x = width - 1; x >= 0; x--, i--) {
      if (mask[i] === 0) continue;
      const down = y + 1 < height;
      const right = x + 1 < width ? out[i + 1] : beyond;
      const below = down ? out[i + width] : beyond;
      const belowLeft = down && x > 0 ? out[i + width - 1] : beyond;
      const belowRight = down && x + 1 < width ? out[i + width + 1] : beyond;
      const d = Math.min(Math.min(right, below) + 3, Math.min(belowLeft, belowRight) + 4);
      if (d < out[i]) out[i] = d;
    }
  return out;
}
