/** Convex hulls, the smallest rectangle around points, and how much of its hull a region fills. */

export interface Point {
  x: number;
  y: number;
}

/** A rectangle of its own width and height about its centre, turned clockwise (y down) by `angle` in radians. */
export interface TurnedRect {
  cx: number;
  cy: number;
  w: number;
  h: number;
  angle: number;
}

/** The hull's corners, counter-clockwise in a system with y up (Andrew's monotone chain). */
export function hullOf(points: readonly Point[]): Point[] {
  const sorted = [...points].sort((a, b) => a.x - b.x || a.y - b.y);
  if (sorted.length < 3) return [...sorted];
  const half = (list: Iterable<Point>): Point[] => {
    const out: Point[] = [];
    for (const p of list) {
      while (out.length >= 2) {
        const a = out[out.length - 2];
        const b = out[out.length - 1];
        if ((b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x) > 0) break;
        out.pop();
      }
      out.push(p);
    }
    out.pop();
    return out;
  };
  return [...half(sorted), ...half(sorted.toReversed())];
}

/** Area of a polygon whose corners are centres of pixels, with the half pixel around it. */
export function areaOf(hull: readonly Point[]): number {
  let twice = 0;
  let around = 0;
  hull.forEach((a, k) => {
    const b = hull[(k + 1) % hull.length];
    twice += a.x * b.y - a.y * b.x;
    around += Math.hypot(b.x - a.x, b.y - a.y);
  });
  return Math.abs(twice) / 2 + around / 2 + 1;
}

/** The rectangle of least area around a hull of pixel centres (one side lies on a side of the hull). */
export function leastRect(hull: readonly Point[]): TurnedRect {
  let best: TurnedRect = { cx: hull[0].x, cy: hull[0].y, w: 1, h: 1, angle: 0 };
  let least = Infinity;
  hull.forEach((a, k) => {
    const b = hull[(k + 1) % hull.length];
    // Within a quarter turn about upright, so that `w` is the side that lies nearest to level.
    let angle = Math.atan2(b.y - a.y, b.x - a.x);
    angle -= (Math.PI / 2) * Math.round(angle / (Math.PI / 2));
    const rect = rectAt(hull, angle);
    if (rect.w * rect.h < least) [least, best] = [rect.w * rect.h, rect];
  });
  return best;
}

/** The rectangle around points at a given turn. */
function rectAt(points: readonly Point[], angle: number): TurnedRect {
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  let [u0, u1, v0, v1] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const { x, y } of points) {
    const u = x * c + y * s;
    const v = y * c - x * s;
    u0 = Math.min(u0, u);
    u1 = Math.max(u1, u);
    v0 = Math.min(v0, v);
    v1 = Math.max(v1, v);
  }
  const u = (u0 + u1) / 2;
  const v = (v0 + v1) / 2;
  return { cx: u * c - v * s, cy: u * s + v * c, w: u1 - u0 + 1, h: v1 - v0 + 1, angle };
}

/** A connected region: its pixels, and those of them on its edge. */
export interface Region {
  pixels: Point[];
  rim: Point[];
}

/** Share of its hull that a region fills: near 1 for one print, less for several that touch. */
export const solidity = (region: Region): number => region.pixels.length / areaOf(hullOf(region.rim));

/** Sides shorter than this share of the hull's perimeter give no direction. */
const LONG = 0.06;
/** What a cut must gain in solidity, and the solidity from which nothing is cut. */
const GAIN = 0.015;
const SOLID = 0.965;

/**
 * Cuts a region of several touching prints into parts that are each convex: of all straight cuts along directions of
 * its hull the one after which the parts fill their hulls best, and again.
 * @param least pixels of the smallest part worth a cut
 */
export function convexParts(region: Region, least: number, depth = 4): Region[] {
  const whole = solidity(region);
  if (depth === 0 || whole > SOLID || region.pixels.length < 2 * least) return [region];
  const hull = hullOf(region.rim);
  const around = hull.reduce((sum, a, k) => {
    const b = hull[(k + 1) % hull.length];
    return sum + Math.hypot(b.x - a.x, b.y - a.y);
  }, 0);
  const turns: number[] = [];
  const add = (angle: number): void => {
    const t = angle - (Math.PI / 2) * Math.round(angle / (Math.PI / 2));
    if (!turns.some((o) => Math.abs(o - t) < 0.012)) turns.push(t);
  };
  add(leastRect(hull).angle);
  hull.forEach((a, k) => {
    const b = hull[(k + 1) % hull.length];
    if (Math.hypot(b.x - a.x, b.y - a.y) > LONG * around) add(Math.atan2(b.y - a.y, b.x - a.x));
  });
  let best: { score: number; angle: number; at: number } | null = null;
  for (const turn of turns)
    for (const angle of [turn, turn + Math.PI / 2]) {
      const cuts = new Cuts(region, angle);
      const tryCut = (place: number): void => {
        const low = cuts.under(place);
        if (low < least || region.pixels.length - low < least) return;
        const score = region.pixels.length / cuts.hulls(place);
        if (!best || score > best.score) best = { score, angle, at: cuts.start + place };
      };
      for (let place = 2; place < cuts.length; place += 3) tryCut(place);
      const coarse = best as { angle: number; at: number } | null;
      if (coarse?.angle === angle)
        for (const fine of [-2, -1, 1, 2]) tryCut(Math.round(coarse.at - cuts.start) + fine);
    }
  const found = best as { score: number; angle: number; at: number } | null;
  if (!found || found.score < whole + GAIN) return [region];
  const c = Math.cos(found.angle);
  const s = Math.sin(found.angle);
  const side = (list: readonly Point[], far: boolean): Point[] =>
    list.filter(({ x, y }) => x * c + y * s >= found.at === far);
  return [false, true].flatMap((far) =>
    convexParts({ pixels: side(region.pixels, far), rim: side(region.rim, far) }, least, depth - 1),
  );
}

/**
 * What straight cuts across one direction leave of a region: for cuts every whole pixel from the first one on, pixels on
 * this side and the areas of the two hulls, all in one pass from either end.
 */
class Cuts {
  /** Place of the first pixel along the direction; cuts lie whole pixels from there. */
  readonly start: number;
  readonly length: number;
  private readonly counts: Uint32Array;
  private readonly areas: Float64Array;

  constructor({ pixels, rim }: Region, angle: number) {
    const c = Math.cos(angle);
    const s = Math.sin(angle);
    let [first, last] = [Infinity, -Infinity];
    const along = new Float64Array(pixels.length);
    for (let k = 0; k < pixels.length; k++) {
      const u = pixels[k].x * c + pixels[k].y * s;
      if (u < first) first = u;
      if (u > last) last = u;
      along[k] = u;
    }
    this.start = first;
    this.length = last - first;
    const places = Math.floor(this.length) + 2;
    this.counts = new Uint32Array(places + 1);
    for (const u of along) this.counts[Math.floor(u - first) + 1]++;
    for (let k = 1; k <= places; k++) this.counts[k] += this.counts[k - 1];
    const turned = rim
      .map(({ x, y }) => ({ x: x * c + y * s - first, y: y * c - x * s }))
      .sort((a, b) => a.x - b.x || a.y - b.y);
    this.areas = new Float64Array(places + 1);
    for (const far of [false, true]) {
      const hull = new GrowingHull();
      const order = far ? turned.toReversed() : turned;
      let at = 0;
      for (let k = 0; k <= places; k++) {
        const place = far ? places - k : k;
        while (at < order.length && (far ? order[at].x >= place : order[at].x < place)) hull.add(order[at++]);
        this.areas[place] += hull.area();
      }
    }
  }

  /** Pixels before a place. */
  under(place: number): number {
    return this.counts[Math.min(this.counts.length - 1, Math.max(0, place))];
  }

  /** Sum of the areas of the hulls of what lies before and behind a place. */
  hulls(place: number): number {
    return this.areas[Math.min(this.areas.length - 1, Math.max(0, place))];
  }
}

/** The convex hull of points that come in order along x, up or down: two chains of which the last points are given up again. */
class GrowingHull {
  private readonly chains = [1, -1].map((side) => ({
    side,
    points: [] as Point[],
    /** Up to each point: twice the area to the origin, and the length. */
    twice: [] as number[],
    around: [] as number[],
  }));

  add(p: Point): void {
    for (const { side, points, twice, around } of this.chains) {
      while (points.length >= 2) {
        const a = points[points.length - 2];
        const b = points[points.length - 1];
        if (side * ((b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x)) > 0) break;
        points.pop();
        twice.pop();
        around.pop();
      }
      const before = points.at(-1);
      twice.push(before ? twice[twice.length - 1] + before.x * p.y - before.y * p.x : 0);
      around.push(before ? around[around.length - 1] + Math.hypot(p.x - before.x, p.y - before.y) : 0);
      points.push(p);
    }
  }

  /** As `areaOf`. */
  area(): number {
    const [one, other] = this.chains;
    if (one.points.length === 0) return 1;
    const twice = (one.twice.at(-1) ?? 0) - (other.twice.at(-1) ?? 0);
    return Math.abs(twice) / 2 + ((one.around.at(-1) ?? 0) + (other.around.at(-1) ?? 0)) / 2 + 1;
  }
}
