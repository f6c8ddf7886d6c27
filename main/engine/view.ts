/**
 * Which pixels of a scan a picture needs, and how it lies on them. A finished picture (the export, or the part
 * of it that a window shows) is an affine map from its pixels to those of the full scan (geometry.ts). Here
 * the map is cut to a region and carried over to a reduced copy of that region, so that a preview reads no
 * more of a 100-megapixel scan than it shows, and goes through the same geometry as the export.
 */
import type { Rect } from '../../app/picture.ts';
import type { FrameParams } from '../../app/recipe/develop.ts';
import { resolveGeometry, sourceRect, viewOf } from '../actions/develop/geometry.ts';
import type { Geometry } from '../actions/develop/geometry.ts';
import type { DevelopContext } from './protocol.ts';
import type { ScanInfo } from '../files/types.ts';

/** A part of the finished picture at a size. */
export interface ViewPlan {
  /** Geometry of the whole finished picture at full size. */
  full: Geometry;
  /** The part shown, in pixels of the finished picture at full size. */
  view: Rect;
  /** What must be read, in pixels of the scan. */
  region: Rect;
  /** Size of the result. */
  width: number;
  height: number;
  /** Longest side to which `region` is reduced when it is read; the region's own when nothing is reduced. */
  maxSide: number;
}

/** Geometry of the whole finished picture, at a factor of the scan's size (enlarged). `geometry` false shows the whole scan, upright as the picture is. */
export function fullGeometry(
  frame: FrameParams,
  context: Pick<DevelopContext, 'analysis' | 'frame'>,
  info: Pick<ScanInfo, 'width' | 'height' | 'orientation'>,
  geometry = true,
  factor = 1,
): Geometry {
  const shown: FrameParams = geometry ? frame : { ...frame, crop: null, format: 'none', straighten: 0 };
  // A frame is cut out of film. A print is shown whole, unless several were found on the scan.
  const { analysis } = context;
  const print = analysis?.kind === 'print' || analysis?.kind === 'bw-print';
  const whole = print && analysis.frames.filter((f) => f.confidence >= 0.5).length < 2;
  return resolveGeometry(shown, {
    width: Math.round(info.width * factor),
    height: Math.round(info.height * factor),
    scale: factor,
    orientation: info.orientation,
    frame: whole ? null : (analysis?.frames[context.frame] ?? null),
  });
}

/**
 * Plans a view. `view` in fractions 0..1 of the finished picture; the result fits in maxWidth x maxHeight and
 * is never enlarged.
 */
export function planView(
  full: Geometry,
  view: { x: number; y: number; w: number; h: number },
  maxWidth: number,
  maxHeight: number,
): ViewPlan {
  const x = Math.min(full.width - 1, Math.max(0, Math.floor(view.x * full.width + 1e-6)));
  const y = Math.min(full.height - 1, Math.max(0, Math.floor(view.y * full.height + 1e-6)));
  const right = Math.min(full.width, Math.max(x + 1, Math.ceil((view.x + view.w) * full.width - 1e-6)));
  const low = Math.min(full.height, Math.max(y + 1, Math.ceil((view.y + view.h) * full.height - 1e-6)));
  const part: Rect = { x, y, w: right - x, h: low - y };
  const region = sourceRect(full, part);
  const scale = Math.min(1, maxWidth / part.w, maxHeight / part.h);
  const longest = Math.max(region.w, region.h);
  return {
    full,
    view: part,
    region,
    width: Math.max(1, Math.round(part.w * scale)),
    height: Math.max(1, Math.round(part.h * scale)),
    maxSide: Math.max(1, Math.min(longest, Math.round(longest * scale))),
  };
}

/**
 * The geometry from a decoded copy of `plan.region` (`width` x `height` pixels, reduced or not) to the view at
 * that scale. Without tilt it stays a permutation of pixels.
 */
export function viewGeometry(plan: ViewPlan, width: number, height: number): Geometry {
  const { full, view, region } = plan;
  const part = viewOf(full, view);
  const sx = width / region.w;
  const sy = height / region.h;
  const [a, b, c, d, e, f] = part.map;
  if (full.exact) {
    const turned = a === 0;
    const start = (p: number, q: number, n: number): number => (p + q < 0 ? n - 1 : 0);
    return {
      sourceWidth: width,
      sourceHeight: height,
      width: turned ? height : width,
      height: turned ? width : height,
      map: [a, b, start(a, b, width), d, e, start(d, e, height)],
      exact: true,
    };
  }
  const { width: outWidth, height: outHeight } = plan;
  // Pixel centres: output x' shows full-size x = (x' + 0.5)·kx - 0.5; scan u is u' = (u + 0.5 - region.x)·sx - 0.5.
  const kx = view.w / outWidth;
  const ky = view.h / outHeight;
  const ox = 0.5 * kx - 0.5;
  const oy = 0.5 * ky - 0.5;
  return {
    sourceWidth: width,
    sourceHeight: height,
    width: outWidth,
    height: outHeight,
    map: [
      a * kx * sx,
      b * ky * sx,
      (a * ox + b * oy + c + 0.5 - region.x) * sx - 0.5,
      d * kx * sy,
      e * ky * sy,
      (d * ox + e * oy + f + 0.5 - region.y) * sy - 0.5,
    ],
    exact: false,
  };
}

/** How an exact geometry turns the scan as stored: its signed permutation, scan to picture. */
export function turnOf(g: Geometry): [number, number, number, number] {
  const [a, b, , d, e] = g.map;
  return [a, d, b, e];
}

/** Where a finished picture lies on its scan, in fractions of either (`PixelsHeader.place`). */
export function placeOf(g: Geometry): [number, number, number, number, number, number] {
  const [a, b, c, d, e, f] = g.map;
  // Fraction u is pixel u·width - 0.5, counted from the centre of the first; the same on the scan.
  const x = (c - (a + b) / 2 + 0.5) / g.sourceWidth;
  const y = (f - (d + e) / 2 + 0.5) / g.sourceHeight;
  return [
    (a * g.width) / g.sourceWidth,
    (b * g.height) / g.sourceWidth,
    x,
    (d * g.width) / g.sourceHeight,
    (e * g.height) / g.sourceHeight,
    y,
  ];
}

/** True when the geometry copies its source pixel by pixel. */
export function isIdentity(g: Geometry): boolean {
  const [a, b, c, d, e, f] = g.map;
  return (
    g.exact &&
    g.width === g.sourceWidth &&
    g.height === g.sourceHeight &&
    a === 1 &&
    b === 0 &&
    c === 0 &&
    d === 0 &&
    e === 1 &&
    f === 0
  );
}
