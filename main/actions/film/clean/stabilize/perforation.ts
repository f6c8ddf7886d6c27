/**
 * The perforation in a scan that shows more than the picture: the lamp shines through it, so it is the brightest thing there is,
 * white without grain, as high as a good part of the frame and standing at the left or right side. Its place is
 * measured to a part of a pixel from how brightness falls across its edges.
 */

/** Middle and size of the hole, pixels of the look. */
export interface Perforation {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Brightness of the hole at least; the lamp itself is white in any scan. */
const LAMP = 215;

/** The largest white upright rectangle-like patch at one side of the frame; null: none. */
export function findPerforation(luma: Uint8Array, width: number, height: number): Perforation | null {
  let best: Perforation | null = null;
  for (const side of ['left', 'right'] as const) {
    const from = side === 'left' ? 0 : Math.floor(width * 0.72);
    const to = side === 'left' ? Math.ceil(width * 0.28) : width;
    const hole = inStrip(luma, width, height, from, to);
    if (hole && (!best || hole.width * hole.height > best.width * best.height)) best = hole;
  }
  return best;
}

function inStrip(
  luma: Uint8Array,
  width: number,
  height: number,
  from: number,
  to: number,
): Perforation | null {
  const seen = new Uint8Array(width * height);
  let best: Perforation | null = null;
  const stack: number[] = [];
  for (let y = 2; y < height; y += 4)
    for (let x = from + 1; x < to; x += 3) {
      const start = y * width + x;
      if (seen[start] || luma[start] < LAMP) continue;
      let [x0, x1, y0, y1, area, sum] = [x, x, y, y, 0, 0];
      stack.push(start);
      seen[start] = 1;
      while (stack.length > 0) {
        const i = stack.pop() as number;
        const py = Math.floor(i / width);
        const px = i - py * width;
        area++;
        sum += luma[i];
        if (px < x0) x0 = px;
        if (px > x1) x1 = px;
        if (py < y0) y0 = py;
        if (py > y1) y1 = py;
        for (const [nx, ny] of [
          [px - 1, py],
          [px + 1, py],
          [px, py - 1],
          [px, py + 1],
        ]) {
          if (nx < from || ny < 0 || nx >= to || ny >= height) continue;
          const k = ny * width + nx;
          if (seen[k] || luma[k] < LAMP) continue;
          seen[k] = 1;
          stack.push(k);
        }
      }
      const w = x1 - x0 + 1;
      const h = y1 - y0 + 1;
      const share = area / (w * h);
      const size = (w * h) / (width * height);
      const inside = y0 > 1 && y1 < height - 2;
      if (share < 0.85 || size < 0.004 || size > 0.09 || w < 8 || h < 8 || !inside || sum / area < 235)
        continue;
      if (!best || w * h > best.width * best.height) best = refine(luma, width, { x0, x1, y0, y1 });
    }
  return best;
}

/** Edges to a part of a pixel: where the mean profile across each crosses the middle between inside and outside. */
function refine(
  luma: Uint8Array,
  width: number,
  box: { x0: number; x1: number; y0: number; y1: number },
): Perforation {
  const { x0, x1, y0, y1 } = box;
  // Corners are round: only the middle half of each edge is measured.
  const qx = (x1 - x0) >> 2;
  const qy = (y1 - y0) >> 2;
  const column = (x: number): number => {
    let s = 0;
    for (let y = y0 + qy; y <= y1 - qy; y++) s += luma[y * width + x];
    return s / (y1 - y0 - 2 * qy + 1);
  };
  const row = (y: number): number => {
    let s = 0;
    for (let x = x0 + qx; x <= x1 - qx; x++) s += luma[y * width + x];
    return s / (x1 - x0 - 2 * qx + 1);
  };
  const left = x0 > 3 ? edge(column, x0, -1) : null;
  const right = x1 < width - 4 ? edge(column, x1, 1) : null;
  const top = y0 > 3 ? (edge(row, y0, -1) ?? y0) : y0;
  const bottom = y1 < luma.length / width - 4 ? (edge(row, y1, 1) ?? y1) : y1;
  const w = left !== null && right !== null ? right - left : x1 - x0;
  // A hole cut by the scan's own border is placed by the edge that shows.
  const x = left !== null && right !== null ? (left + right) / 2 : (right ?? left ?? (x0 + x1) / 2);
  return { x, y: (top + bottom) / 2, width: w, height: bottom - top };
}

function edge(profile: (at: number) => number, at: number, way: number): number | null {
  const inside = profile(at - 2 * way);
  let outside = inside;
  for (let k = 0; k <= 3; k++) outside = Math.min(outside, profile(at + k * way));
  const middle = (inside + outside) / 2;
  if (inside - outside < 20) return null;
  for (let k = -2; k < 3; k++) {
    const a = profile(at + k * way);
    const b = profile(at + (k + 1) * way);
    if (a >= middle && b < middle) return at + way * (k + (a - middle) / (a - b));
  }
  return null;
}
