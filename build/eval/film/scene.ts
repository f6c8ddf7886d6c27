/**
 * Scenes to photograph: painted from back to front out of rectangles and ellipses with two materials each, a
 * texture that mixes them, and shading, so that a frame has the statistics of a picture (large areas, fine
 * texture, cast shadows, a specular highlight) and not of a test card. Each holds the 24-patch chart in the
 * key light. A scene keeps, per pixel, the two materials, their mix and the light falling on them; film and
 * reference print are both computed from that.
 */
import { chart, type MaterialName, materials } from './materials.ts';
import { texture } from './random.ts';
import type { Spectrum } from './spectra.ts';

export interface PatchPlace {
  /** Index into `chart`. */
  index: number;
  /** Inner part of the patch, clear of its edges, in pixels of the scene. */
  x: number;
  y: number;
  w: number;
  h: number;
}

export interface Scene {
  name: string;
  width: number;
  height: number;
  /** Spectra that `a` and `b` index. */
  spectra: Spectrum[];
  a: Uint8Array | Uint16Array;
  b: Uint8Array | Uint16Array;
  /** Share of `b`, 0..1. */
  mix: Float32Array;
  /** Light relative to the key light, >= 0. */
  light: Float32Array;
  patches: PatchPlace[];
}

interface Item {
  /** Unit coordinates of the frame: x, y, w, h. */
  at: readonly [number, number, number, number];
  ellipse?: boolean;
  a: MaterialName;
  b?: MaterialName;
  /** Size of the texture as a share of the frame's width. */
  grain?: number;
  /** How much the texture also varies the light, 0..1. */
  relief?: number;
  /** Light at the top and at the bottom. */
  light?: readonly [number, number];
  /** Shaded as a ball or a cylinder lit from the left. */
  round?: boolean;
}
/** Darkens (or lights) what is already there. */
interface Shade {
  shade: number;
  at: readonly [number, number, number, number];
  ellipse?: boolean;
  /** Width of the soft edge as a share of the frame's width. */
  soft?: number;
}
/** The chart: unit rectangle. */
interface ChartItem {
  chart: readonly [number, number, number, number];
}
type Step = Item | Shade | ChartItem;

const person = (
  x: number,
  y: number,
  s: number,
  skin: MaterialName,
  hair: MaterialName,
  cloth: MaterialName,
): Step[] => [
  {
    at: [x - 0.13 * s, y + 0.2 * s, 0.26 * s, 0.62 * s],
    a: cloth,
    b: cloth,
    grain: 0.01,
    relief: 0.25,
    round: true,
  },
  { at: [x - 0.03 * s, y + 0.13 * s, 0.06 * s, 0.11 * s], a: skin, light: [0.7, 0.6], round: true },
  {
    at: [x - 0.085 * s, y - 0.13 * s, 0.17 * s, 0.29 * s],
    ellipse: true,
    a: hair,
    grain: 0.004,
    relief: 0.5,
  },
  {
    at: [x - 0.068 * s, y - 0.075 * s, 0.136 * s, 0.25 * s],
    ellipse: true,
    a: skin,
    grain: 0.02,
    relief: 0.08,
    round: true,
  },
  { at: [x - 0.04 * s, y + 0.01 * s, 0.02 * s, 0.012 * s], ellipse: true, a: 'black' },
  { at: [x + 0.02 * s, y + 0.01 * s, 0.02 * s, 0.012 * s], ellipse: true, a: 'black' },
];

/** The scenes by name. `tuned` in `settings.ts` says which may be looked at while tuning. */
const plans: Record<string, Step[]> = {
  garden: [
    { at: [0, 0, 1, 0.4], a: 'sky', b: 'cloud', grain: 0.3, light: [0.75, 0.95] },
    { at: [0, 0.24, 1, 0.34], a: 'leaf', b: 'grass', grain: 0.03, relief: 0.8, light: [0.75, 0.6] },
    { at: [0, 0.52, 1, 0.48], a: 'grass', b: 'dryGrass', grain: 0.02, relief: 0.5, light: [0.85, 0.95] },
    { at: [0.02, 0.12, 0.07, 0.6], a: 'bark', grain: 0.015, relief: 0.6, round: true },
    { at: [0.3, 0.47, 0.07, 0.08], ellipse: true, a: 'yellowFlower', b: 'leaf', grain: 0.012, relief: 0.2 },
    { shade: 0.22, at: [0.0, 0.66, 0.34, 0.14], ellipse: true, soft: 0.03 },
    ...person(0.24, 0.4, 0.85, 'skinFair', 'hairDark', 'whiteCloth'),
    { chart: [0.47, 0.44, 0.48, 0.46] },
  ],
  studio: [
    { at: [0, 0, 1, 0.72], a: 'greyWall', light: [0.42, 0.8], grain: 0.5, relief: 0.15 },
    { at: [0, 0.68, 1, 0.32], a: 'wood', b: 'bark', grain: 0.04, relief: 0.15, light: [0.7, 0.95] },
    { at: [0.02, 0.1, 0.2, 0.6], a: 'blueCloth', grain: 0.05, relief: 0.6, light: [0.8, 0.55] },
    { shade: 0.25, at: [0.05, 0.8, 0.45, 0.08], ellipse: true, soft: 0.02 },
    ...person(0.33, 0.33, 0.8, 'skinTan', 'hairDark', 'redCloth'),
    { at: [0.06, 0.73, 0.1, 0.14], ellipse: true, a: 'apple', grain: 0.02, relief: 0.1, round: true },
    { at: [0.15, 0.78, 0.1, 0.11], ellipse: true, a: 'lemon', grain: 0.01, relief: 0.1, round: true },
    { at: [0.08, 0.76, 0.012, 0.012], ellipse: true, a: 'cloud', light: [3, 3] },
    { chart: [0.5, 0.2, 0.46, 0.45] },
  ],
  street: [
    { at: [0, 0, 1, 0.72], a: 'plaster', b: 'concrete', grain: 0.2, relief: 0.1, light: [0.85, 0.75] },
    { at: [0.55, 0, 0.45, 0.72], a: 'brick', b: 'bark', grain: 0.012, relief: 0.3, light: [0.9, 0.8] },
    { at: [0.62, 0.06, 0.14, 0.26], a: 'charcoal', b: 'sky', grain: 0.1, light: [0.7, 0.5] },
    { at: [0.06, 0.08, 0.13, 0.3], a: 'charcoal', b: 'denim', grain: 0.08, light: [0.4, 0.6] },
    { at: [0, 0.68, 1, 0.32], a: 'asphalt', b: 'concrete', grain: 0.08, relief: 0.35, light: [0.9, 1] },
    { shade: 0.2, at: [0.0, 0.62, 0.5, 0.22], soft: 0.02 },
    { shade: 0.3, at: [0.86, 0.0, 0.2, 0.8], soft: 0.02 },
    ...person(0.2, 0.44, 0.75, 'skinDark', 'black', 'denim'),
    { at: [0.34, 0.5, 0.1, 0.16], a: 'redCloth', grain: 0.02, relief: 0.2, round: true },
    { at: [0.4, 0.63, 0.02, 0.012], ellipse: true, a: 'cloud', light: [4, 4] },
    { chart: [0.45, 0.36, 0.44, 0.42] },
  ],
  beach: [
    { at: [0, 0, 1, 0.38], a: 'sky', b: 'cloud', grain: 0.4, light: [0.8, 1] },
    { at: [0, 0.36, 1, 0.16], a: 'sea', b: 'sky', grain: 0.02, relief: 0.4, light: [0.9, 0.9] },
    { at: [0, 0.5, 1, 0.5], a: 'sand', grain: 0.03, relief: 0.25, light: [0.9, 1] },
    { shade: 0.25, at: [0.08, 0.84, 0.3, 0.08], ellipse: true, soft: 0.02 },
    ...person(0.22, 0.42, 0.8, 'skinTan', 'hairFair', 'blueCloth'),
    { at: [0.36, 0.6, 0.1, 0.2], a: 'yellowFlower', b: 'redCloth', grain: 0.04, relief: 0.2, round: true },
    { chart: [0.49, 0.48, 0.46, 0.44] },
  ],
  workshop: [
    { at: [0, 0, 1, 0.75], a: 'plaster', b: 'greyWall', grain: 0.3, relief: 0.2, light: [0.12, 0.3] },
    { at: [0.05, 0.06, 0.2, 0.34], a: 'cloud', b: 'sky', grain: 0.2, light: [1.6, 1.2] },
    { at: [0, 0.66, 1, 0.34], a: 'wood', b: 'soil', grain: 0.05, relief: 0.3, light: [0.4, 0.7] },
    { at: [0.28, 0.1, 0.16, 0.5], a: 'charcoal', b: 'bark', grain: 0.03, relief: 0.4, light: [0.3, 0.4] },
    { shade: 0.3, at: [0.0, 0.7, 0.4, 0.25], soft: 0.05 },
    ...person(0.3, 0.45, 0.75, 'skinFair', 'hairFair', 'denim'),
    {
      at: [0.06, 0.68, 0.12, 0.14],
      ellipse: true,
      a: 'apple',
      b: 'lemon',
      grain: 0.03,
      relief: 0.1,
      round: true,
    },
    { chart: [0.5, 0.3, 0.45, 0.44] },
  ],
};
export const sceneNames = Object.keys(plans);

const names = Object.keys(materials) as MaterialName[];
const spectra: Spectrum[] = [...names.map((n) => materials[n]), ...chart.map((p) => p.reflectance)];

/** Coverage 0..1 of a shape at a unit point; `soft` in unit widths. */
function cover(step: { at: Item['at']; ellipse?: boolean; soft?: number }, u: number, v: number): number {
  const [x, y, w, h] = step.at;
  const soft = step.soft ?? 0;
  if (step.ellipse) {
    const d = Math.hypot((u - x - w / 2) / (w / 2), (v - y - h / 2) / (h / 2));
    return soft > 0 ? Math.min(1, Math.max(0, ((1 - d) * (w / 2)) / soft)) : d <= 1 ? 1 : 0;
  }
  const d = Math.min(u - x, x + w - u, v - y, y + h - v);
  return soft > 0 ? Math.min(1, Math.max(0, d / soft)) : d >= 0 ? 1 : 0;
}

/** Paints a scene. `withChart` false leaves the chart out (frames of a roll). */
export function paintScene(
  name: string,
  width: number,
  height: number,
  seed: number,
  withChart = true,
): Scene {
  const plan = plans[name];
  if (!plan) throw new Error(`no scene called ${name}`);
  const n = width * height;
  const scene: Scene = {
    name,
    width,
    height,
    spectra,
    a: new Uint8Array(n),
    b: new Uint8Array(n),
    mix: new Float32Array(n),
    light: new Float32Array(n).fill(1),
    patches: [],
  };
  plan.forEach((step, i) => {
    if ('chart' in step) {
      if (withChart) paintChart(scene, step.chart);
    } else if ('shade' in step) paintShade(scene, step);
    else paintItem(scene, step, seed * 131 + i * 17);
  });
  return scene;
}

function bounds(scene: Scene, at: Item['at']): [number, number, number, number] {
  const { width, height } = scene;
  return [
    Math.max(0, Math.floor(at[0] * width)),
    Math.max(0, Math.floor(at[1] * height)),
    Math.min(width, Math.ceil((at[0] + at[2]) * width)),
    Math.min(height, Math.ceil((at[1] + at[3]) * height)),
  ];
}

function paintShade(scene: Scene, step: Shade): void {
  const [x0, y0, x1, y1] = bounds(scene, step.at);
  for (let y = y0; y < y1; y++)
    for (let x = x0; x < x1; x++) {
      const c = cover(step, (x + 0.5) / scene.width, (y + 0.5) / scene.height);
      scene.light[y * scene.width + x] *= 1 + (step.shade - 1) * c;
    }
}

function paintItem(scene: Scene, item: Item, seed: number): void {
  const { width, height } = scene;
  const [x0, y0, x1, y1] = bounds(scene, item.at);
  const a = names.indexOf(item.a);
  const b = names.indexOf(item.b ?? item.a);
  const scale = (item.grain ?? 0.05) * width;
  const [top, bottom] = item.light ?? [1, 1];
  for (let y = y0; y < y1; y++)
    for (let x = x0; x < x1; x++) {
      const u = (x + 0.5) / width;
      const v = (y + 0.5) / height;
      if (cover(item, u, v) === 0) continue;
      const i = y * width + x;
      const t = texture(x, y, scale, seed);
      scene.a[i] = a;
      scene.b[i] = b;
      scene.mix[i] = Math.min(1, Math.max(0, 0.5 + 1.1 * t));
      let light = top + (bottom - top) * ((v - item.at[1]) / item.at[3]);
      light *= 1 + (item.relief ?? 0) * 1.2 * texture(x, y, scale * 0.7, seed + 91);
      if (item.round) {
        const p = ((u - item.at[0]) / item.at[2]) * 2 - 1;
        light *= 0.3 + 0.7 * Math.max(0, Math.cos((p + 0.35) * 1.15));
      }
      scene.light[i] = Math.max(0.004, light);
    }
}

/** Black board, 6 x 4 patches; records where the inner 60 % of each patch lies. */
function paintChart(scene: Scene, at: ChartItem['chart']): void {
  const { width } = scene;
  const [x0, y0, x1, y1] = bounds(scene, at);
  const board = names.indexOf('charcoal');
  const cw = (x1 - x0) / 6.25;
  const ch = (y1 - y0) / 4.25;
  for (let y = y0; y < y1; y++)
    for (let x = x0; x < x1; x++) {
      const i = y * width + x;
      scene.a[i] = scene.b[i] = board;
      scene.mix[i] = 0;
      scene.light[i] = 1;
    }
  for (let p = 0; p < 24; p++) {
    const px = Math.round(x0 + (0.18 + (p % 6)) * cw);
    const py = Math.round(y0 + (0.18 + Math.floor(p / 6)) * ch);
    const w = Math.round(cw * 0.88);
    const h = Math.round(ch * 0.88);
    for (let y = py; y < py + h; y++)
      for (let x = px; x < px + w; x++) scene.a[y * width + x] = scene.b[y * width + x] = names.length + p;
    const m = 0.2;
    scene.patches.push({
      index: p,
      x: px + Math.ceil(w * m),
      y: py + Math.ceil(h * m),
      w: Math.floor(w * (1 - 2 * m)),
      h: Math.floor(h * (1 - 2 * m)),
    });
  }
}
