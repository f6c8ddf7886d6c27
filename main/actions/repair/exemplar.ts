/**
 * Filling from like places of the same picture. For each block of unknown pixels, from the hole's rim inwards, what
 * lies around it is compared with every place of the surroundings that is wholly known (weighted squared difference, the light of the two
 * made equal), and the block becomes the weighted mean of what lies in the middle of the best of them: the
 * non-local mean (Buades, Coll, Morel 2005) with the patch order of Criminisi, Pérez and Toyama 2004. The mean of
 * several is the best guess; a single best would look sharper and be wrong more often.
 */

export interface ExemplarOptions {
  /** Side of the blocks that are filled at once. */
  block: number;
  /** Pixels around a block that are compared. */
  around: number;
  /** Weight of a compared pixel falls by this factor a pixel of distance from the block. */
  decay: number;
  trust: number;
  /** Places that are averaged. */
  best: number;
  /** How quickly worse places count less: in multiples of the best place's difference. */
  soft: number;
  /** How far around a hole is searched. */
  reach: number;
}

export const EXEMPLAR: ExemplarOptions = {
  block: 4,
  around: 10,
  decay: 0.85,
  trust: 0.4,
  best: 12,
  soft: 1,
  reach: 96,
};

interface Block {
  x: number;
  y: number;
  weight: number;
}

/**
 * Fills the unknown of planes of one size in place; the places are chosen by all planes together.
 * @returns for each unknown pixel the index of the best place's pixel (-1 elsewhere and where none was found)
 */
export function fillExemplar(
  planes: readonly Float32Array[],
  unknown: Uint8Array,
  width: number,
  height: number,
  options: ExemplarOptions = EXEMPLAR,
): Int32Array {
  const { block, around, decay, trust, best, soft, reach } = options;
  const side = block + 2 * around;
  const state = Float32Array.from(unknown, (v) => (v ? 0 : 1));
  const source = new Int32Array(unknown.length).fill(-1);
  const sums = integral(unknown, width, height);
  const whole = (x: number, y: number): boolean =>
    sums[(y + side) * (width + 1) + x + side] -
      sums[y * (width + 1) + x + side] -
      sums[(y + side) * (width + 1) + x] +
      sums[y * (width + 1) + x] ===
    0;
  const todo: Block[] = [];
  for (let y = 0; y < height; y += block)
    for (let x = 0; x < width; x += block) {
      let any = false;
      for (let v = y; v < Math.min(height, y + block) && !any; v++)
        for (let u = x; u < Math.min(width, x + block); u++) if (unknown[v * width + u]) any = true;
      if (any) todo.push({ x, y, weight: 0 });
    }
  const falls = new Float32Array(side * side);
  const middle = (side - 1) / 2;
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) falls[y * side + x] = decay ** Math.hypot(x - middle, y - middle);
  const score = (b: Block): number => {
    let sum = 0;
    for (let v = 0; v < side; v++) {
      const y = b.y + v - around;
      if (y < 0 || y >= height) continue;
      for (let u = 0; u < side; u++) {
        const x = b.x + u - around;
        if (x >= 0 && x < width) sum += falls[v * side + u] * state[y * width + x];
      }
    }
    return sum;
  };
  for (const b of todo) b.weight = score(b);
  const weights = new Float32Array(side * side);
  const offsets = new Int32Array(side * side);
  const places = new Int32Array(best);
  const costs = new Float32Array(best);
  while (todo.length > 0) {
    let next = 0;
    for (let k = 1; k < todo.length; k++) if (todo[k].weight > todo[next].weight) next = k;
    const b = todo[next];
    todo[next] = todo[todo.length - 1];
    todo.pop();
    // The pixels to compare, a quarter of them (chequered by twos) in the first round.
    let count = 0;
    let total = 0;
    const bx = b.x - around;
    const by = b.y - around;
    const own = by * width + bx;
    for (let v = 0; v < side; v++) {
      const y = by + v;
      if (y < 0 || y >= height) continue;
      for (let u = v & 1; u < side; u += 2) {
        const x = bx + u;
        if (x < 0 || x >= width) continue;
        const w = falls[v * side + u] * state[y * width + x];
        if (w < 0.002) continue;
        weights[count] = w;
        total += w;
        offsets[count++] = v * width + u;
      }
    }
    let found = 0;
    const far = reach + side;
    const y0 = Math.max(0, by - far);
    const y1 = Math.min(height - side, by + far);
    const x0 = Math.max(0, bx - far);
    const x1 = Math.min(width - side, bx + far);
    costs.fill(Infinity);
    const cost = (x: number, y: number, limit: number): number => {
      const at = y * width + x;
      let sum = 0;
      for (const plane of planes) {
        let mean = 0;
        let square = 0;
        for (let k = 0; k < count; k++) {
          const d = plane[own + offsets[k]] - plane[at + offsets[k]];
          const wd = weights[k] * d;
          mean += wd;
          square += wd * d;
        }
        // Of a difference in light, most is forgiven.
        sum += square - (0.75 * mean * mean) / total;
        if (sum > limit) return sum;
      }
      return sum;
    };
    const consider = (x: number, y: number): void => {
      if (x < x0 || y < y0 || x > x1 || y > y1 || !whole(x, y)) return;
      const at = y * width + x;
      for (let k = 0; k < found; k++) if (places[k] === at) return;
      const c = cost(x, y, found < best ? Infinity : costs[best - 1]);
      if (found === best && c >= costs[best - 1]) return;
      let k = found < best ? found++ : best - 1;
      for (; k > 0 && costs[k - 1] > c; k--) {
        costs[k] = costs[k - 1];
        places[k] = places[k - 1];
      }
      costs[k] = c;
      places[k] = at;
    };
    if (count > 0) {
      for (let y = y0; y <= y1; y += 3) for (let x = x0; x <= x1; x += 3) consider(x, y);
      for (let round = 0; round < 2; round++)
        for (const at of places.slice(0, found)) {
          const x = at % width;
          const y = (at - x) / width;
          for (let v = -1; v <= 1; v++) for (let u = -1; u <= 1; u++) consider(x + u, y + v);
        }
    }
    if (found > 0) {
      const scale = soft * (costs[0] + 1e-5 * total);
      for (const plane of planes) {
        let sum = 0;
        const out = new Float64Array(block * block);
        for (let k = 0; k < found; k++) {
          const w = Math.exp(-(costs[k] - costs[0]) / scale);
          sum += w;
          let mean = 0;
          for (let j = 0; j < count; j++)
            mean += weights[j] * (plane[own + offsets[j]] - plane[places[k] + offsets[j]]);
          mean *= 0.75 / total;
          for (let v = 0; v < block; v++)
            for (let u = 0; u < block; u++)
              out[v * block + u] += w * (plane[places[k] + (around + v) * width + around + u] + mean);
        }
        for (let v = 0; v < block && b.y + v < height; v++)
          for (let u = 0; u < block && b.x + u < width; u++) {
            const i = (b.y + v) * width + b.x + u;
            if (unknown[i]) plane[i] = out[v * block + u] / sum;
          }
      }
    }
    for (let v = 0; v < block && b.y + v < height; v++)
      for (let u = 0; u < block && b.x + u < width; u++) {
        const i = (b.y + v) * width + b.x + u;
        if (!unknown[i]) continue;
        if (found > 0) {
          source[i] = places[0] + (around + v) * width + around + u;
          state[i] = trust;
        }
      }
    for (const other of todo)
      if (Math.abs(other.x - b.x) < side && Math.abs(other.y - b.y) < side) other.weight = score(other);
  }
  return source;
}

/** Sums of a mask over all rectangles from the corner, one row and column more than the mask has. */
function integral(mask: Uint8Array, width: number, height: number): Uint32Array {
  const out = new Uint32Array((width + 1) * (height + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      row += mask[y * width + x];
      out[(y + 1) * (width + 1) + x + 1] = out[y * (width + 1) + x + 1] + row;
    }
  }
  return out;
}
