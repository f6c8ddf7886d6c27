/**
 * Where exactly a print ends: along each side of a rough rectangle the picture is read across it, and the straight line is
 * looked for that most of these readings have a sharp step on. Readings count alike, however high their step, so that a
 * bright detail of the picture cannot draw the line to itself; of lines of about the same worth the outermost is the
 * paper's edge (the next ones are the edge of the picture inside a white margin).
 */
import type { Planar } from '../../../app/planar.ts';
import type { TurnedRect } from './hull.ts';

/** Readings along a side; the corners are left out. */
const READINGS = 96;
const CORNER = 0.03;
/** How far across, as a share of the picture's longer side, and how far the side may turn (radians). */
const REACH = 0.014;
const LEAN = 0.035;
/** Step (0..1, largest channel) that is an edge. */
const STEP = 0.02;
/** Share of the readings across two prints that see the seam between them. */
const SEAM = 0.93;
/** Lines of this share of the best one's worth, farther out, are taken instead. */
const OUTER = 0.8;

/** A side after the search: its offset outwards (pixels, at the middle) and slope against the rough one, and its worth. */
interface Side {
  offset: number;
  slope: number;
  /** Share of readings with a step on the line, 0..1. */
  support: number;
  /** Lies on the scan's border: nothing to be seen there. */
  border: boolean;
}

export interface Fitted {
  rect: TurnedRect;
  /** Left, top, right, bottom. */
  support: number[];
  border: boolean[];
}

/** Colour at a place, bilinear, the border repeated. */
function sample(picture: Planar, c: number, x: number, y: number): number {
  const { width, height, data } = picture;
  const px = Math.min(width - 1.001, Math.max(0, x));
  const py = Math.min(height - 1.001, Math.max(0, y));
  const x0 = Math.floor(px);
  const y0 = Math.floor(py);
  const i = c * width * height + y0 * width + x0;
  const right = x0 + 1 < width ? 1 : 0;
  const low = y0 + 1 < height ? width : 0;
  const fx = px - x0;
  const top = data[i] + fx * (data[i + right] - data[i]);
  const bottom = data[i + low] + fx * (data[i + low + right] - data[i + low]);
  return top + (py - y0) * (bottom - top);
}

/** Steps across a side: for each reading, for each half pixel from -reach to reach (outwards), 0..1 as an edge counts. */
function stepsAcross(
  picture: Planar,
  from: readonly [number, number],
  to: readonly [number, number],
  out: readonly [number, number],
  reach: number,
): Float32Array[] {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
  const along = [(to[0] - from[0]) / length, (to[1] - from[1]) / length];
  const count = Math.ceil(4 * reach) + 1;
  const line = new Float32Array(count + 4);
  return Array.from({ length: READINGS }, (_, k) => {
    const t = (CORNER + ((1 - 2 * CORNER) * (k + 0.5)) / READINGS) * length;
    const steps = new Float32Array(count);
    for (let c = 0; c < picture.channels; c++) {
      for (let j = 0; j < line.length; j++) {
        const d = -reach + (j - 2) / 2;
        const x = from[0] + along[0] * t + out[0] * d;
        const y = from[1] + along[1] * t + out[1] * d;
        // A mean of three pixels along the side holds noise down.
        line[j] =
          (sample(picture, c, x - 1.2 * along[0], y - 1.2 * along[1]) +
            sample(picture, c, x, y) +
            sample(picture, c, x + 1.2 * along[0], y + 1.2 * along[1])) /
          3;
      }
      for (let j = 0; j < count; j++)
        steps[j] = Math.max(steps[j], Math.abs(line[j + 3] + line[j + 4] - line[j] - line[j + 1]) / 2);
    }
    // Only tops of the steps: a soft shadow is a slope without one worth the name.
    return steps.map((v, j) => {
      const top = v >= (steps[j - 1] ?? 0) && v >= (steps[j + 1] ?? 0);
      return top && v > STEP ? Math.min(1, (v - STEP) / STEP) * (0.7 + 0.3 * Math.min(1, v / 0.12)) : 0;
    });
  });
}

/** The straight line with most readings on it. */
function bestLine(steps: readonly Float32Array[], reach: number, length: number): Omit<Side, 'border'> {
  const count = steps[0].length;
  const most = Math.min(2 * reach, LEAN * length);
  // The greatest of each place and its neighbours, one place farther on both ends; all readings one after the other.
  const places = count + 2;
  const near = new Float32Array(steps.length * places);
  steps.forEach((line, k) => {
    for (let j = 0; j < places; j++)
      near[k * places + j] = Math.max(0, line[j - 2] ?? 0, line[j - 1] ?? 0, line[j] ?? 0);
  });
  const score = (offset: number, lean: number): number => {
    let sum = 0;
    const step = (2 * lean) / READINGS;
    // Half a place more, for rounding by cutting off.
    let at = 2 * (offset + reach) + 1.5 + step * 0.5 - lean;
    for (let k = 0; k < near.length; k += places, at += step)
      if (at >= 0 && at < places) sum += near[k + Math.trunc(at)];
    return sum / READINGS;
  };
  const lines: { offset: number; lean: number; worth: number }[] = [];
  for (let offset = -reach; offset <= reach; offset += 0.5)
    for (let lean = -most; lean <= most; lean += 0.7)
      lines.push({ offset, lean, worth: score(offset, lean) });
  const top = lines.reduce((best, line) => Math.max(best, line.worth), 0);
  const chosen = lines.reduce(
    (best, line) => {
      if (line.worth < Math.max(OUTER * top, 0.4))
        return line.worth > best.worth && best.worth < 0.4 ? line : best;
      const farther = line.offset > best.offset + 1.5;
      const better = Math.abs(line.offset - best.offset) <= 1.5 && line.worth > best.worth;
      return best.worth < Math.max(OUTER * top, 0.4) || farther || better ? line : best;
    },
    { offset: 0, lean: 0, worth: 0 },
  );
  // The line through the tops near it, by least squares.
  let [n, sx, sy, sxx, sxy] = [0, 0, 0, 0, 0];
  steps.forEach((line, k) => {
    const x = (k + 0.5) / READINGS - 0.5;
    const at = chosen.offset + chosen.lean * x;
    let best = -1;
    for (let j = Math.max(0, Math.ceil((at - 1 + reach) * 2)); j <= (at + 1 + reach) * 2 && j < count; j++)
      if (line[j] > 0 && (best < 0 || line[j] > line[best])) best = j;
    if (best < 0) return;
    const y = best / 2 - reach;
    n++;
    sx += x;
    sy += y;
    sxx += x * x;
    sxy += x * y;
  });
  if (n < 8) return { offset: chosen.offset, slope: chosen.lean / length, support: chosen.worth };
  const lean = (n * sxy - sx * sy) / Math.max(1e-9, n * sxx - sx * sx);
  return { offset: (sy - lean * sx) / n, slope: lean / length, support: n / READINGS };
}

/** Sides of a rectangle in order left, top, right, bottom: ends clockwise, and the way out. */
function sidesOf({ cx, cy, w, h, angle }: TurnedRect) {
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  const at = (u: number, v: number): [number, number] => [cx + u * c - v * s, cy + u * s + v * c];
  const corners = [at(-w / 2, -h / 2), at(w / 2, -h / 2), at(w / 2, h / 2), at(-w / 2, h / 2)];
  return [
    { from: corners[3], to: corners[0], out: [-c, -s] as const, length: h },
    { from: corners[0], to: corners[1], out: [s, -c] as const, length: w },
    { from: corners[1], to: corners[2], out: [c, s] as const, length: h },
    { from: corners[2], to: corners[3], out: [-s, c] as const, length: w },
  ];
}

/** The four corners of a rectangle: upper left, upper right, lower right, lower left. */
export function cornersOf(rect: TurnedRect): [number, number][] {
  const [, top, , bottom] = sidesOf(rect);
  return [top.from, top.to, bottom.from, bottom.to];
}

/** Fits a rough rectangle (pixel coordinates, centre of the first pixel at 0.5) to what is seen around it. */
export function fitSides(picture: Planar, rough: TurnedRect, reachScale = 1): Fitted {
  const reach = Math.max(3, REACH * reachScale * Math.max(picture.width, picture.height));
  const shifted = { ...rough, cx: rough.cx - 0.5, cy: rough.cy - 0.5 };
  const sides: (Side & { length: number })[] = sidesOf(shifted).map(({ from, to, out, length }) => {
    const near = (p: readonly [number, number]): boolean =>
      p[0] + out[0] * 2 < 1 ||
      p[1] + out[1] * 2 < 1 ||
      p[0] + out[0] * 2 > picture.width - 2 ||
      p[1] + out[1] * 2 > picture.height - 2;
    const middle: [number, number] = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
    const found = bestLine(stepsAcross(picture, from, to, out, reach), reach, length);
    const border = near(middle) && found.support < 0.6;
    return border ? { offset: 0, slope: 0, support: 0, border, length } : { ...found, border, length };
  });
  // One angle for all four, by what each side has to say.
  let turn = 0;
  let weight = 0;
  for (const { slope, support, length } of sides) {
    const w = support * support * length;
    turn += w * slope;
    weight += w;
  }
  // A positive slope leans outwards along the clockwise way round, which is a turn against the clock.
  const angle = rough.angle - (weight > 0 ? turn / weight : 0);
  const [left, top, right, bottom] = sides.map((s) => s.offset);
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  const u = (right - left) / 2;
  const v = (bottom - top) / 2;
  return {
    rect: {
      cx: rough.cx + u * c - v * s,
      cy: rough.cy + u * s + v * c,
      w: rough.w + left + right,
      h: rough.h + top + bottom,
      angle,
    },
    support: sides.map((side) => side.support),
    border: sides.map((side) => side.border),
  };
}

/**
 * The place (share of the width, or of the height) where two prints lie edge to edge: a line of its own colour that
 * goes all the way across, darker or lighter than what lies on both sides; null where there is none.
 */
export function seamOf(picture: Planar, rect: TurnedRect): { across: 'w' | 'h'; at: number } | null {
  const c = Math.cos(rect.angle);
  const s = Math.sin(rect.angle);
  let best: { across: 'w' | 'h'; at: number; worth: number } | null = null;
  for (const across of ['w', 'h'] as const) {
    const length = rect[across];
    const other = across === 'w' ? rect.h : rect.w;
    for (let d = 0.25 * length; d <= 0.75 * length; d += 0.75) {
      let dark = 0;
      let light = 0;
      for (let k = 0; k < READINGS; k++) {
        const t = (0.02 + (0.96 * (k + 0.5)) / READINGS - 0.5) * other;
        const at = (shift: number): number => {
          const u = across === 'w' ? d + shift - length / 2 : t;
          const v = across === 'w' ? t : d + shift - length / 2;
          let sum = 0;
          for (let ch = 0; ch < picture.channels; ch++)
            sum += sample(picture, ch, rect.cx - 0.5 + u * c - v * s, rect.cy - 0.5 + u * s + v * c);
          return sum / picture.channels;
        };
        const line = at(0);
        const before = at(-3.5);
        const behind = at(3.5);
        if (line < Math.min(before, behind) - 1.5 * STEP) dark++;
        if (line > Math.max(before, behind) + 1.5 * STEP) light++;
        // However the others turn out, it is none.
        if (Math.max(dark, light) + READINGS - 1 - k <= SEAM * READINGS) break;
      }
      const worth = Math.max(dark, light) / READINGS;
      if (worth > SEAM && (!best || worth > best.worth)) best = { across, at: d / length, worth };
    }
  }
  return best;
}
