/**
 * Seeded random numbers. Everything that is random in a dataset, a training run or a simulated film is drawn
 * from a generator that is named by *what* it is for (a seed and the index of the sample), never by how many
 * numbers were drawn before, so that a run that was interrupted, or whose samples are made by several threads,
 * gives the same pictures. The generator is sfc32 (Chris Doty-Humphrey's Small Fast Counting generator, 2010,
 * of PractRand), seeded through the finaliser of MurmurHash3 (Austin Appleby, public domain).
 */

/** One stream of random numbers. Not for secrets. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform in [low, high). */
  uniform(low: number, high: number): number;
  /** Uniform whole number in 0..n-1. @throws RangeError when n is not a positive whole number */
  int(n: number): number;
  /** Normal with the given mean and standard deviation (Box and Muller 1958). */
  normal(mean?: number, sigma?: number): number;
  /** True with probability p. */
  chance(p: number): boolean;
  /** One element. @throws RangeError on an empty list */
  pick<T>(list: readonly T[]): T;
  /** Shuffles in place (Fisher and Yates) and returns the list. */
  shuffle<T>(list: T[]): T[];
}

function mix(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** 32 bits of any sequence of numbers and words; order matters. */
export function hash32(...keys: readonly (number | string)[]): number {
  let h = 0x9e3779b9;
  for (const key of keys) {
    const text = typeof key === 'number' ? `n${key}` : `s${key}`;
    for (let i = 0; i < text.length; i++) h = mix(Math.imul(h, 31) + text.charCodeAt(i) + 0x6d2b79f5);
    h = mix(h + 0x51ed270b);
  }
  return h;
}

/**
 * The stream that belongs to these keys: `seeded(seed, 'dust', sampleIndex)`. Same keys, same numbers, on
 * every machine.
 */
export function seeded(...keys: readonly (number | string)[]): Random {
  let a = hash32('a', ...keys) | 0;
  let b = hash32('b', ...keys) | 0;
  let c = hash32('c', ...keys) | 0;
  let counter = 1;
  const word = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  };
  for (let i = 0; i < 12; i++) word();
  let spare: number | null = null;
  const random: Random = {
    next: () => word() / 4294967296,
    uniform: (low, high) => low + (high - low) * random.next(),
    int(n) {
      if (!Number.isInteger(n) || n <= 0)
        throw new RangeError(`int(${n}): n must be a positive whole number`);
      return Math.floor(random.next() * n);
    },
    normal(mean = 0, sigma = 1) {
      if (spare !== null) {
        const value = spare;
        spare = null;
        return mean + sigma * value;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
      const angle = 2 * Math.PI * random.next();
      spare = radius * Math.sin(angle);
      return mean + sigma * radius * Math.cos(angle);
    },
    chance: (p) => random.next() < p,
    pick(list) {
      if (list.length === 0) throw new RangeError('pick: the list is empty');
      return list[Math.floor(random.next() * list.length)];
    },
    shuffle(list) {
      for (let i = list.length - 1; i > 0; i--) {
        const j = Math.floor(random.next() * (i + 1));
        [list[i], list[j]] = [list[j], list[i]];
      }
      return list;
    },
  };
  return random;
}
