/**
 * Planted flatbed scans: one to six photographs, some with a white margin, turned by up to 8 degrees, on a lid that is
 * white, black or grey, lit a little unevenly, with noise, dust and a shadow beside the thickness of the paper. Some lie edge to edge.
 */
import { planar, type Planar } from '../../../app/planar.ts';
import { seeded, type Random } from '../../../app/random.ts';

export type Lid = 'white' | 'black' | 'grey';
export interface PlantedScan {
  picture: Planar;
  lid: Lid;
  /** How the prints lie. */
  layout: 'apart' | 'touching';
  /** Corners in pixels: upper left, upper right, lower right, lower left of each print. */
  prints: [number, number][][];
}

interface Place {
  cx: number;
  cy: number;
  w: number;
  h: number;
  angle: number;
  photo: Planar;
  margin: number;
}

const corners = ({ cx, cy, w, h, angle }: Omit<Place, 'photo' | 'margin'>): [number, number][] => {
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  return [
    [-w / 2, -h / 2],
    [w / 2, -h / 2],
    [w / 2, h / 2],
    [-w / 2, h / 2],
  ].map(([u, v]) => [cx + u * c - v * s, cy + u * s + v * c]);
};

/** Whether two turned rectangles come nearer than `gap` (separating axes). */
function meet(a: [number, number][], b: [number, number][], gap: number): boolean {
  for (const [p, q] of [
    [a, b],
    [b, a],
  ])
    for (let k = 0; k < 4; k++) {
      const [x0, y0] = p[k];
      const [x1, y1] = p[(k + 1) % 4];
      const n = Math.hypot(x1 - x0, y1 - y0);
      const nx = (y1 - y0) / n;
      const ny = -(x1 - x0) / n;
      const least = Math.min(...q.map(([x, y]) => (x - x0) * nx + (y - y0) * ny));
      if (least > gap) return false;
    }
  return true;
}

function bilinear(p: Planar, c: number, u: number, v: number): number {
  const x = Math.min(p.width - 1.001, Math.max(0, u * p.width - 0.5));
  const y = Math.min(p.height - 1.001, Math.max(0, v * p.height - 0.5));
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  const i = (p.channels === 1 ? 0 : c) * p.width * p.height + y0 * p.width + x0;
  const fx = x - x0;
  const a = p.data[i] + fx * (p.data[i + 1] - p.data[i]);
  const b = p.data[i + p.width] + fx * (p.data[i + p.width + 1] - p.data[i + p.width]);
  return a + (y - y0) * (b - a);
}

function layOut(
  random: Random,
  photos: readonly Planar[],
  W: number,
  H: number,
): { places: Place[]; touching: boolean } {
  const touching = random.chance(0.3) && photos.length > 1;
  const places: Place[] = [];
  const size = (photo: Planar): { w: number; h: number } => {
    const long = random.uniform(0.26, 0.44) * W * (photos.length === 1 ? 1.5 : 1);
    const k = long / Math.max(photo.width, photo.height);
    return { w: photo.width * k, h: photo.height * k };
  };
  const turn = (): number => (random.uniform(-8, 8) * Math.PI) / 180;
  const margin = (long: number): number => (random.chance(0.5) ? long * random.uniform(0.02, 0.05) : 0);
  for (const photo of photos) {
    for (let tries = 0; tries < 60; tries++) {
      const { w, h } = size(photo);
      let place: Place = {
        cx: random.uniform(0.12, 0.88) * W,
        cy: random.uniform(0.1, 0.9) * H,
        w,
        h,
        angle: turn(),
        photo,
        margin: margin(Math.max(w, h)),
      };
      if (touching && places.length === 1) {
        // Edge to edge with the first one, a hair's breadth apart, with an angle of its own or the same.
        const [first] = places;
        const angle = random.chance(0.5) ? first.angle : turn();
        const c = Math.cos(first.angle);
        const s = Math.sin(first.angle);
        const slide = random.uniform(-0.3, 0.3) * first.h;
        place = { ...place, angle };
        for (let d = (first.w + Math.min(w, h)) / 2; d < 2 * W; d += 0.5) {
          place.cx = first.cx + d * c - slide * s;
          place.cy = first.cy + d * s + slide * c;
          if (!meet(corners(first), corners(place), random.pick([0.5, 1, 2]))) break;
        }
      }
      const mine = corners(place);
      if (mine.some(([x, y]) => x < 6 || y < 6 || x > W - 6 || y > H - 6)) continue;
      const near = places.filter((_, k) => !(touching && places.length === 1 && k === 0));
      if (near.some((other) => meet(corners(other), mine, 14))) continue;
      places.push(place);
      break;
    }
  }
  return { places, touching };
}

/** One planted scan of about `size` pixels across; `photos` in the order in which they are laid. */
export function plantScan(
  photos: readonly Planar[],
  size: number,
  ...keys: (number | string)[]
): PlantedScan {
  const random = seeded('scan of prints', ...keys);
  const W = Math.round(size * random.uniform(0.88, 1.12));
  const H = Math.round(W * 1.38);
  const lid = random.pick<Lid>(['white', 'black', 'grey']);
  const level = {
    white: random.uniform(0.9, 0.99),
    black: random.uniform(0.02, 0.09),
    grey: random.uniform(0.35, 0.75),
  }[lid];
  const tint = [0, 1, 2].map(() => random.uniform(-0.015, 0.015));
  const slope = [random.uniform(-0.02, 0.02), random.uniform(-0.02, 0.02)];
  const { places, touching } = layOut(random, photos, W, H);
  const n = W * H;
  const picture = planar(W, H, 3);
  // Shadow: the paper's outline, moved and blurred.
  const away = random.uniform(0, 2 * Math.PI);
  const reach = random.uniform(1, 5);
  const soft = random.uniform(1.5, 5);
  const deep = lid === 'black' ? 0 : random.uniform(0.08, 0.4);
  const paper = random.uniform(0.9, 0.99);
  const inverse = places.map((p) => ({ ...p, c: Math.cos(p.angle), s: Math.sin(p.angle) }));
  for (let y = 0; y < H; y++)
    for (let x = 0; x < W; x++) {
      const i = y * W + x;
      let shade = 0;
      let cover = 0;
      const over = [0, 0, 0];
      for (const p of inverse) {
        const dx = x + 0.5 - p.cx;
        const dy = y + 0.5 - p.cy;
        const u = dx * p.c + dy * p.s;
        const v = dy * p.c - dx * p.s;
        const inside = Math.min(p.w / 2 - Math.abs(u), p.h / 2 - Math.abs(v));
        const part = Math.min(1, Math.max(0, inside + 0.5));
        if (part > cover) {
          cover = part;
          const inPicture = inside >= p.margin;
          for (let c = 0; c < 3; c++)
            over[c] = inPicture
              ? bilinear(p.photo, c, u / (p.w - 2 * p.margin) + 0.5, v / (p.h - 2 * p.margin) + 0.5)
              : paper - 0.03 * (c === 2 ? 1 : 0);
        }
        const sx = dx - reach * Math.cos(away);
        const sy = dy - reach * Math.sin(away);
        const su = sx * p.c + sy * p.s;
        const sv = sy * p.c - sx * p.s;
        const d = Math.min(p.w / 2 - Math.abs(su), p.h / 2 - Math.abs(sv));
        shade = Math.max(shade, deep / (1 + Math.exp(-d / (soft / 2))));
      }
      for (let c = 0; c < 3; c++) {
        const base = (level + tint[c] + slope[0] * (x / W - 0.5) + slope[1] * (y / H - 0.5)) * (1 - shade);
        picture.data[c * n + i] = base + cover * (over[c] - base);
      }
    }
  const noise = random.uniform(0.003, 0.015);
  for (let k = 0; k < 40; k++) {
    const x = random.int(W - 3);
    const y = random.int(H - 3);
    const v = random.uniform(-0.3, 0.3);
    for (let c = 0; c < 3; c++) for (const d of [0, 1, W, W + 1]) picture.data[c * n + y * W + x + d] += v;
  }
  for (let i = 0; i < picture.data.length; i++)
    picture.data[i] = Math.min(1, Math.max(0, picture.data[i] + noise * random.normal()));
  return { picture, lid, layout: touching ? 'touching' : 'apart', prints: places.map(corners) };
}
