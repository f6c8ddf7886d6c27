/**
 * Order statistics of large samples without sorting more than is asked for: medians by selection, quantiles of
 * 32-bit values by a radix sort on their bits. The results are those of the language's own sort (its order: -0
 * before 0, what is not a number last) in a fraction of its time; only a median of zeros may have either sign.
 */

/** Below this many values the language's own sort is as quick. */
const FEW = 200;

let keys = new Uint32Array(0);
let spare = new Uint32Array(0);
const DIGITS = 11;
const RADIX = 1 << DIGITS;
const counts = new Uint32Array(RADIX * 3);

/** Sorts in place, ascending. @returns the same array */
export function sortFloats(values: Float32Array): Float32Array {
  const n = values.length;
  if (n < FEW) return values.sort();
  if (keys.length < n) {
    keys = new Uint32Array(n);
    spare = new Uint32Array(n);
  }
  const bits = new Uint32Array(values.buffer, values.byteOffset, n);
  counts.fill(0);
  for (let i = 0; i < n; i++) {
    const b = bits[i];
    // Bits of floats order like integers once negative ones are turned round; what is no number goes last.
    const key = (b & 0x7fffffff) > 0x7f800000 ? 0xffffffff : (b ^ ((b >> 31) | 0x80000000)) >>> 0;
    keys[i] = key;
    counts[key & (RADIX - 1)]++;
    counts[RADIX + ((key >>> DIGITS) & (RADIX - 1))]++;
    counts[2 * RADIX + (key >>> (2 * DIGITS))]++;
  }
  let from = keys;
  let to = spare;
  for (let pass = 0; pass < 3; pass++) {
    const base = pass * RADIX;
    const shift = pass * DIGITS;
    let at = 0;
    for (let d = base; d < base + RADIX; d++) {
      const count = counts[d];
      counts[d] = at;
      at += count;
    }
    for (let i = 0; i < n; i++) {
      const key = from[i];
      to[counts[base + ((key >>> shift) & (RADIX - 1))]++] = key;
    }
    [from, to] = [to, from];
  }
  for (let i = 0; i < n; i++) {
    const key = from[i];
    bits[i] = key >>> 31 ? key ^ 0x80000000 : ~key;
  }
  return values;
}

/**
 * Moves the k-th smallest of `a` (from 0) to place k, nothing larger before it, nothing smaller behind it.
 * `a` must hold numbers only.
 */
function select(a: Float64Array, k: number): void {
  let lo = 0;
  let hi = a.length - 1;
  // Chosen badly again and again (which takes an adversary), the borders would creep: then a plain sort ends it.
  for (let rounds = 4 * Math.ceil(Math.log2(a.length + 1)); hi - lo > 16 && rounds > 0; rounds--) {
    const x = a[lo];
    const y = a[(lo + hi) >> 1];
    const z = a[hi];
    const pivot = x < y ? (y < z ? y : x < z ? z : x) : x < z ? x : y < z ? z : y;
    let i = lo;
    let j = hi;
    while (i <= j) {
      while (a[i] < pivot) i++;
      while (a[j] > pivot) j--;
      if (i <= j) {
        const t = a[i];
        a[i++] = a[j];
        a[j--] = t;
      }
    }
    if (k <= j) hi = j;
    else if (k >= i) lo = i;
    else return;
  }
  a.subarray(lo, hi + 1).sort();
}

/** Median of a list; NaN when empty. */
export function median(values: ArrayLike<number>): number {
  const n = values.length;
  if (n === 0) return Number.NaN;
  const s = new Float64Array(n);
  let numbers = true;
  for (let i = 0; i < n; i++) {
    const v = (s[i] = values[i]);
    if (v !== v) numbers = false;
  }
  const m = n >> 1;
  if (n < FEW || !numbers) s.sort();
  else select(s, m);
  if (n % 2) return s[m];
  let below = s[m - 1];
  if (n >= FEW && numbers) for (let i = 0; i < m; i++) if (s[i] > below) below = s[i];
  return (below + s[m]) / 2;
}

/** Median absolute deviation from the median, scaled to a standard deviation. */
export function spread(values: ArrayLike<number>): number {
  const m = median(values);
  const off = new Float64Array(values.length);
  for (let i = 0; i < off.length; i++) off[i] = Math.abs(values[i] - m);
  return 1.4826 * median(off);
}

/** The q-quantile (0..1) of values, optionally where mask is 1, from a sample of at most 30,000. NaN when there is nothing. */
export function percentile(values: ArrayLike<number>, q: number, mask?: Uint8Array): number {
  return percentiles(values, [q], mask)[0];
}

/** Several quantiles in one sort. Values are picked at even steps when there are more than 30,000. */
export function percentiles(values: ArrayLike<number>, qs: readonly number[], mask?: Uint8Array): number[] {
  let count = values.length;
  if (mask) {
    count = 0;
    for (let p = 0; p < values.length; p++) count += mask[p];
  }
  if (count === 0) return qs.map(() => Number.NaN);
  const step = Math.max(1, count / 30_000);
  const picked = new Float32Array(Math.ceil(count / step));
  const k =
    values instanceof Float32Array ? pick(values, mask, step, picked) : pick(values, mask, step, picked);
  const sorted = sortFloats(picked.subarray(0, k));
  return qs.map((q) => {
    const at = Math.min(k - 1, Math.max(0, q * (k - 1)));
    const lo = Math.floor(at);
    return sorted[lo] + (sorted[Math.min(k - 1, lo + 1)] - sorted[lo]) * (at - lo);
  });
}

/** Fills `picked` with every `step`-th value where the mask is set. @returns how many there were */
function pick(
  values: ArrayLike<number>,
  mask: Uint8Array | undefined,
  step: number,
  picked: Float32Array,
): number {
  let k = 0;
  let seen = 0;
  let next = 0;
  for (let p = 0; p < values.length && k < picked.length; p++) {
    if (mask && !mask[p]) continue;
    if (seen >= next) {
      picked[k++] = values[p];
      next += step;
    }
    seen++;
  }
  return k;
}
