/**
 * The character of a reel of film: stock, grain, flicker, weave, how dirty it is, where its lines are scratched, what
 * hangs in the gate. Whatever lasts from frame to frame is a function of the frame's number, so that frames can be
 * made in any order, by several threads.
 */
import { type Random, seeded } from '../random.ts';

/** A sum of a few slow sine waves: a wandering quantity that can be asked for any frame. Standard deviation about 1. */
export interface Drift {
  speed: number[];
  phase: number[];
}
function drift(random: Random, slowest = 90, fastest = 9): Drift {
  const n = 3;
  const speed: number[] = [];
  const phase: number[] = [];
  for (let i = 0; i < n; i++) {
    speed.push((2 * Math.PI) / (fastest * (slowest / fastest) ** random.next()));
    phase.push(random.uniform(0, 2 * Math.PI));
  }
  return { speed, phase };
}
export function driftAt(d: Drift, frame: number): number {
  let s = 0;
  for (let i = 0; i < d.speed.length; i++) s += Math.sin(d.speed[i] * frame + d.phase[i]);
  return s * Math.sqrt(2 / d.speed.length);
}

export interface LineScratch {
  /** Where across the picture, 0..1, and how far it wanders. */
  x: number;
  wander: number;
  path: Drift;
  from: number;
  to: number;
  light: boolean;
  width: number;
  opacity: number;
  /** Waviness within the frame, pixels of a 128 pixel frame. */
  wave: number;
}

export interface GateHair {
  side: number;
  along: number;
  length: number;
  from: number;
  to: number;
  seed: number;
}

/** The character of a reel. */
export interface Reel {
  seed: readonly (number | string)[];
  /** True for black and white stock. */
  grey: boolean;
  /** Colour stock: faded shares of cyan, magenta, yellow. */
  fade: readonly [number, number, number];
  grain: number;
  grainSize: number;
  /** Flicker: slow and per-frame change of exposure (standard deviation, encoded), and its unevenness over the frame. */
  flickerSlow: number;
  flickerFast: number;
  flickerUneven: number;
  flicker: Drift;
  /** Weave, standard deviation as a share of the picture's height. */
  weave: number;
  weaveX: Drift;
  weaveY: Drift;
  /** Dirt: specks for 128 x 128 pixels, and how many of them are light. */
  dirt: number;
  lightDirt: number;
  scratches: readonly LineScratch[];
  hairs: readonly GateHair[];
  /** Frames at which a splice passes, and its kind. */
  spliceEvery: number;
  /** Black border of the camera's gate, 0..0.06 of the width; 0: cropped away. */
  gate: number;
  gateRound: number;
  softness: number;
}

/** Ranges of what a reel draws. */
export const REEL_RANGES = {
  grey: [0, 1],
  fadeCyan: [0, 0.7],
  fadeMagenta: [0, 0.25],
  fadeYellow: [0, 0.6],
  grain: [0.012, 0.14],
  grainSize: [0.2, 1.1],
  flickerSlow: [0, 0.05],
  flickerFast: [0, 0.07],
  flickerUneven: [0, 0.05],
  weave: [0, 0.006],
  dirt: [0, 14],
  lightDirt: [0, 1],
  scratches: [0, 5],
  hairs: [0, 2],
  gate: [0, 0.06],
  softness: [0, 1.4],
} as const;

/** Draws a reel of `frames` frames. */
export function drawReel(seed: readonly (number | string)[], frames = 1): Reel {
  const random = seeded('reel', ...seed);
  const u = (low: number, high: number): number => random.uniform(low, high);
  const grey = random.chance(0.78);
  const age = random.next();
  const lasting = (): { from: number; to: number } => {
    if (frames <= 1 || random.chance(0.5)) return { from: 0, to: frames };
    const a = random.uniform(-0.2, 0.8) * frames;
    return { from: a, to: a + random.uniform(0.1, 0.6) * frames };
  };
  const scratches = Array.from(
    { length: random.chance(0.6) ? 1 + Math.floor(age * random.uniform(0, 5)) : 0 },
    (): LineScratch => ({
      x: random.next(),
      wander: u(0.001, 0.012),
      path: drift(random, 200, 20),
      ...lasting(),
      light: random.chance(0.6),
      width: u(0.25, 0.8),
      opacity: u(0.25, 0.9),
      wave: u(0, 0.8),
    }),
  );
  const hairs = Array.from({ length: random.chance(0.25) ? 1 + random.int(2) : 0 }, (): GateHair => ({
    side: random.int(4),
    along: random.next(),
    length: u(0.06, 0.25),
    ...lasting(),
    seed: random.int(1 << 30),
  }));
  return {
    seed,
    grey,
    fade: grey ? [0, 0, 0] : [u(0, 0.7), u(0, 0.25), u(0, 0.6)],
    grain: 0.012 + 0.128 * random.next() ** 2,
    grainSize: u(0.2, 1.1),
    flickerSlow: 0.05 * random.next() ** 1.5,
    flickerFast: 0.07 * random.next() ** 2,
    flickerUneven: 0.05 * random.next() ** 2,
    flicker: drift(random, 40, 6),
    weave: 0.006 * random.next() ** 2,
    weaveX: drift(random, 60, 5),
    weaveY: drift(random, 60, 5),
    dirt: random.chance(0.85) ? 14 * age * random.next() ** 1.2 : 0,
    lightDirt: random.next(),
    scratches,
    hairs,
    spliceEvery: random.chance(0.15) ? 20 + random.int(180) : 0,
    gate: random.chance(0.2) ? u(0.01, 0.06) : 0,
    gateRound: u(0, 0.08),
    softness: random.chance(0.6) ? u(0.3, 1.4) : 0,
  };
}
