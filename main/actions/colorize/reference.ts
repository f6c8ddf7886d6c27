/**
 * A photograph as a source of colours: each place of the grey picture takes the chroma of the places of the reference
 * that look like it, by lightness, texture and what the network sees there (after Welsh, Ashikhmin and Mueller,
 * "Transferring color to greyscale images", ACM Transactions on Graphics 21, 2002, with a network's features in the
 * place of more neighbourhood statistics). Where nothing in the reference is alike the confidence is low.
 */
import { boxMean, type Size } from '../../../app/color/guided.ts';
import { labSpace } from '../../../app/color/gamut.ts';
import type { Hint } from '../../../app/recipe/marks.ts';
import { describePlace, type FeaturePlanes } from './features.ts';
import type { Chroma } from './types.ts';

/** A picture as the matching sees it. */
export interface Look {
  size: Size;
  /** L* of each place. */
  lightness: Float32Array;
  /** Of the same size; null: lightness and texture must do. */
  features: FeaturePlanes | null;
}

export interface ReferenceColours extends Chroma {
  /** 0..1. */
  confidence: Float32Array;
}

/** Places of the reference that are compared, at most. */
const MOST = 900;
/** Nearest ones whose colours are averaged. */
const NEAREST = 6;
/** What counts as far, in each kind of likeness. */
const FAR = { lightness: 0.5, texture: 0.7, features: 0.35 };

/** Lightness and texture in standard deviations of the whole picture: exposure and contrast do not matter. */
function statistics({ size, lightness }: Look): { light: Float32Array; texture: Float32Array } {
  const mean = boxMean(lightness, size, 2);
  const square = boxMean(
    lightness.map((v) => v * v),
    size,
    2,
  );
  const texture = mean.map((m, i) => Math.sqrt(Math.max(0, square[i] - m * m)));
  const standard = (plane: Float32Array): Float32Array => {
    const centre = plane.reduce((s, v) => s + v, 0) / plane.length;
    const deviation = Math.sqrt(plane.reduce((s, v) => s + (v - centre) ** 2, 0) / plane.length);
    return plane.map((v) => (deviation > 1e-6 ? (v - centre) / deviation : 0));
  };
  return { light: standard(lightness), texture: standard(texture) };
}

/**
 * Chroma of the reference for each place of the target.
 * @param chroma of the reference, on its places
 */
export function referenceColours(target: Look, reference: Look, chroma: Chroma): ReferenceColours {
  const own = statistics(target);
  const other = statistics(reference);
  const count = reference.lightness.length;
  const stride = Math.max(1, Math.ceil(count / MOST));
  const samples: { light: number; texture: number; features: number[]; a: number; b: number }[] = [];
  const place = (look: Look, i: number): number[] =>
    look.features && target.features && reference.features
      ? describePlace(
          look.features,
          ((i % look.size.width) + 0.5) / look.size.width,
          (Math.floor(i / look.size.width) + 0.5) / look.size.height,
          0,
        )
      : [];
  for (let i = 0; i < count; i += stride)
    samples.push({
      light: other.light[i],
      texture: other.texture[i],
      features: place(reference, i),
      a: chroma.a[i],
      b: chroma.b[i],
    });
  const n = target.lightness.length;
  const out = { a: new Float32Array(n), b: new Float32Array(n), confidence: new Float32Array(n) };
  const best: { d: number; k: number }[] = [];
  for (let i = 0; i < n; i++) {
    const features = place(target, i);
    best.length = 0;
    for (let k = 0; k < samples.length; k++) {
      const s = samples[k];
      let d =
        ((own.light[i] - s.light) / FAR.lightness) ** 2 + ((own.texture[i] - s.texture) / FAR.texture) ** 2;
      let off = 0;
      for (let c = 0; c < features.length; c++) off += (features[c] - s.features[c]) ** 2;
      d += off / FAR.features ** 2;
      if (best.length === NEAREST && d >= best[NEAREST - 1].d) continue;
      let at = best.length;
      while (at > 0 && best[at - 1].d > d) at--;
      best.splice(at, 0, { d, k });
      if (best.length > NEAREST) best.pop();
    }
    let all = 0;
    for (const { d, k } of best) {
      const w = Math.exp(-0.5 * (d - best[0].d));
      all += w;
      out.a[i] += w * samples[k].a;
      out.b[i] += w * samples[k].b;
    }
    out.a[i] /= all;
    out.b[i] /= all;
    out.confidence[i] = 1 / (1 + best[0].d);
  }
  return out;
}

/** Hints are at least this far apart, in fractions of the longer side. */
const APART = 0.11;
const SURE = 0.35;

/**
 * The reference's colours as hints, which can be edited and are kept with the recipe: at the surest places, well
 * apart from each other.
 */
export function hintsFromReference(target: Look, colours: ReferenceColours, most = 24): Hint[] {
  const { width, height } = target.size;
  const order = Array.from(colours.confidence, (_, i) => i)
    .filter((i) => colours.confidence[i] >= SURE)
    .sort((i, j) => colours.confidence[j] - colours.confidence[i] || i - j);
  const space = labSpace('srgb');
  const out: Hint[] = [];
  const k = Math.max(width, height);
  for (const i of order) {
    const x = ((i % width) + 0.5) / width;
    const y = (Math.floor(i / width) + 0.5) / height;
    if (out.some((o) => Math.hypot((o.x - x) * width, (o.y - y) * height) < APART * k)) continue;
    space.put((target.lightness[i] + 16) / 116, colours.a[i], colours.b[i]);
    out.push({ x, y, colour: [space.rgb[0], space.rgb[1], space.rgb[2]] });
    if (out.length === most) break;
  }
  return out;
}
