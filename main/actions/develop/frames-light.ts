/**
 * What on a scan is not film: the black holder, the naked light around the film, and perforations. They are
 * told apart by shape as well as by brightness, since a perforation is brighter than the film base and would
 * otherwise be taken for it: perforations are small, alike, and stand in a row at an even pitch of 1.6 to 3.5
 * times their own size (ISO 1007: 4.75 mm apart, 1.98 mm along the film, 2.79 mm across it).
 */
import { components, median, percentile, percentiles, spread, type Blob, type Grid } from './analyse-grid.ts';

export interface Perforations {
  holes: Blob[];
  /** Cells between neighbouring holes; 4.75 mm on 35 mm film. */
  pitch: number;
  /** Direction of the rows: 'x' when the film runs along the scan's width. */
  along: 'x' | 'y';
  /** Tilt of the rows, degrees clockwise. */
  angle: number;
  /** Tone inside the holes, and on the film just around them. */
  lightTone: number;
  ringTone: number;
}

/** Holes alike in size, in rows with an even pitch; null when the scan shows none. */
export function findPerforations(grid: Grid): Perforations | null {
  const { width, height, tone } = grid;
  const [hi, mid] = percentiles(tone, [0.9995, 0.5]);
  let best: Perforations | null = null;
  const mask = new Uint8Array(tone.length);
  let before = 0;
  for (const drop of [0.04, 0.08, 0.14, 0.22, 0.32, 0.45, 0.6]) {
    const t = hi - drop;
    if (t < mid - 0.3) break;
    let above = 0;
    for (let p = 0; p < tone.length; p++) above += mask[p] = tone[p] > t ? 1 : 0;
    if (above < 60 || above > tone.length * 0.6) continue;
    // A threshold that adds next to nothing shows the same shapes again.
    if (above < 1.02 * before) continue;
    before = above;
    // A hole of four by four cells that is filled well has twelve.
    const { blobs } = components(mask, width, height, 12);
    const found = regularRow(
      grid,
      blobs.filter((b) => holeLike(b, width, height)),
      t,
    );
    if (found && (!best || found.holes.length > best.holes.length + 1)) best = found;
  }
  return best;
}

/** Shape of a perforation: filled and compact. The scan's border may cut the row along its length, never across. */
function holeLike(b: Blob, width: number, height: number): boolean {
  const w = b.x1 - b.x0 + 1;
  const h = b.y1 - b.y0 + 1;
  if (w < 4 || h < 4 || b.area > width * height * 0.03) return false;
  const sides = (b.x0 === 0 || b.x1 === width - 1 ? 1 : 0) + (b.y0 === 0 || b.y1 === height - 1 ? 1 : 0);
  if (sides > 1) return false;
  const aspect = w / h;
  return aspect > 0.4 && aspect < 2.5 && b.area / (w * h) > 0.72;
}

function regularRow(grid: Grid, blobs: Blob[], threshold: number): Perforations | null {
  if (blobs.length < 3 || blobs.length > 400) return null;
  const size = (b: Blob): [number, number] => [b.x1 - b.x0 + 1, b.y1 - b.y0 + 1];
  const alike = (a: Blob, b: Blob): boolean => {
    const [aw, ah] = size(a);
    const [bw, bh] = size(b);
    return Math.abs(aw - bw) <= Math.max(2, 0.2 * aw) && Math.abs(ah - bh) <= Math.max(2, 0.2 * ah);
  };
  let group: Blob[] = [];
  for (const b of blobs) {
    const g = blobs.filter((o) => alike(b, o));
    if (g.length > group.length) group = g;
  }
  if (group.length < 3) return null;
  // The nearest neighbour of a hole is the next one in its row.
  const links: { d: number; dx: number; dy: number; a: Blob }[] = [];
  for (const a of group) {
    let nearest: { d: number; dx: number; dy: number; a: Blob } | null = null;
    for (const b of group) {
      if (a === b) continue;
      const dx = b.cx - a.cx;
      const dy = b.cy - a.cy;
      const d = Math.hypot(dx, dy);
      if (!nearest || d < nearest.d) nearest = { d, dx, dy, a };
    }
    if (nearest) links.push(nearest);
  }
  const pitch = median(links.map((l) => l.d));
  const even = links.filter((l) => Math.abs(l.d - pitch) < 0.12 * pitch);
  const along = even.filter((l) => Math.abs(l.dx) > Math.abs(l.dy)).length * 2 > even.length ? 'x' : 'y';
  const straight = even.filter((l) =>
    along === 'x' ? Math.abs(l.dy) < 0.3 * Math.abs(l.dx) : Math.abs(l.dx) < 0.3 * Math.abs(l.dy),
  );
  if (straight.length < 3 || straight.length < 0.6 * group.length) return null;
  const w = median(straight.map((l) => size(l.a)[along === 'x' ? 0 : 1]));
  if (pitch / w < 1.6 || pitch / w > 3.5) return null;
  const angle = median(
    straight.map((l) =>
      along === 'x' ? Math.atan(l.dy / l.dx) * (180 / Math.PI) : -Math.atan(l.dx / l.dy) * (180 / Math.PI),
    ),
  );
  // A hole belongs to a row when at least two others lie on the line through it along the film.
  const slope = Math.tan((angle * Math.PI) / 180);
  const across = (q: Blob): number => (along === 'x' ? q.cy - slope * q.cx : q.cx + slope * q.cy);
  const all = straight.map((l) => l.a);
  const holes = all.filter(
    (q) => all.filter((o) => Math.abs(across(o) - across(q)) < 0.1 * pitch + 1).length >= 3,
  );
  if (holes.length < 3) return null;
  // Film is longer than what lies beside it: a row of perforations crosses a good part of the scan.
  const place = holes.map((q) => (along === 'x' ? q.cx : q.cy));
  const span = Math.max(...place) - Math.min(...place) + pitch;
  if (span < 0.35 * (along === 'x' ? grid.width : grid.height)) return null;
  const inside: number[] = [];
  const ring: number[] = [];
  for (const b of holes) {
    const [bw, bh] = size(b);
    inside.push(grid.tone[Math.round(b.cy) * grid.width + Math.round(b.cx)]);
    const rx = Math.round(bw / 2 + Math.max(3, bw * 0.35));
    const ry = Math.round(bh / 2 + Math.max(3, bh * 0.35));
    for (const [dx, dy] of along === 'x'
      ? [
          [rx, 0],
          [-rx, 0],
        ]
      : [
          [0, ry],
          [0, -ry],
        ]) {
      const x = Math.round(b.cx + dx);
      const y = Math.round(b.cy + dy);
      if (x >= 0 && y >= 0 && x < grid.width && y < grid.height) ring.push(grid.tone[y * grid.width + x]);
    }
  }
  const lightTone = median(inside);
  const ringTone = median(ring);
  // Dark holes' surroundings must really be darker than the holes; otherwise these are windows in a house.
  if (!(ringTone < threshold + 0.05) || lightTone - ringTone < 0.05) return null;
  // One lamp shines through all of them, and nothing on the scan is brighter than it.
  if (spread(inside) > 0.08 || percentile(grid.tone, 0.9995) - Math.max(...inside) > 0.06) return null;
  return { holes, pitch, along, angle, lightTone, ringTone };
}

export interface Holder {
  /** Cells covered by the opaque holder: dark, reaching the scan's border, with straight edges. */
  mask: Uint8Array;
  /** Share of the scan's cells. */
  share: number;
  /** Depth of the holder in cells at each side, 0 where there is none: left, top, right, bottom. */
  depth: [number, number, number, number];
}

/**
 * The black holder. A dense part of the picture may be just as dark and touch the scan's border, so darkness
 * is not enough: seen from a side, the dark runs of the rows must end along one straight line.
 */
export function findHolder(grid: Grid): Holder {
  const { width, height, lin } = grid;
  const n = width * height;
  const peak = new Float32Array(n);
  const [linR, linG, linB] = lin;
  for (let p = 0; p < n; p++) peak[p] = Math.max(linR[p], linG[p], linB[p]);
  const bright = percentile(peak, 0.995);
  const dark = new Uint8Array(n);
  const limit = bright * 0.012;
  for (let p = 0; p < n; p++) dark[p] = peak[p] < limit ? 1 : 0;
  const depth: Holder['depth'] = [0, 0, 0, 0];
  const mask = new Uint8Array(n);
  const seeds: number[] = [];
  for (let side = 0; side < 4; side++) {
    const lines = side % 2 === 0 ? height : width;
    const reach = side % 2 === 0 ? width : height;
    const runs: number[] = [];
    const at = (l: number, i: number): number => {
      if (side === 0) return l * width + i;
      if (side === 1) return i * width + l;
      if (side === 2) return l * width + (width - 1 - i);
      return (height - 1 - i) * width + l;
    };
    for (let l = 0; l < lines; l++) {
      let i = 0;
      // A speck of dust or flare on the holder does not end it.
      while (i < reach && (dark[at(l, i)] || (i + 3 < reach && dark[at(l, i + 2)] && dark[at(l, i + 3)])))
        i++;
      runs.push(i);
    }
    // Lines that are dark from side to side belong to the neighbouring sides of the holder.
    const open = runs.map((r, l) => [l, r] as const).filter(([, r]) => r < reach);
    const inner = open.filter(([, r]) => r > 0);
    if (open.length < lines * 0.2 || inner.length < 0.7 * open.length) continue;
    const line = robustLine(inner);
    const off = median(inner.map(([l, r]) => Math.abs(r - (line.a + line.b * l))));
    if (off > Math.max(2, 0.012 * reach) || Math.abs(line.b) > 0.15) continue;
    depth[side] = median(inner.map(([, r]) => r));
    for (let l = 0; l < lines; l++) if (runs[l] > 0) seeds.push(at(l, 0));
  }
  // Everything dark and connected to an accepted side, so that rounded corners and ragged edges go with it.
  const stack = seeds.filter((p) => dark[p]);
  for (const p of stack) mask[p] = 1;
  while (stack.length > 0) {
    const p = stack.pop() as number;
    const x = p % width;
    const push = (q: number): void => {
      if (dark[q] && !mask[q]) {
        mask[q] = 1;
        stack.push(q);
      }
    };
    if (x > 0) push(p - 1);
    if (x < width - 1) push(p + 1);
    if (p >= width) push(p - width);
    if (p + width < n) push(p + width);
  }
  let covered = 0;
  for (let p = 0; p < n; p++) covered += mask[p];
  return { mask, share: covered / n, depth };
}

/** Line r = a + b·l through points by Theil and Sen's medians: a third of the points may lie anywhere. */
export function robustLine(points: readonly (readonly [number, number])[]): { a: number; b: number } {
  if (points.length === 0) return { a: Number.NaN, b: 0 };
  const step = Math.max(1, Math.floor(points.length / 60));
  const few = points.filter((_, i) => i % step === 0);
  const slopes: number[] = [];
  for (let i = 0; i < few.length; i++)
    for (let j = i + 1; j < few.length; j++) {
      const d = few[j][0] - few[i][0];
      if (d !== 0) slopes.push((few[j][1] - few[i][1]) / d);
    }
  const b = slopes.length > 0 ? median(slopes) : 0;
  return { a: median(few.map(([l, r]) => r - b * l)), b };
}
