/**
 * Things that move too fast for motion search look like dirt: a ball is in one place in each frame only. But it is in the
 * next frame as well, farther on. Pieces of three frames in a row that go straight on by equal steps, alike in
 * size and contrast, are one thing that flies, and none of them is dirt. Dirt does so by chance only, and the more
 * dirt there is the nearer to each other and the more alike they must be.
 */
import type { Region } from './regions.ts';

const side = (r: Region): number => Math.sqrt(r.pixels.length);

/** Whether b may be a one frame later: of the same sign, alike in size and contrast. */
function alike(a: Region, b: Region): boolean {
  if (a.sign !== b.sign) return false;
  const area = a.pixels.length / b.pixels.length;
  const contrast = a.contrast / b.contrast;
  return area > 0.45 && area < 2.2 && contrast > 0.6 && contrast < 1.65;
}

/** Whether three pieces lie on a line with equal steps; `tolerance` in pixels at no step. */
function straight(a: Region, b: Region, c: Region, tolerance: number): boolean {
  const stepX = (c.x - a.x) / 2;
  const stepY = (c.y - a.y) / 2;
  const off = Math.hypot(b.x - (a.x + c.x) / 2, b.y - (a.y + c.y) / 2);
  return off < tolerance + 0.15 * Math.hypot(stepX, stepY);
}

/**
 * The pieces of `frames[at]` that fly. `frames`: pieces of frames in order, null where there is no frame; `reach`: the
 * farthest a thing flies from one frame to the next, in pixels.
 */
export function flying(
  frames: readonly (readonly Region[] | null)[],
  at: number,
  reach: number,
): Set<Region> {
  const found = new Set<Region>();
  const here = frames[at] ?? [];
  for (const r of here) {
    if (side(r) < 1.7) continue;
    for (const first of [at - 2, at - 1, at]) {
      const [a, b, c] = [frames[first], frames[first + 1], frames[first + 2]];
      if (!a || !b || !c) continue;
      if (passes(a, b, c, r, at - first, reach, here.length)) {
        found.add(r);
        break;
      }
    }
  }
  return found;
}

function passes(
  a: readonly Region[],
  b: readonly Region[],
  c: readonly Region[],
  r: Region,
  place: number,
  reach: number,
  crowd: number,
): boolean {
  // The expected number of chance partners grows with the crowd: be narrower.
  const tolerance = Math.max(0.8, 2.5 - crowd / 25);
  const near = (list: readonly Region[], to: Region, far: number): Region[] =>
    list.filter((q) => alike(q, to) && Math.hypot(q.x - to.x, q.y - to.y) < far);
  const as = place === 0 ? [r] : near(a, r, reach * place);
  const cs = place === 2 ? [r] : near(c, r, reach * (2 - place));
  const bs = place === 1 ? [r] : near(b, r, reach);
  for (const p of as)
    for (const q of cs) {
      const step = Math.hypot(q.x - p.x, q.y - p.y) / 2;
      // What stands still is not flying, and motion search would have found it.
      if (step < 1 || step > reach || !alike(p, q)) continue;
      for (const m of bs) if (alike(p, m) && alike(m, q) && straight(p, m, q, tolerance)) return true;
    }
  return false;
}

/** Change of size and contrast, and of way as a share of it, of a limb or a racket from frame to frame. */
const LOOSE = { area: 3.5, contrast: 1.9, way: 0.7 };

/**
 * The pieces of `frames[at]` that have company: something about as large and as strong stands out nearby in the frame before and in the
 * frame after, roughly on opposite sides. Limbs and rackets turn and bend as they go; of dirt it happens by chance.
 */
export function accompanied(
  frames: readonly (readonly Region[] | null)[],
  at: number,
  reach: number,
): Set<Region> {
  const found = new Set<Region>();
  const like = (list: readonly Region[] | null, r: Region): Region[] =>
    (list ?? []).filter((q) => {
      const area = q.pixels.length / r.pixels.length;
      const contrast = q.contrast / r.contrast;
      return (
        q.sign === r.sign &&
        Math.max(area, 1 / area) < LOOSE.area &&
        Math.max(contrast, 1 / contrast) < LOOSE.contrast &&
        Math.hypot(q.x - r.x, q.y - r.y) < reach
      );
    });
  for (const r of frames[at] ?? []) {
    const before = like(frames[at - 1], r);
    if (before.length === 0) continue;
    const after = like(frames[at + 1], r);
    const goesOn = before.some((a) =>
      after.some(
        (b) =>
          Math.hypot(a.x + b.x - 2 * r.x, a.y + b.y - 2 * r.y) <
          6 + LOOSE.way * Math.max(Math.hypot(a.x - r.x, a.y - r.y), Math.hypot(b.x - r.x, b.y - r.y)),
      ),
    );
    if (goesOn) found.add(r);
  }
  return found;
}
