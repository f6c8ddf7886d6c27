/** For tests of cleaning: small drawn films, and a step run over them as a job would. */
import type { Frame, FrameFormat, Samples, Sampling } from '../../../../app/film/frame.ts';
import { planeSizes } from '../../../../app/film/frame.ts';
import {
  lookSize,
  type ReelAnalysis,
  type ReelShot,
  type ReelStep,
  type ShotContext,
} from '../../../../app/film/step.ts';
import { seeded } from '../../../../app/random.ts';

export function formatOf(width: number, height: number, sampling: Sampling = '400', bits = 8): FrameFormat {
  return {
    ...{ width, height, sampling, bits, range: 'limited' },
    ...{ matrix: null, primaries: null, transfer: null, chromaLocation: null },
  };
}

const random = seeded('clean scene', 1);
const waves = Array.from({ length: 40 }, () => ({
  kx: random.normal(0, 0.25),
  ky: random.normal(0, 0.25),
  phase: random.uniform(0, 6.28),
  size: random.uniform(2, 7),
}));
/** A still scene without end: about 120 grey levels, smooth, with something everywhere. */
export const scene = (x: number, y: number): number =>
  waves.reduce((s, w) => s + w.size * Math.sin(w.kx * x + w.ky * y + w.phase), 120);

/** Frames whose luma (8-bit levels, scaled to the depth) `draw` gives; chroma holds a ramp. */
export function drawn(
  format: FrameFormat,
  count: number,
  draw: (x: number, y: number, n: number) => number,
  noise = 2,
): Frame[] {
  const scale = 2 ** (format.bits - 8);
  const make = (n: number): Samples => (format.bits > 8 ? new Uint16Array(n) : new Uint8Array(n));
  return Array.from({ length: count }, (_, index) => {
    const grain = seeded('clean grain', index);
    const planes = planeSizes(format).map(({ width, height }, p) => {
      const out = make(width * height);
      for (let y = 0, i = 0; y < height; y++)
        for (let x = 0; x < width; x++, i++) {
          const v =
            p === 0 || format.sampling === 'rgb'
              ? draw(x, y, index) + noise * grain.normal()
              : 100 + (x % 40);
          out[i] = Math.max(0, Math.min(255, Math.round(v))) * scale;
        }
      return out;
    });
    return { index, pts: index * 10, planes };
  });
}

export const copyFrames = (frames: readonly Frame[]): Frame[] =>
  frames.map((f) => ({ ...f, planes: f.planes.map((p) => p.slice()) }));

export const oneShot = (frames: number): ReelShot[] => [
  { index: 0, first: 0, last: frames - 1, opening: 'start' },
];

/** Pass one (by nearest samples, the films are small) and pass two; copies go in. */
export async function runStep<P>(
  step: ReelStep<P>,
  params: P,
  frames: readonly Frame[],
  format: FrameFormat,
  context: Partial<ShotContext> & { flashes?: ReelAnalysis['flashes']; shots?: ReelShot[] } = {},
): Promise<{ frames: Frame[]; report: Record<string, number> }> {
  const observer = step.observe?.(format, params);
  const look = lookSize(format.width, format.height);
  for (const f of frames) {
    const luma = new Uint8Array(look.width * look.height);
    for (let y = 0, i = 0; y < look.height; y++)
      for (let x = 0; x < look.width; x++, i++) {
        const sx = Math.min(format.width - 1, Math.floor(((x + 0.5) * format.width) / look.width));
        const sy = Math.min(format.height - 1, Math.floor(((y + 0.5) * format.height) / look.height));
        luma[i] = f.planes[0][sy * format.width + sx] >> (format.bits - 8);
      }
    observer?.see({ index: f.index, luma, ...look });
  }
  const shots = context.shots ?? oneShot(frames.length);
  const sampled = shots.map((shot) => {
    const wanted = step.sample?.frames(shot, context.flashes ?? [], format) ?? [];
    return wanted.length > 0
      ? step.sample?.measure(
          shot,
          wanted.map((k) => frames[k]),
          format,
        )
      : null;
  });
  const table = step.sample ? step.sample.finish(sampled) : observer?.finish(shots);
  const measures = { [step.name]: JSON.parse(JSON.stringify(table ?? null)) as unknown };
  const analysis: ReelAnalysis = {
    ...{ version: 1, frames: frames.length, shots, measures },
    flashes: context.flashes ?? [],
  };
  const out: Frame[] = [];
  const report: Record<string, number> = {};
  for (const shot of shots) {
    const work = await step.begin({ format, shot, analysis, seed: 1, ...context }, params);
    const span = context.span ?? shot;
    for (const f of copyFrames(frames.slice(span.first, span.last + 1))) out.push(...(await work.push(f)));
    out.push(...(await work.end()));
    for (const [k, v] of Object.entries(work.report())) report[k] = (report[k] ?? 0) + v;
  }
  return { frames: out, report };
}
