/**
 * Takes the picture and scans it: scene -> exposure -> dye with grain -> film in its holder (rebate,
 * perforations, edge print) -> scanner samples, with the true base and the reference print of each patch.
 */
import { type Lab, toD65, xyzOf } from './colour.ts';
import { developer, layerExposures, transmittance, unexposed } from './film.ts';
import { chart } from './materials.ts';
import { printLab } from './print.ts';
import { normal, texture } from './random.ts';
import { type Response, response, type Scanner } from './scanner.ts';
import type { PatchPlace, Scene } from './scene.ts';
import { illuminants, type Triple } from './spectra.ts';
import type { Stock } from './stocks.ts';
import { srgbEncode } from './colour.ts';

/** 'strip': whole film width with perforations in a black holder. 'rebate': thin clear border and holder. 'bare': picture only. */
export type Layout = 'strip' | 'rebate' | 'bare';

export interface Shot {
  scene: Scene;
  stock: Stock;
  scanner: Scanner;
  /** Key of `illuminants`. */
  light: string;
  /** Exposure against nominal, in stops. */
  stops: number;
  layout: Layout;
  seed: number;
  /** '16': linear 16-bit. '8': sRGB curve in 8 bits, as a camera's or scanner's JPEG. */
  samples?: '16' | '8';
  /** Added to every band's density of the base: a frame's own fog within a roll. */
  fog?: number;
}

/** Scan in the shape of the project's Picture. */
export interface SimulatedScan {
  picture: {
    width: number;
    height: number;
    channels: 3;
    data: Uint16Array | Uint8Array;
    curve: { kind: 'linear' } | { kind: 'srgb' };
    orientation: 1;
  };
  /** Where the picture area lies on the scan. */
  image: { x: number; y: number; w: number; h: number };
  /** Patches on the scan. */
  patches: PatchPlace[];
  /** Noise-free linear value of unexposed film at the middle of the light field. */
  base: Triple;
}

/** Reference print of each of the 24 patches under a taking light. */
export function referencePatches(light: string): Lab[] {
  const source = illuminants[light];
  const white = xyzOf(source, null);
  return chart.map((p) => printLab(toD65(xyzOf(source, p.reflectance), white)));
}

const cache = new Map<string, Response>();
function cachedResponse(stock: Stock, scanner: Scanner): Response {
  const key = `${stock.name} ${scanner.name}`;
  let r = cache.get(key);
  if (!r) {
    r = response(scanner, stock, stock.process === 'slide' ? null : transmittance(stock, unexposed(stock)));
    cache.set(key, r);
  }
  return r;
}

interface Plan {
  width: number;
  height: number;
  image: { x: number; y: number; w: number; h: number };
}

function plan(scene: Scene, layout: Layout): Plan {
  const { width: w, height: h } = scene;
  const mm = w / 36;
  if (layout === 'bare') return { width: w - 8, height: h - 8, image: { x: -4, y: -4, w, h } };
  if (layout === 'rebate') {
    const side = Math.round(1.1 * mm);
    const holder = Math.round(1.3 * mm);
    return {
      width: w + 2 * (side + holder),
      height: h + 2 * (side + holder),
      image: { x: side + holder, y: side + holder, w, h },
    };
  }
  const side = Math.round(2 * mm);
  const holder = Math.round(1.5 * mm);
  const edge = Math.round(5.5 * mm);
  return {
    width: w + 2 * (side + holder),
    height: h + 2 * (edge + holder),
    image: { x: side + holder, y: edge + holder, w, h },
  };
}

const FILM = 0;
const HOLE = 1;
const HOLDER = 2;
const PRINTED = 3;

/** What lies at a pixel outside the picture area. */
function surroundings(p: Plan, layout: Layout, x: number, y: number): number {
  const mm = p.image.w / 36;
  const holder = layout === 'strip' ? 1.5 * mm : 1.3 * mm;
  if (x < holder || y < holder || x >= p.width - holder || y >= p.height - holder) return HOLDER;
  if (layout !== 'strip') return FILM;
  const fromEdge = Math.min(y, p.height - 1 - y) - holder;
  const along = ((x - p.image.x + 400 * mm) / mm) % 4.75;
  if (fromEdge > 1.9 * mm && fromEdge < 4.7 * mm && along > 1.2 && along < 3.2) return HOLE;
  // Edge print: a few small bars between film edge and perforations.
  if (y < p.height / 2 && fromEdge > 0.5 * mm && fromEdge < 1.4 * mm) {
    const block = Math.floor(((x - p.image.x) / mm) * 1.6);
    const inText = (x - p.image.x) / mm > 6 && (x - p.image.x) / mm < 14;
    if (inText && (block * 7 + 3) % 5 < 2) return PRINTED;
  }
  return FILM;
}

/** Renders the scan. */
export function takeAndScan(shot: Shot): SimulatedScan {
  const { scene, stock, scanner } = shot;
  const p = plan(scene, shot.layout);
  const exposure = layerExposures(stock, illuminants[shot.light], scene.spectra);
  const scale = 2 ** shot.stops;
  const develop = developer(stock);
  const see = cachedResponse(stock, scanner);
  const random = normal(shot.seed * 2654435761 + 17);
  const clear = unexposed(stock);
  const fog = 10 ** -(shot.fog ?? 0);
  const eight = shot.samples === '8';
  const data = eight ? new Uint8Array(p.width * p.height * 3) : new Uint16Array(p.width * p.height * 3);
  const full = eight ? 255 : 65535;
  const x: Triple = [0, 0, 0];
  const seen: Triple = [0, 0, 0];
  // Light scattered in the camera: a small share of the scene's mean.
  const veil = meanExposure(scene, exposure).map((v) => v * 0.003);
  const grain = (stock.grain * scene.width) / 1000;
  const cx = p.width / 2;
  const cy = p.height / 2;
  for (let py = 0, o = 0; py < p.height; py++)
    for (let px = 0; px < p.width; px++, o += 3) {
      const ix = px - p.image.x;
      const iy = py - p.image.y;
      let where = FILM;
      if (ix >= 0 && iy >= 0 && ix < p.image.w && iy < p.image.h) {
        const i = iy * scene.width + ix;
        const a = exposure[scene.a[i]];
        const b = exposure[scene.b[i]];
        const m = scene.mix[i];
        for (let c = 0; c < 3; c++)
          x[c] = Math.log10(scale * (scene.light[i] * (a[c] + (b[c] - a[c]) * m) + veil[c]));
        develop(x);
      } else {
        where = surroundings(p, shot.layout, px, py);
        for (let c = 0; c < 3; c++) x[c] = where === PRINTED ? clear[c] + 1.2 : clear[c];
      }
      if (where === HOLE || where === HOLDER)
        for (let c = 0; c < 3; c++) seen[c] = where === HOLE ? see.gate[c] : scanner.flare;
      else {
        for (let c = 0; c < 3; c++) x[c] = x[c] + grain * Math.sqrt(Math.max(0.02, x[c])) * random();
        see.see(x, seen);
        for (let c = 0; c < 3; c++) seen[c] *= fog;
      }
      const corner = ((px - cx) ** 2 + (py - cy) ** 2) / (cx * cx + cy * cy);
      const lamp = 1 - scanner.falloff * corner;
      for (let c = 0; c < 3; c++) {
        const v = seen[c] * lamp;
        const noisy = v + Math.sqrt(scanner.read ** 2 + scanner.shot * Math.max(0, v)) * random();
        const stored = eight ? srgbEncode(Math.min(1, Math.max(0, noisy))) : noisy;
        data[o + c] = Math.min(full, Math.max(0, Math.round(stored * full)));
      }
    }
  const base: Triple = [0, 0, 0];
  see.see([...clear], base);
  return {
    picture: {
      width: p.width,
      height: p.height,
      channels: 3,
      data,
      curve: eight ? { kind: 'srgb' } : { kind: 'linear' },
      orientation: 1,
    },
    image: shot.layout === 'bare' ? { x: 0, y: 0, w: p.width, h: p.height } : p.image,
    patches: scene.patches.map((q) => ({ ...q, x: q.x + p.image.x, y: q.y + p.image.y })),
    base: base.map((v) => v * fog) as Triple,
  };
}

/** Mean layer exposure of a scene, from every 97th pixel. */
function meanExposure(scene: Scene, exposure: Triple[]): Triple {
  const sum: Triple = [0, 0, 0];
  let n = 0;
  for (let i = 0; i < scene.light.length; i += 97, n++) {
    const a = exposure[scene.a[i]];
    const b = exposure[scene.b[i]];
    for (let c = 0; c < 3; c++) sum[c] += scene.light[i] * (a[c] + (b[c] - a[c]) * scene.mix[i]);
  }
  return sum.map((v) => v / n) as Triple;
}

/** Tiny fog differences from frame to frame of one roll, density, always the same for a seed. */
export function rollFog(frame: number, seed: number): number {
  return 0.006 * texture(frame * 3.7, 0.5, 1.9, seed);
}
