/**
 * Continuing smooth planes over holes: the solution of Laplace's equation with the known samples as boundary, a soap
 * film. A pyramid of averages gives the start (pull-push; Gortler and others, "The Lumigraph", 1996), rounds of
 * over-relaxation the rest. At the picture's edge nothing flows out.
 */

/** Rounds end when no sample moved by more than this. */
const STILL = 2e-6;

interface Level {
  width: number;
  height: number;
  value: Float32Array;
  /** 0 = nothing known. */
  weight: Float32Array;
}

function pull(fine: Level): Level {
  const width = (fine.width + 1) >> 1;
  const height = (fine.height + 1) >> 1;
  const value = new Float32Array(width * height);
  const weight = new Float32Array(width * height);
  for (let y = 0; y < fine.height; y++)
    for (let x = 0; x < fine.width; x++) {
      const w = fine.weight[y * fine.width + x];
      if (w === 0) continue;
      const o = (y >> 1) * width + (x >> 1);
      weight[o] += w;
      value[o] += w * fine.value[y * fine.width + x];
    }
  for (let o = 0; o < weight.length; o++)
    if (weight[o] > 0) {
      value[o] /= weight[o];
      weight[o] = Math.min(1, weight[o]);
    }
  return { width, height, value, weight };
}

/** Value of the coarse level at a pixel of the fine one, bilinear. */
function above(coarse: Level, x: number, y: number): number {
  const cx = x >> 1;
  const cy = y >> 1;
  const nx = Math.min(coarse.width - 1, Math.max(0, cx + (x & 1 ? 1 : -1)));
  const ny = Math.min(coarse.height - 1, Math.max(0, cy + (y & 1 ? 1 : -1)));
  const v = coarse.value;
  return (
    0.5625 * v[cy * coarse.width + cx] +
    0.1875 * (v[cy * coarse.width + nx] + v[ny * coarse.width + cx]) +
    0.0625 * v[ny * coarse.width + nx]
  );
}

/**
 * Fills the unknown of a plane in place.
 * @param rounds of relaxation at most; a few hundred for exactness, some thirty for the eye
 */
export function fillMembrane(
  plane: Float32Array,
  unknown: Uint8Array,
  width: number,
  height: number,
  rounds = 200,
): void {
  const levels: Level[] = [
    { width, height, value: plane, weight: Float32Array.from(unknown, (v) => (v ? 0 : 1)) },
  ];
  while (levels.length < 14) {
    const top = levels[levels.length - 1];
    if (top.width <= 1 && top.height <= 1) break;
    levels.push(pull(top));
  }
  for (let l = levels.length - 2; l >= 0; l--) {
    const fine = levels[l];
    const coarse = levels[l + 1];
    for (let y = 0, i = 0; y < fine.height; y++)
      for (let x = 0; x < fine.width; x++, i++) {
        const w = fine.weight[i];
        if (w < 1) fine.value[i] = w * fine.value[i] + (1 - w) * above(coarse, x, y);
      }
  }
  const list: number[] = [];
  for (let i = 0; i < unknown.length; i++) if (unknown[i]) list.push(i);
  const holes = Int32Array.from(list);
  const beside = new Int32Array(holes.length * 4);
  holes.forEach((i, k) => {
    const x = i % width;
    beside[4 * k] = x > 0 ? i - 1 : i;
    beside[4 * k + 1] = x + 1 < width ? i + 1 : i;
    beside[4 * k + 2] = i >= width ? i - width : i;
    beside[4 * k + 3] = i + width < unknown.length ? i + width : i;
  });
  for (let round = 0; round < rounds; round++) {
    let moved = 0;
    for (let k = 0, b = 0; k < holes.length; k++, b += 4) {
      const i = holes[k];
      const d =
        0.25 * (plane[beside[b]] + plane[beside[b + 1]] + plane[beside[b + 2]] + plane[beside[b + 3]]) -
        plane[i];
      plane[i] += 1.6 * d;
      if (d > moved) moved = d;
      else if (-d > moved) moved = -d;
    }
    if (moved < STILL) break;
  }
}
