/** Colour on films of any layout: luma untouched, legal codes, colours that follow what moves, hints, palettes, parts of a shot. */
import { describe, expect, it } from 'vitest';
import {
  chromaZero,
  lumaLevels,
  planeSizes,
  type Frame,
  type FrameFormat,
} from '../../../../app/film/frame.ts';
import type { ReelAnalysis, ReelShot, ShotContext, StepNetwork } from '../../../../app/film/step.ts';
import { colourFrame, colourStep, colouredFormat } from './index.ts';
import { keyFramesOf, type ColourMeasures } from './look.ts';
import { lumaWeights, LumaReader } from './luma.ts';

const W = 96;
const H = 72;
const base: FrameFormat = {
  ...{ width: W, height: H, sampling: '400', bits: 8, range: 'limited', matrix: null },
  ...{ primaries: null, transfer: null, chromaLocation: null },
};
const params = { on: true, model: '', saturation: 1, steadiness: 0.4 };

/** Luma 0..1 of a scene: a textured ground, and a disc that is darker and moves. */
function scene(t: number, x: number, y: number): number {
  if (Math.hypot(x - 20 - 2 * t, y - 36) < 14)
    return 0.25 + 0.03 * Math.sin((x - 2 * t) / 2) * Math.cos(y / 3);
  return 0.62 + 0.05 * Math.sin(x / 3 + 0.4 * y) * Math.cos(y / 4);
}
function frameOf(format: FrameFormat, t: number, draw = scene): Frame {
  const { black, white } = lumaLevels(format);
  const make = (n: number): Uint8Array | Uint16Array =>
    format.bits > 8 ? new Uint16Array(n) : new Uint8Array(n);
  const luma = make(format.width * format.height);
  for (let y = 0; y < format.height; y++)
    for (let x = 0; x < format.width; x++)
      luma[y * format.width + x] = Math.round(black + (white - black) * draw(t, x, y));
  if (format.sampling === 'rgb') return { index: t, pts: t, planes: [luma, luma.slice(), luma.slice()] };
  const chroma = planeSizes(format)
    .slice(1)
    .map(({ width, height }) => make(width * height).fill(chromaZero(format.bits)));
  return { index: t, pts: t, planes: [luma, ...chroma] };
}

/** A network by rule: chroma / 110 of a cell by its luma. */
function network(
  rule: (l: number, run: number) => readonly [number, number],
): StepNetwork & { runs: number } {
  const self = {
    name: 'rule',
    sha256: '0',
    multiple: 4,
    reach: null,
    runs: 0,
    run(inputs: Record<string, { dims: readonly number[]; data: Float32Array }>) {
      const [, , h, w] = inputs.l.dims;
      const n = (h / 4) * (w / 4);
      const ab = new Float32Array(2 * n);
      for (let i = 0; i < n; i++) {
        const x = (i % (w / 4)) * 4;
        const y = Math.floor(i / (w / 4)) * 4;
        let sum = 0;
        for (let j = 0; j < 16; j++) sum += inputs.l.data[(y + (j >> 2)) * w + x + (j & 3)] / 16;
        const [a, b] = rule(sum, self.runs);
        ab[i] = a / 110;
        ab[n + i] = b / 110;
      }
      self.runs++;
      return Promise.resolve({
        ab: { dims: [1, 2, h / 4, w / 4], data: ab },
        confidence: { dims: [1, 1, h / 4, w / 4], data: new Float32Array(n).fill(0.9) },
      });
    },
    apply: () => Promise.reject(new Error('not asked')),
  };
  return self;
}
/** The disc red, the ground a green. */
const twoColours = (): ReturnType<typeof network> => network((l) => (l < 0.42 ? [40, 25] : [-20, 18]));

const shotOf = (first: number, last: number): ReelShot => ({ index: 0, first, last, opening: 'start' });
const bare = (shot: ReelShot, colour?: ColourMeasures): ReelAnalysis => ({
  ...{ version: 1, frames: shot.last + 1, shots: [shot], flashes: [] },
  measures: colour ? { colour } : {},
});
const contextOf = (
  format: FrameFormat,
  shot: ReelShot,
  net: StepNetwork,
  more: Partial<ShotContext> = {},
): ShotContext => ({
  ...{ format, shot, analysis: bare(shot), seed: 1 },
  networks: { open: () => Promise.resolve(net) },
  ...more,
});
async function run(context: ShotContext, frames: readonly Frame[], p = params): Promise<Frame[]> {
  const work = await colourStep.begin(context, p);
  const out: Frame[] = [];
  for (const frame of frames) out.push(...(await work.push(frame)));
  out.push(...(await work.end()));
  return out;
}
const frames = (format: FrameFormat, n: number): Frame[] =>
  Array.from({ length: n }, (_, t) => frameOf(format, t));
/** Chroma of a place in -0.5..0.5. */
function chromaAt(frame: Frame, format: FrameFormat, x: number, y: number): [number, number] {
  const reader = new LumaReader(format, format.sampling);
  const { step } = reader.chromaPlaces;
  const i = Math.floor(y / step.y) * reader.chroma.width + Math.floor(x / step.x);
  const scale = format.range === 'limited' ? 224 * 2 ** (format.bits - 8) : 2 ** format.bits - 1;
  return [1, 2].map((p) => (frame.planes[p][i] - chromaZero(format.bits)) / scale) as [number, number];
}

describe('planes of any film', () => {
  const layouts: Partial<FrameFormat>[] = [
    { sampling: '400' },
    { sampling: '420', bits: 10, matrix: 'bt709' },
    { sampling: '422', bits: 12, range: 'full' },
    { sampling: '444', chromaLocation: 'center' },
    { sampling: '411', width: 97, height: 71 },
    { sampling: '440', range: 'full', bits: 9 },
  ];
  it.each(layouts)('luma is the same to the last bit, chroma legal and of one colour: %o', async (layout) => {
    const format = { ...base, ...layout };
    const out = colouredFormat(format);
    const given = frames(format, 5);
    const luma = given.map((frame) => frame.planes[0].slice());
    const made = await run(contextOf(format, shotOf(0, 4), twoColours()), given);
    expect(made.map((f) => f.index)).toEqual([0, 1, 2, 3, 4]);
    const sizes = planeSizes(out);
    made.forEach((frame, t) => {
      expect(frame.planes[0]).toEqual(luma[t]);
      expect(frame.planes.map((p) => p.length)).toEqual(sizes.map((s) => s.width * s.height));
      const limited = format.range === 'limited';
      const zero = chromaZero(format.bits);
      for (const plane of frame.planes.slice(1)) {
        expect(Math.min(...plane)).toBeGreaterThanOrEqual(limited ? zero - 112 * 2 ** (format.bits - 8) : 0);
        expect(Math.max(...plane)).toBeLessThanOrEqual(
          limited ? zero + 112 * 2 ** (format.bits - 8) : 2 ** format.bits - 1,
        );
      }
      const [cbDisc, crDisc] = chromaAt(frame, out, 20 + 2 * t, 36);
      const [cbGround, crGround] = chromaAt(frame, out, 85, 10);
      expect(crDisc).toBeGreaterThan(0.08);
      expect(cbDisc).toBeLessThan(0);
      expect(crGround).toBeLessThan(-0.03);
      expect(cbGround).toBeLessThan(-0.02);
    });
  });

  it('a film of R, G and B keeps its luma', async () => {
    const format: FrameFormat = { ...base, sampling: 'rgb', bits: 10, range: 'full' };
    expect(colouredFormat(format)).toEqual(format);
    const given = frames(format, 3);
    const grey = given.map((frame) => frame.planes[0].slice());
    const made = await run(contextOf(format, shotOf(0, 2), twoColours()), given);
    const { red, blue } = lumaWeights(format);
    made.forEach((frame, t) => {
      const [r, g, b] = frame.planes;
      let most = 0;
      for (let i = 0; i < r.length; i++)
        most = Math.max(most, Math.abs(red * r[i] + (1 - red - blue) * g[i] + blue * b[i] - grey[t][i]));
      expect(most).toBeLessThan(0.6);
      const i = 36 * W + 20 + 2 * t;
      expect(r[i]).toBeGreaterThan(1.3 * g[i]);
    });
  });

  it('takes chroma from what red, green and blue cannot show, at the luma it has', async () => {
    const format: FrameFormat = { ...base, sampling: '444', bits: 10 };
    const given = Array.from({ length: 2 }, (_, t) => frameOf(format, t, (_t, x) => (x < 48 ? 0.05 : 0.8)));
    const made = await run(
      contextOf(
        format,
        shotOf(0, 1),
        network(() => [70, 60]),
      ),
      given,
    );
    const { red, blue } = lumaWeights(format);
    let out = 0;
    for (let i = 0; i < W * H; i++) {
      const y = (made[0].planes[0][i] - 64) / 876;
      const cb = (made[0].planes[1][i] - 512) / 896;
      const cr = (made[0].planes[2][i] - 512) / 896;
      const r = y + 2 * (1 - red) * cr;
      const b = y + 2 * (1 - blue) * cb;
      const g = (y - red * r - blue * b) / (1 - red - blue);
      out = Math.max(out, r - 1, g - 1, b - 1, -r, -g, -b);
    }
    expect(out).toBeLessThan(0.006);
  });
});

describe('over time', () => {
  it('carries colours between key frames: few runs, and the disc stays red where it goes', async () => {
    const net = twoColours();
    const made = await run(contextOf(base, shotOf(0, 23), net), frames(base, 24));
    expect(net.runs).toBeLessThanOrEqual(5);
    const format = colouredFormat(base);
    made.forEach((frame, t) => {
      expect(chromaAt(frame, format, 20 + 2 * t, 36)[1], `disc, frame ${t}`).toBeGreaterThan(0.08);
      expect(chromaAt(frame, format, 20 + 2 * t + 24, 36)[1], `ahead of it, frame ${t}`).toBeLessThan(0);
    });
  });

  it('is calmer than each frame alone with a network that changes its mind', async () => {
    const moody = (): StepNetwork => network((l, n) => (l < 0.42 ? [40, 25] : n % 2 ? [-25, 18] : [-5, 30]));
    const change = (list: Frame[]): number =>
      list.slice(1).reduce((sum, frame, t) => {
        const a = chromaAt(frame, colouredFormat(base), 90, 8);
        const b = chromaAt(list[t], colouredFormat(base), 90, 8);
        return sum + Math.hypot(a[0] - b[0], a[1] - b[1]);
      }, 0);
    const steady = await run(contextOf(base, shotOf(0, 23), moody()), frames(base, 24));
    const alone = await run(contextOf(base, shotOf(0, 23), moody()), frames(base, 24), {
      ...params,
      steadiness: 0,
    });
    expect(change(alone)).toBeGreaterThan(0.3);
    expect(change(steady)).toBeLessThan(0.35 * change(alone));
  });

  it('a part of a shot comes out as in the whole shot', async () => {
    const shot = shotOf(0, 59);
    const short = { ...params, steadiness: 0.15 };
    const whole = await run(contextOf(base, shot, twoColours()), frames(base, 60), short);
    const { before, after } = colourStep.reach!(short, false);
    expect(colourStep.reach!(short, true).before).toBeGreaterThan(before);
    const span = { first: 36 - before, last: 44 + after };
    expect([span.first > 0, span.last < 59]).toEqual([true, true]);
    const given = frames(base, 60).slice(span.first, span.last + 1);
    const part = await run(contextOf(base, shot, twoColours(), { span }), given, short);
    for (let t = 36; t <= 44; t++)
      expect(part.find((frame) => frame.index === t)?.planes, `frame ${t}`).toEqual(whole[t].planes);
  });

  it('follows what a person set on one frame', async () => {
    const hints = [{ x: 0.9, y: 0.15, colour: [0.3, 0.35, 0.95] as [number, number, number] }];
    const keyFrames = [{ frame: 10, hints, reference: null }];
    const made = await run(contextOf(base, shotOf(0, 23), twoColours(), { keyFrames }), frames(base, 24));
    const plain = await run(contextOf(base, shotOf(0, 23), twoColours()), frames(base, 24));
    const format = colouredFormat(base);
    for (const t of [8, 10, 13, 17]) {
      expect(chromaAt(plain[t], format, 88, 10)[0]).toBeLessThan(0);
      expect(chromaAt(made[t], format, 88, 10)[0], `frame ${t}`).toBeGreaterThan(0.05);
      expect(chromaAt(made[t], format, 20 + 2 * t, 36)[1], `disc, frame ${t}`).toBeGreaterThan(0.05);
    }
  });

  it('a film of one frame, and a preview of one', async () => {
    const net = twoColours();
    const [only] = await run(contextOf(base, shotOf(0, 0), net), frames(base, 1));
    const { frame, format, confidence } = await colourFrame(
      contextOf(base, shotOf(0, 0), net),
      params,
      frameOf(base, 0),
    );
    expect(frame.planes).toEqual(only.planes);
    expect(format.sampling).toBe('420');
    expect(confidence).toHaveLength(W * H);
    expect(Math.min(...confidence)).toBeGreaterThan(200);
  });

  it('says that there is no network', async () => {
    const context = {
      ...contextOf(base, shotOf(0, 0), twoColours()),
      networks: { open: () => Promise.resolve(null) },
    };
    await expect(Promise.resolve(colourStep.begin(context, params))).rejects.toThrow('no network');
  });
});

describe('pass one', () => {
  const look = (
    film: readonly ((t: number, x: number, y: number) => number)[],
    shots: ReelShot[],
  ): ColourMeasures => {
    const observer = colourStep.observe!(base, params);
    film.forEach((draw, index) => {
      const luma = Uint8Array.from(frameOf({ ...base, range: 'full' }, index, draw).planes[0]);
      observer.see({ index, luma, width: W, height: H });
    });
    return observer.finish(shots) as ColourMeasures;
  };
  const other = (_t: number, x: number, y: number): number => 0.5 + 0.3 * Math.sin(y / 6) * Math.sin(x / 17);
  const black = (): number => 0.01;

  it('gives shots of one scene one palette', async () => {
    const still = (_t: number, x: number, y: number): number => scene(5, x, y);
    const film = [
      ...Array<typeof scene>(20).fill(still),
      ...Array<typeof scene>(20).fill(other),
      ...Array<typeof scene>(20).fill(still),
    ];
    const shots = [shotOf(0, 19), { ...shotOf(20, 39), index: 1 }, { ...shotOf(40, 59), index: 2 }];
    const measures = look(film, shots);
    expect(measures.looks.map((l) => l.scene)).toEqual([0, 0]);
    // The network sees the second shot of the scene in another light.
    const given = film.slice(40).map((draw, t) => ({ ...frameOf(base, t, draw), index: 40 + t }));
    const own = await run(
      contextOf(
        base,
        shots[2],
        network((l) => (l < 0.42 ? [40, 25] : [20, -25])),
      ),
      given,
    );
    const asked: StepNetwork = network((l, n) => (l < 0.42 ? [40, 25] : n === 0 ? [-20, 18] : [20, -25]));
    const joint = await run(
      contextOf(base, shots[2], asked, { analysis: { ...bare(shots[2], measures), shots } }),
      given,
      {
        ...params,
        steadiness: 1,
      },
    );
    const format = colouredFormat(base);
    expect(chromaAt(own[10], format, 88, 10)[0]).toBeGreaterThan(0.05);
    expect(chromaAt(joint[10], format, 88, 10)[0]).toBeLessThan(0.01);
  });

  it('what a person set in one shot holds in the other shots of its scene, and in no other', async () => {
    const still = (_t: number, x: number, y: number): number => scene(5, x, y);
    const film = [still, other, still].flatMap((draw) => Array<typeof scene>(26).fill(draw));
    const shots = [0, 26, 52].map((first, index) => ({ ...shotOf(first, first + 25), index }));
    const measures = look(film, shots);
    const hints = [{ x: 0.9, y: 0.15, colour: [0.3, 0.35, 0.95] as [number, number, number] }];
    const format = colouredFormat(base);
    const blueOf = async (shot: number, set: boolean): Promise<number> => {
      const { first } = shots[shot];
      const context = {
        ...contextOf(base, shots[shot], twoColours(), {
          analysis: { ...bare(shots[shot], measures), shots },
        }),
        otherKeyFrames: set ? [{ frame: 6, hints, reference: null }] : [],
      };
      const given = film.slice(first, first + 26).map((draw, t) => ({
        ...frameOf(base, t, draw),
        index: first + t,
      }));
      return chromaAt((await run(context, given))[12], format, 88, 10)[0];
    };
    expect(await blueOf(2, false)).toBeLessThan(0);
    expect(await blueOf(2, true)).toBeGreaterThan(0.03);
    expect(await blueOf(1, true)).toBe(await blueOf(1, false));
  });

  it('sets key frames by change, never on a blank frame or a flash, and where a person wants one', () => {
    const film = [...Array<typeof scene>(3).fill(black), ...Array<typeof scene>(57).fill(scene)];
    const shot = shotOf(0, 59);
    const measures = look(film, [shot]);
    const keys = keyFramesOf(measures, shot, [{ first: 15, last: 16 }], [31], 12);
    expect(keys[0]).toBe(3);
    expect(keys[keys.length - 1]).toBe(59);
    expect(keys).toContain(31);
    expect(keys.some((k) => k === 15 || k === 16 || k < 3)).toBe(false);
    for (let i = 1; i < keys.length; i++) expect(keys[i] - keys[i - 1]).toBeLessThanOrEqual(14);
    // A long blank stretch is no reason to hold all of it.
    const dark = shotOf(0, 59);
    const leader = look(Array<typeof scene>(60).fill(black), [dark]);
    const some = [-1, ...keyFramesOf(leader, dark, [], [], 6), 60];
    for (let i = 1; i < some.length; i++) expect(some[i] - some[i - 1]).toBeLessThanOrEqual(12);
    expect(keyFramesOf(null, shotOf(5, 5), [], [], 8)).toEqual([5]);
  });
});
