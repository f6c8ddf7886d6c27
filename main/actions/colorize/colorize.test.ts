/** The colour step on pictures whose right answer is known: luminance, tiles, hints, gamut, own colours, variants. */
import { describe, expect, it } from 'vitest';
import { LabSpace, labSpace } from '../../../app/color/gamut.ts';
import { spaceNames } from '../../../app/color/spaces.ts';
import { planar, type Planar } from '../../../app/planar.ts';
import { seeded } from '../../../app/random.ts';
import { COLOUR_BINS } from '../../../models/colorist/bins.ts';
import type { NetworkTensors, OpenNetwork } from '../picture/networks.ts';
import { sourceOf } from '../picture/source.ts';
import { colouredSource, prepareColour, suggestColours } from './index.ts';
import { variantOf } from './plan.ts';
import { hueStrengths, tuned, whiteLimit } from './tune.ts';
import { modesOf } from './variants.ts';

const sliders = {
  saturation: 1,
  temperature: 0,
  variant: '1',
  own: 'auto',
  reds: 1,
  yellows: 1,
  greens: 1,
  cyans: 1,
  blues: 1,
  magentas: 1,
} as const;

/** A colorist that answers by a rule: chroma and how sure it is, for each cell by its place and grey. */
function colorist(
  rule: (x: number, y: number, grey: number) => { a: number; b: number; sure?: number },
  seen?: { hints?: Float32Array },
): OpenNetwork {
  return {
    name: 'rule',
    sha256: '0',
    multiple: 32,
    reach: null,
    run(inputs): Promise<NetworkTensors> {
      const [, , height, width] = inputs.l.dims;
      const w = width / 4;
      const h = height / 4;
      if (seen && (!seen.hints || inputs.hints.data.some((v) => v !== 0))) seen.hints = inputs.hints.data;
      const ab = new Float32Array(2 * w * h);
      const confidence = new Float32Array(w * h);
      const logits = new Float32Array(COLOUR_BINS.length * w * h).fill(-9);
      for (let i = 0; i < w * h; i++) {
        const x = i % w;
        const y = Math.floor(i / w);
        const { a, b, sure = 1 } = rule((x + 0.5) / w, (y + 0.5) / h, inputs.l.data[4 * y * width + 4 * x]);
        ab[i] = a / 110;
        ab[w * h + i] = b / 110;
        confidence[i] = sure;
        COLOUR_BINS.forEach(([p, q], k) => {
          logits[k * w * h + i] = -((p - a) ** 2 + (q - b) ** 2) / 80;
        });
      }
      return Promise.resolve({
        ab: { dims: [1, 2, h, w], data: ab },
        confidence: { dims: [1, 1, h, w], data: confidence },
        logits: { dims: [1, COLOUR_BINS.length, h, w], data: logits },
      });
    },
    apply: () => Promise.reject(new Error('whole pictures only')),
  };
}

function picture(
  width: number,
  height: number,
  channels: 1 | 3,
  f: (x: number, y: number, c: number) => number,
): Planar {
  const out = planar(width, height, channels);
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) out.data[(c * height + y) * width + x] = f(x, y, c);
  return out;
}
const whole = (p: { width: number; height: number }) => ({ x: 0, y: 0, w: p.width, h: p.height });
const lightness = (lab: LabSpace, p: Planar, i: number): number => {
  const n = p.width * p.height;
  const g = p.channels === 1 ? 0 : n;
  return 116 * lab.fOf(p.data[i], p.data[g + i], p.data[2 * g + i]) - 16;
};

describe('the coloured picture', () => {
  const random = seeded('grey picture');
  // Codes of 8 bits, the ends among them.
  const grey = picture(150, 110, 1, (x, y) =>
    Math.min(1, Math.max(0, Math.round(255 * ((x + y) / 250 + 0.1 * (random.next() - 0.5))) / 255)),
  );
  const vivid = colorist((x, y) => ({ a: 90 * Math.cos(9 * x), b: 90 * Math.sin(7 * y) }));

  it.each(spaceNames)('has the lightness of the grey one in %s, whatever the colours', async (space) => {
    const plan = await prepareColour(grey, [], vivid, { own: 'auto' });
    const out = await colouredSource(sourceOf(grey, space), plan, { ...sliders, saturation: 2 }).read(
      whole(grey),
    );
    const lab = labSpace(space);
    let worst = 0;
    let coloured = 0;
    for (let i = 0; i < grey.data.length; i++) {
      worst = Math.max(worst, Math.abs(lightness(lab, out, i) - lightness(lab, grey, i)));
      if (Math.abs(out.data[i] - out.data[grey.data.length + i]) > 0.05) coloured++;
    }
    // A code of 16 bits is 0.0015 of L* at most.
    expect(worst).toBeLessThan(0.002);
    expect(coloured).toBeGreaterThan(grey.data.length / 2);
    expect(Math.min(...out.data)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...out.data)).toBeLessThanOrEqual(1);
  });

  it('is the same bit for bit however it is cut, with hints and grain', async () => {
    const hints = [
      { x: 0.3, y: 0.4, colour: [0.8, 0.2, 0.2] as [number, number, number] },
      { x: 0.32, y: 0.42, colour: [0.2, 0.2, 0.8] as [number, number, number] },
    ];
    const plan = await prepareColour(grey, hints, vivid, { own: 'auto' });
    const all = await colouredSource(sourceOf(grey), plan, sliders).read(whole(grey));
    const parts = colouredSource(sourceOf(grey), plan, sliders);
    for (const [x, y, w, h] of [
      [0, 0, 150, 7],
      [37, 20, 64, 64],
      [149, 109, 1, 1],
      [40, 44, 13, 9],
    ]) {
      const part = await parts.read({ x, y, w, h });
      for (let c = 0; c < 3; c++)
        for (let j = 0; j < h; j++)
          for (let i = 0; i < w; i++)
            expect(part.data[(c * h + j) * w + i]).toBe(all.data[(c * 110 + y + j) * 150 + x + i]);
    }
  });

  it('stays as it is, bit for bit, without colours', async () => {
    const plan = await prepareColour(grey, [], null, { own: 'auto' });
    const out = await colouredSource(sourceOf(grey), plan, sliders).read(whole(grey));
    for (let c = 0; c < 3; c++)
      expect(out.data.subarray(c * grey.data.length, (c + 1) * grey.data.length)).toEqual(grey.data);
    const still = await prepareColour(grey, [], vivid, { own: 'auto' });
    const none = await colouredSource(sourceOf(grey), still, { ...sliders, saturation: 0 }).read(whole(grey));
    expect(none.data.subarray(0, grey.data.length)).toEqual(grey.data);
  });

  it('keeps chroma on its side of an edge of the luminance', async () => {
    // The edge lies within a cell, a third of its way.
    const edge = picture(640, 480, 1, (x) => (x < 323 ? 0.3 : 0.7));
    const plan = await prepareColour(
      edge,
      [],
      // What a network sees of it: the mean of each cell.
      colorist((x) => {
        const left = Math.min(1, Math.max(0, (323 - Math.floor(x * 80) * 8) / 8));
        return { a: 40 * left, b: -30 * (1 - left) };
      }),
      { own: 'auto' },
    );
    const out = await colouredSource(sourceOf(edge), plan, sliders).read({ x: 300, y: 200, w: 50, h: 1 });
    const lab = labSpace('srgb');
    const at = (x: number): number[] => {
      lab.get(out.data[x - 300], out.data[50 + x - 300], out.data[100 + x - 300]);
      return [...lab.lab];
    };
    // Bilinear enlargement would be off by 20 and more here.
    for (const x of [316, 319, 321]) {
      expect(at(x)[1]).toBeGreaterThan(30);
      expect(at(x)[2]).toBeGreaterThan(-8);
    }
    for (const x of [325, 327, 330]) {
      expect(at(x)[1]).toBeLessThan(9);
      expect(at(x)[2]).toBeLessThan(-22);
    }
  });

  it('does not turn grain into specks of colour', async () => {
    const noise = seeded('grain');
    // Chroma goes with the luminance over the picture, so the model has a slope.
    const ramp = picture(600, 300, 1, (x) => 0.25 + x / 1200);
    const grainy = { ...ramp, data: ramp.data.map((v) => v + noise.normal(0, 0.03)) };
    const plan = await prepareColour(
      grainy,
      [],
      colorist((x) => ({ a: 0, b: 60 * x })),
      { own: 'auto' },
    );
    const out = await colouredSource(sourceOf(grainy), plan, sliders).read({
      x: 250,
      y: 100,
      w: 100,
      h: 100,
    });
    const lab = labSpace('srgb');
    const off: number[] = [];
    for (let y = 0; y < 100; y++)
      for (let x = 1; x < 100; x++) {
        const i = y * 100 + x;
        lab.get(out.data[i - 1], out.data[10000 + i - 1], out.data[20000 + i - 1]);
        const left = lab.lab[2];
        lab.get(out.data[i], out.data[10000 + i], out.data[20000 + i]);
        off.push((lab.lab[2] - left) ** 2);
      }
    expect(Math.sqrt(off.reduce((s, v) => s + v, 0) / off.length / 2)).toBeLessThan(0.5);
  });
});

describe('hints', () => {
  const disc = picture(400, 300, 1, (x, y) => (Math.hypot(x - 120, y - 150) < 70 ? 0.45 : 0.75));
  const green = colorist(() => ({ a: -20, b: 25 }));
  const red = { x: 0.3, y: 0.5, colour: [0.75, 0.3, 0.25] as [number, number, number] };

  it('are exact at their point, keep lightness, spread to what is alike and not beyond', async () => {
    const plan = await prepareColour(disc, [red], green, { own: 'auto' });
    const out = await colouredSource(sourceOf(disc), plan, { ...sliders, temperature: 60 }).read(whole(disc));
    const lab = labSpace('srgb');
    const at = (x: number, y: number): number[] => {
      const i = y * 400 + x;
      lab.get(out.data[i], out.data[120000 + i], out.data[240000 + i]);
      return [...lab.lab];
    };
    lab.get(...red.colour);
    const [, wantedA, wantedB] = lab.lab;
    const point = at(120, 150);
    expect(Math.hypot(point[1] - wantedA, point[2] - wantedB)).toBeLessThan(0.1);
    const edge = at(120 + 55, 150 + 20);
    expect(Math.hypot(edge[1] - wantedA, edge[2] - wantedB)).toBeLessThan(3);
    const beyond = at(330, 60);
    expect(beyond[1]).toBeLessThan(0);
  });

  it('reach the network where they were set, and are gone when they are erased', async () => {
    const seen: { hints?: Float32Array } = {};
    const network = colorist(() => ({ a: 5, b: 5 }), seen);
    await prepareColour(disc, [red, { x: 3, y: 0.5, colour: [1, 0, 0] }], network, { own: 'auto' });
    const w = 256 / 4;
    const cells = seen.hints?.length ? seen.hints.length / 3 : 0;
    const set = seen.hints?.subarray(2 * cells).reduce((s, v) => s + v, 0);
    expect(set).toBe(1);
    expect(seen.hints?.[2 * cells + 24 * w + 19]).toBe(1);
    const later: { hints?: Float32Array } = {};
    const without = await prepareColour(
      disc,
      [],
      colorist(() => ({ a: 5, b: 5 }), later),
      { own: 'auto' },
    );
    expect(later.hints?.every((v) => v === 0)).toBe(true);
    const fresh = await prepareColour(
      disc,
      [],
      colorist(() => ({ a: 5, b: 5 })),
      { own: 'auto' },
    );
    const one = await colouredSource(sourceOf(disc), without, sliders).read(whole(disc));
    const two = await colouredSource(sourceOf(disc), fresh, sliders).read(whole(disc));
    expect(one.data).toEqual(two.data);
  });

  it('work without a network', async () => {
    const plan = await prepareColour(disc, [red], null, { own: 'auto' });
    const out = await colouredSource(sourceOf(disc), plan, sliders).read({ x: 120, y: 150, w: 1, h: 1 });
    const lab = labSpace('srgb');
    lab.get(...red.colour);
    const want = [lab.lab[1], lab.lab[2]];
    lab.get(out.data[0], out.data[1], out.data[2]);
    expect(Math.hypot(lab.lab[1] - want[0], lab.lab[2] - want[1])).toBeLessThan(0.1);
  });
});

describe('own colours', () => {
  it('of a fresh colour picture stay as they are, bit for bit', async () => {
    const noise = seeded('colours');
    const fresh = picture(200, 150, 3, (x, y, c) =>
      Math.min(1, 0.4 + 0.3 * Math.sin(x / 30 + 2 * c) * Math.cos(y / 40) + 0.02 * noise.next()),
    );
    const plan = await prepareColour(
      fresh,
      [],
      colorist(() => ({ a: 60, b: 0 })),
      { own: 'auto' },
    );
    expect(plan.toning.kind).toBe('colours');
    expect(plan.own?.faded).toBe(0);
    const out = await colouredSource(sourceOf(fresh), plan, sliders).read(whole(fresh));
    expect(out.data).toEqual(fresh.data);
  });
  it('of a faded one are raised, and filled up where there are none', async () => {
    const lab = labSpace('srgb');
    const faded = planar(300, 200, 3);
    for (let y = 0; y < 200; y++)
      for (let x = 0; x < 300; x++) {
        // Left weakly red, middle weakly blue, right grey.
        const [a, b] = x < 100 ? [9, 4] : x < 200 ? [-1, -9] : [0, 0];
        lab.put((50 + y / 10 + 16) / 116, a, b);
        for (let c = 0; c < 3; c++) faded.data[(c * 200 + y) * 300 + x] = lab.rgb[c];
      }
    const plan = await prepareColour(
      faded,
      [],
      colorist(() => ({ a: -25, b: 25 })),
      { own: 'auto' },
    );
    expect(plan.own).not.toBeNull();
    const out = await colouredSource(sourceOf(faded), plan, sliders).read(whole(faded));
    const at = (x: number): number[] => {
      const i = 100 * 300 + x;
      lab.get(out.data[i], out.data[60000 + i], out.data[120000 + i]);
      return [...lab.lab];
    };
    expect(at(50)[1]).toBeGreaterThan(12);
    expect(at(150)[2]).toBeLessThan(-12);
    expect(at(270)[1]).toBeLessThan(-12);
  });
  it('a toned picture has none: its tone is replaced', async () => {
    const sepia = picture(200, 150, 3, (x, _, c) => (0.1 + x / 250) * [1, 0.9, 0.7][c]);
    const plan = await prepareColour(
      sepia,
      [],
      colorist(() => ({ a: 0, b: -20 })),
      { own: 'auto' },
    );
    expect(plan.toning.kind).toBe('toned');
    expect(plan.own).toBeNull();
    const out = await colouredSource(sourceOf(sepia), plan, sliders).read({ x: 100, y: 75, w: 1, h: 1 });
    const lab = labSpace('srgb');
    lab.get(out.data[0], out.data[1], out.data[2]);
    expect(lab.lab[2]).toBeLessThan(-15);
  });
});

describe('sliders', () => {
  it('weigh hues smoothly and leave all as it is at 1', () => {
    expect([...hueStrengths(sliders)].every((v) => v === 1)).toBe(true);
    const strengths = hueStrengths({ ...sliders, blues: 0 });
    expect(strengths[275]).toBeCloseTo(0, 5);
    expect(strengths[205]).toBeCloseTo(1, 5);
    expect(strengths[330]).toBeCloseTo(1, 5);
    for (let h = 1; h <= 360; h++) expect(Math.abs(strengths[h] - strengths[h - 1])).toBeLessThan(0.05);
  });
  it('warm mid-tones, not paper white', () => {
    const grey = { a: new Float32Array(3), b: new Float32Array(3) };
    const { b } = tuned(grey, Float32Array.of(0, 50, 100), { ...sliders, temperature: 100 });
    expect(b[0]).toBeCloseTo(0, 5);
    expect(b[1]).toBeGreaterThan(8);
    expect(b[2]).toBeCloseTo(0, 5);
  });
  it('trust colours near paper white the less the less sure they are', () => {
    expect(whiteLimit(60, 0)).toBe(1);
    expect(whiteLimit(99, 0)).toBeCloseTo(0, 5);
    expect(whiteLimit(99, 1)).toBeGreaterThan(whiteLimit(99, 0.3));
  });
});

describe('variants and suggestions', () => {
  const noon = picture(320, 240, 1, (_, y) => (y < 120 ? 0.8 : 0.4));
  /** Sky is likely blue, perhaps orange; ground likely green, perhaps brown. */
  const torn: OpenNetwork = {
    ...colorist(() => ({ a: 0, b: 0 })),
    async run(inputs) {
      const out = await colorist((_, y) => (y < 0.5 ? { a: -3, b: -14 } : { a: -8, b: 22 })).run(inputs);
      const [, , h, w] = out.ab.dims;
      const put = (i: number, a: number, b: number, share: number): void => {
        const k = COLOUR_BINS.findIndex(([p, q]) => p === a && q === b);
        out.logits.data[k * w * h + i] = Math.log(share);
      };
      out.logits.data.fill(-20);
      for (let i = 0; i < w * h; i++)
        if (i < (w * h) / 2) {
          put(i, -10, -30, 0.7);
          put(i, 20, 40, 0.3);
        } else {
          put(i, -20, 30, 0.6);
          put(i, 20, 20, 0.4);
        }
      return out;
    },
  };
  it('follow the modes of the choice, whole regions together', async () => {
    const plan = await prepareColour(noon, [], torn, { own: 'auto' });
    const [, second, third] = (['1', '2', '3'] as const).map((v) => variantOf(plan, v));
    const n = plan.cells.width * plan.cells.height;
    const sky = Math.floor(n / 4);
    const ground = Math.floor((3 * n) / 4);
    expect(second.b[sky]).toBeLessThan(-25);
    expect(third.b[sky]).toBeGreaterThan(30);
    expect(second.a[ground]).toBeLessThan(-15);
    expect(third.a[ground]).toBeGreaterThan(15);
    // Coherent: all of the sky's inner cells agree.
    const b = third.b.subarray(0, Math.floor(n * 0.4));
    expect(Math.max(...b) - Math.min(...b)).toBeLessThan(1);
  });
  it('suggest what was thought possible, the likeliest first, at the own lightness', async () => {
    const plan = await prepareColour(noon, [], torn, { own: 'auto' });
    const [first, second] = suggestColours(plan, 0.5, 0.2);
    expect(first.share).toBeCloseTo(0.7, 2);
    expect(second.share).toBeCloseTo(0.3, 2);
    expect(first.colour[2]).toBeGreaterThan(first.colour[0]);
    expect(second.colour[0]).toBeGreaterThan(second.colour[2]);
    const lab = labSpace('srgb');
    lab.get(...first.colour);
    expect(lab.lab[0]).toBeCloseTo(116 * lab.fOfGrey(0.8) - 16, 1);
    expect(suggestColours(plan, 2, 0.5)).toEqual([]);
  });
  it('find the modes of a distribution', () => {
    const share = new Float64Array(COLOUR_BINS.length);
    const put = (a: number, b: number, v: number) =>
      (share[COLOUR_BINS.findIndex(([p, q]) => p === a && q === b)] = v);
    put(0, 0, 0.3);
    put(10, 0, 0.2);
    put(-30, 30, 0.5);
    const modes = modesOf(share);
    expect(modes).toHaveLength(2);
    expect(modes[0].share).toBeCloseTo(0.5, 6);
    expect(modes.map(({ a }) => Math.round(a)).sort((p, q) => p - q)).toEqual([-30, 2]);
  });
});

describe('bad input', () => {
  const grey = picture(80, 60, 1, (x) => x / 80);
  it('a network that is no colorist is named', async () => {
    const other: OpenNetwork = { ...colorist(() => ({ a: 0, b: 0 })), run: () => Promise.resolve({}) };
    await expect(prepareColour(grey, [], other, { own: 'auto' })).rejects.toThrow(/rule .*no colorist/);
  });
  it('a picture of another shape is refused', async () => {
    const plan = await prepareColour(grey, [], null, { own: 'auto' });
    expect(() => colouredSource(sourceOf(picture(60, 80, 1, () => 0)), plan, sliders)).toThrow(RangeError);
  });
  it('pictures of a few pixels and of one pixel work', async () => {
    for (const [w, h] of [
      [1, 1],
      [3, 2],
      [200, 1],
    ]) {
      const tiny = picture(w, h, 1, () => 0.5);
      const plan = await prepareColour(
        tiny,
        [],
        colorist(() => ({ a: 20, b: 0 })),
        { own: 'auto' },
      );
      const out = await colouredSource(sourceOf(tiny), plan, sliders).read(whole(tiny));
      expect(out.data.every(Number.isFinite)).toBe(true);
      expect(out.data[0]).toBeGreaterThan(out.data[w * h]);
    }
  });
});
