/** Plane filters that cost the same for any radius: means over squares, and the least and greatest of them. */

/** Mean over a square of side 2 r + 1, of fewer pixels at the picture's edge. */
export function boxMean(data: Float32Array, width: number, height: number, r: number): Float32Array {
  const rows = new Float32Array(data.length);
  for (let y = 0; y < height; y++) {
    const at = y * width;
    let sum = 0;
    for (let x = 0; x < Math.min(r, width); x++) sum += data[at + x];
    for (let x = 0; x < width; x++) {
      if (x + r < width) sum += data[at + x + r];
      if (x - r - 1 >= 0) sum -= data[at + x - r - 1];
      rows[at + x] = sum / (Math.min(width - 1, x + r) - Math.max(0, x - r) + 1);
    }
  }
  const out = new Float32Array(data.length);
  const sums = new Float64Array(width);
  for (let y = 0; y < Math.min(r, height); y++)
    for (let x = 0; x < width; x++) sums[x] += rows[y * width + x];
  for (let y = 0; y < height; y++) {
    if (y + r < height) for (let x = 0, i = (y + r) * width; x < width; x++, i++) sums[x] += rows[i];
    if (y - r - 1 >= 0) for (let x = 0, i = (y - r - 1) * width; x < width; x++, i++) sums[x] -= rows[i];
    const count = Math.min(height - 1, y + r) - Math.max(0, y - r) + 1;
    for (let x = 0; x < width; x++) out[y * width + x] = sums[x] / count;
  }
  return out;
}

/**
 * Greatest (or, with `sign` -1, least) value over a square of side 2 r + 1 (van Herk 1992; Gil and Werman 1993: three
 * comparisons a pixel whatever the radius).
 */
export function extreme(
  data: Float32Array,
  width: number,
  height: number,
  r: number,
  sign: 1 | -1,
): Float32Array {
  const side = 2 * r + 1;
  const longest = width + 2 * side;
  const line = new Float32Array(longest);
  const ahead = new Float32Array(longest);
  const back = new Float32Array(longest);
  const rows = new Float32Array(data.length);
  const out = new Float32Array(data.length);
  const padded = Math.ceil((width + 2 * r) / side) * side;
  for (let start = 0; start < data.length; start += width) {
    line.fill(-Infinity, 0, r);
    for (let k = 0; k < width; k++) line[k + r] = sign * data[start + k];
    line.fill(-Infinity, width + r, padded);
    for (let k = 0; k < padded; k += side) {
      let m = -Infinity;
      for (let j = k; j < k + side; j++) {
        const v = line[j];
        if (v > m) m = v;
        ahead[j] = m;
      }
      m = -Infinity;
      for (let j = k + side - 1; j >= k; j--) {
        const v = line[j];
        if (v > m) m = v;
        back[j] = m;
      }
    }
    for (let k = 0; k < width; k++) {
      const a = back[k];
      const b = ahead[k + 2 * r];
      rows[start + k] = a > b ? a : b;
    }
  }
  down(rows, out, width, height, r, sign);
  return out;
}

/**
 * The columns of `extreme`, all of them at once, row after row as they lie in memory: greatest of `rows` over 2 r + 1 rows,
 * times the sign.
 */
function down(
  rows: Float32Array,
  out: Float32Array,
  width: number,
  height: number,
  r: number,
  sign: 1 | -1,
): void {
  const side = 2 * r + 1;
  /** From each row of a block to the block's end. */
  const back = new Float32Array(side * width);
  /** From the next block's beginning to a row. */
  const ahead = new Float32Array(width);
  const take = (to: Float32Array, at: number, y: number): void => {
    if (y < 0 || y >= height) return;
    for (let x = 0, i = y * width; x < width; x++, i++) {
      const v = rows[i];
      if (v > to[at + x]) to[at + x] = v;
    }
  };
  for (let top = 0; top < height; top += side) {
    back.fill(-Infinity, (side - 1) * width);
    for (let j = side - 1; j >= 0; j--) {
      if (j < side - 1) back.copyWithin(j * width, (j + 1) * width, (j + 2) * width);
      take(back, j * width, top + j - r);
    }
    ahead.fill(-Infinity);
    for (let j = 0; j < side && top + j < height; j++) {
      if (j > 0) take(ahead, 0, top + j + r);
      for (let x = 0, i = (top + j) * width, b = j * width; x < width; x++, i++, b++) {
        const v = back[b] > ahead[x] ? back[b] : ahead[x];
        out[i] = sign * v;
      }
    }
  }
}

/** What stands out brighter (sign 1) or darker (-1) than everything wider than 2 r: the top-hat, 0 or more. */
export function topHat(
  data: Float32Array,
  width: number,
  height: number,
  r: number,
  sign: 1 | -1,
): Float32Array {
  const low = extreme(data, width, height, r, -sign as 1 | -1);
  const opened = extreme(low, width, height, r, sign);
  for (let i = 0; i < data.length; i++) opened[i] = sign * (data[i] - opened[i]);
  return opened;
}

/** Mean of 2 x 2 pixels; the last column or row may be of one. */
export function halved(data: Float32Array, width: number, height: number): Float32Array {
  const w = (width + 1) >> 1;
  const h = (height + 1) >> 1;
  const out = new Float32Array(w * h);
  for (let y = 0; y < h; y++) {
    const a = 2 * y * width;
    const b = Math.min(height - 1, 2 * y + 1) * width;
    for (let x = 0; x < w; x++) {
      const u = 2 * x;
      const v = Math.min(width - 1, u + 1);
      out[y * w + x] = 0.25 * (data[a + u] + data[a + v] + data[b + u] + data[b + v]);
    }
  }
  return out;
}
