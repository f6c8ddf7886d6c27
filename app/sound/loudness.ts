/**
 * How loud a sound is, as broadcasters measure it, and how it is brought to a wanted loudness: integrated loudness by
 * ITU-R BS.1770-5 with the gates of EBU R 128, true peak by four times oversampling (BS.1770-5, annex 2), and a
 * look-ahead limiter that keeps true peaks under a ceiling without a step in the gain. Channels are Float32Array at full
 * scale 1; nothing here knows files.
 */

/** The coefficients of one biquad, a0 = 1. */
interface Biquad {
  b0: number;
  b1: number;
  b2: number;
  a1: number;
  a2: number;
}

/**
 * The two filters of K-weighting at any sample rate: a shelf for the head, a high pass (BS.1770-5, annex 1; tables there
 * are for 48 kHz, the analogue prototypes behind them are those that libebur128 uses).
 */
export function kWeighting(rate: number): [Biquad, Biquad] {
  const shelf = (): Biquad => {
    const k = Math.tan((Math.PI * 1681.974450955533) / rate);
    const q = 0.7071752369554196;
    const vh = 10 ** (3.999843853973347 / 20);
    const vb = vh ** 0.4996667741545416;
    const a0 = 1 + k / q + k * k;
    return {
      b0: (vh + (vb * k) / q + k * k) / a0,
      b1: (2 * (k * k - vh)) / a0,
      b2: (vh - (vb * k) / q + k * k) / a0,
      a1: (2 * (k * k - 1)) / a0,
      a2: (1 - k / q + k * k) / a0,
    };
  };
  const highPass = (): Biquad => {
    const k = Math.tan((Math.PI * 38.13547087602444) / rate);
    const q = 0.5003270373238773;
    const a0 = 1 + k / q + k * k;
    return { b0: 1, b1: -2, b2: 1, a1: (2 * (k * k - 1)) / a0, a2: (1 - k / q + k * k) / a0 };
  };
  return [shelf(), highPass()];
}

function filtered(samples: Float32Array, filters: readonly Biquad[]): Float64Array {
  let from: Float32Array | Float64Array = samples;
  let out = new Float64Array(samples.length);
  for (const { b0, b1, b2, a1, a2 } of filters) {
    let x1 = 0;
    let x2 = 0;
    let y1 = 0;
    let y2 = 0;
    out = new Float64Array(samples.length);
    for (let i = 0; i < samples.length; i++) {
      const x = from[i];
      const y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2;
      x2 = x1;
      x1 = x;
      y2 = y1;
      y1 = y;
      out[i] = y;
    }
    from = out;
  }
  return out;
}

/** Mean square to loudness: LUFS. */
const lufs = (power: number): number => -0.691 + 10 * Math.log10(power);

/**
 * Integrated loudness in LUFS of one or two channels (left, right) at `rate` samples a second; -Infinity for silence and
 * for less than one block of 400 ms. Blocks overlap by 75 %; the gates lie at -70 LUFS and 10 LU under what passes that.
 */
export function loudness(channels: readonly Float32Array[], rate: number): number {
  const step = Math.round(rate / 10);
  const length = channels[0]?.length ?? 0;
  const slices = Math.floor(length / step);
  // Power of each 100 ms; a block is four of them.
  const power = new Float64Array(slices);
  for (const channel of channels) {
    const weighted = filtered(channel, kWeighting(rate));
    for (let s = 0; s < slices; s++) {
      let sum = 0;
      for (let i = s * step; i < (s + 1) * step; i++) sum += weighted[i] * weighted[i];
      power[s] += sum / step;
    }
  }
  const blocks: number[] = [];
  for (let s = 0; s + 4 <= slices; s++)
    blocks.push((power[s] + power[s + 1] + power[s + 2] + power[s + 3]) / 4);
  const mean = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / list.length;
  const heard = blocks.filter((p) => lufs(p) > -70);
  if (!heard.length) return -Infinity;
  const gate = lufs(mean(heard)) - 10;
  return lufs(mean(heard.filter((p) => lufs(p) > gate)));
}

const OVER = 4;
/** Taps on either side of a point between samples. */
const REACH = 16;
/** Windowed sinc at the three points between two samples; at the sample itself nothing is to be found. */
const phases = Array.from({ length: OVER - 1 }, (_, p) => {
  const at = (p + 1) / OVER;
  const taps = Float64Array.from({ length: 2 * REACH }, (__, t) => {
    const x = at - (t - REACH + 1);
    return (Math.sin(Math.PI * x) / (Math.PI * x)) * (0.5 + 0.5 * Math.cos((Math.PI * x) / REACH));
  });
  const sum = taps.reduce((a, b) => a + b, 0);
  return taps.map((v) => v / sum);
});

/**
 * The largest magnitude at and around each sample, between samples too. Full scale is 1. Where it matters only what comes
 * over `floor`, quiet stretches are not looked into: no windowed sinc above lifts the loudest sample in its reach more than
 * 2.5 times.
 */
export function peakEnvelope(channels: readonly Float32Array[], floor = 0): Float64Array {
  const length = channels[0]?.length ?? 0;
  const out = new Float64Array(length);
  for (const channel of channels)
    for (let start = 0; start < length; start += REACH) {
      const end = Math.min(length, start + REACH);
      let loudest = 0;
      for (let i = Math.max(0, start - REACH); i < Math.min(length, end + REACH); i++)
        loudest = Math.max(loudest, Math.abs(channel[i]));
      for (let i = start; i < end; i++) {
        let peak = Math.abs(channel[i]);
        if (2.5 * loudest > floor)
          for (const taps of phases) {
            let sum = 0;
            const from = i - REACH + 1;
            const first = Math.max(0, -from);
            const last = Math.min(2 * REACH, length - from);
            for (let t = first; t < last; t++) sum += taps[t] * channel[from + t];
            peak = Math.max(peak, Math.abs(sum));
          }
        out[i] = Math.max(out[i], peak);
      }
    }
  return out;
}

/** True peak in dBTP; -Infinity for silence. */
export function truePeak(channels: readonly Float32Array[]): number {
  let most = 0;
  for (const channel of channels) for (const v of channel) most = Math.max(most, Math.abs(v));
  for (const v of peakEnvelope(channels, most)) most = Math.max(most, v);
  return 20 * Math.log10(most);
}

/** Least value of the window `radius` to both sides, by a monotone queue. */
function slidingMinimum(values: Float64Array, radius: number): Float64Array {
  const out = new Float64Array(values.length);
  const queue = new Int32Array(values.length);
  let head = 0;
  let tail = 0;
  for (let i = 0; i < values.length + radius; i++) {
    if (i < values.length) {
      while (tail > head && values[queue[tail - 1]] >= values[i]) tail--;
      queue[tail++] = i;
    }
    const at = i - radius;
    if (at < 0) continue;
    while (queue[head] < at - radius) head++;
    out[at] = values[queue[head]];
  }
  return out;
}

/** Mean of the window `radius` to both sides; the ends count as going on. */
function slidingMean(values: Float64Array, radius: number): Float64Array {
  const out = new Float64Array(values.length);
  const last = values.length - 1;
  const at = (i: number): number => values[Math.min(last, Math.max(0, i))];
  let sum = 0;
  for (let i = -radius; i <= radius; i++) sum += at(i);
  for (let i = 0; i < values.length; i++) {
    out[i] = sum / (2 * radius + 1);
    sum += at(i + radius + 1) - at(i - radius);
  }
  return out;
}

const scale = (channels: readonly Float32Array[], gain: number): void => {
  for (const channel of channels) for (let i = 0; i < channel.length; i++) channel[i] = channel[i] * gain;
};

/**
 * Holds true peaks under `ceiling` (dBTP), in place. The gain moves over 5 ms on either side of a peak.
 * @returns whether anything had to be held
 */
export function limit(channels: readonly Float32Array[], rate: number, ceiling: number): boolean {
  const most = 10 ** (ceiling / 20);
  const envelope = peakEnvelope(channels, most);
  if (envelope.every((v) => v <= most)) return false;
  const wanted = envelope.map((v) => Math.min(1, most / v));
  const radius = Math.max(1, Math.round(rate * 0.005));
  // The mean of a minimum over the same window never lies above what is wanted in its middle.
  const gain = slidingMean(slidingMinimum(wanted, radius), radius);
  for (const channel of channels) for (let i = 0; i < channel.length; i++) channel[i] = channel[i] * gain[i];
  return true;
}

/**
 * Brings a sound to `target` LUFS with true peaks at most `ceiling` dBTP, in place. Where peaks would have to be held so
 * hard that the loudness cannot be reached, it stays softer rather than being crushed.
 * @returns what was reached; silence stays silence
 */
export function toLoudness(
  channels: readonly Float32Array[],
  rate: number,
  target: number,
  ceiling = -1,
): { loudness: number; truePeak: number } {
  let now = loudness(channels, rate);
  for (let round = 0; round < 4 && Number.isFinite(now) && Math.abs(target - now) > 0.02; round++) {
    scale(channels, 10 ** ((target - now) / 20));
    // The gain's own motion can lift a peak by a few hundredths: a little lower is aimed at.
    now = limit(channels, rate, ceiling - 0.05) ? loudness(channels, rate) : target;
  }
  const peak = truePeak(channels);
  const excess = Math.max(0, peak - ceiling);
  if (excess > 0) scale(channels, 10 ** (-excess / 20));
  return { loudness: now - excess, truePeak: peak - excess };
}
