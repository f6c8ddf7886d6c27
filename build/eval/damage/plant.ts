/**
 * Damage for scoring. Every shape is an area with an exact edge, sampled 4 x 4 times a pixel, in ways and sizes of its
 * own: nothing here is shared with the damage that networks and the classifier learn from (app/degrade). Lightness
 * varies within a damage as that of real dirt and bare paper does.
 */
import type { Planar } from '../../../app/planar.ts';
import { type Random, seeded } from '../../../app/random.ts';

export const PLANTED = ['dust', 'hair', 'scratch', 'crack', 'crease', 'loss', 'stain', 'corner'] as const;
export type PlantedKind = (typeof PLANTED)[number];

export interface Planted {
  picture: Planar;
  /** 1 where the damage is to be seen. */
  truth: Uint8Array;
}

type Inside = (x: number, y: number) => number;

/** Cover 0..1 of the pixels in a box by an area told as a signed function (above 0 inside), 16 samples a pixel. */
function lay(
  cover: Float32Array,
  width: number,
  height: number,
  box: [number, number, number, number],
  inside: Inside,
  strength: (x: number, y: number) => number = () => 1,
): void {
  const x0 = Math.max(0, Math.floor(box[0]));
  const y0 = Math.max(0, Math.floor(box[1]));
  const x1 = Math.min(width - 1, Math.ceil(box[2]));
  const y1 = Math.min(height - 1, Math.ceil(box[3]));
  for (let y = y0; y <= y1; y++)
    for (let x = x0; x <= x1; x++) {
      let hits = 0;
      for (let v = 0; v < 4; v++)
        for (let u = 0; u < 4; u++) if (inside(x + (u + 0.5) / 4, y + (v + 0.5) / 4) > 0) hits++;
      if (hits === 0) continue;
      const i = y * width + x;
      cover[i] = Math.max(cover[i], (hits / 16) * strength(x, y));
    }
}

/** A speck: the common part of an ellipse and a few half-planes, so that it has corners as dirt has. */
function speck(cover: Float32Array, width: number, height: number, size: number, random: Random): void {
  const cx = random.uniform(0, width);
  const cy = random.uniform(0, height);
  const turn = random.uniform(0, Math.PI);
  const longer = size * random.uniform(1, 1.9);
  const cuts = Array.from({ length: 2 + random.int(4) }, () => ({
    angle: random.uniform(0, 2 * Math.PI),
    far: size * random.uniform(0.55, 1),
  }));
  const cos = Math.cos(turn);
  const sin = Math.sin(turn);
  lay(cover, width, height, [cx - longer - 1, cy - longer - 1, cx + longer + 1, cy + longer + 1], (x, y) => {
    const u = (x - cx) * cos + (y - cy) * sin;
    const v = (y - cy) * cos - (x - cx) * sin;
    for (const cut of cuts)
      if ((x - cx) * Math.cos(cut.angle) + (y - cy) * Math.sin(cut.angle) > cut.far) return -1;
    return 1 - (u / longer) ** 2 - (v / size) ** 2;
  });
}

/** A tube along a smooth curve (cubic Bézier pieces through `points`), of a changing width and strength. */
function tube(
  cover: Float32Array,
  width: number,
  height: number,
  curve: (t: number) => [number, number],
  radius: (t: number) => number,
  strength: (t: number) => number,
  steps: number,
): void {
  for (let k = 0; k < steps; k++) {
    const [ax, ay] = curve(k / steps);
    const [bx, by] = curve((k + 1) / steps);
    const r = radius((k + 0.5) / steps);
    const s = strength((k + 0.5) / steps);
    if (s <= 0 || r <= 0) continue;
    const dx = bx - ax;
    const dy = by - ay;
    const length = dx * dx + dy * dy + 1e-9;
    lay(
      cover,
      width,
      height,
      [
        Math.min(ax, bx) - r - 1,
        Math.min(ay, by) - r - 1,
        Math.max(ax, bx) + r + 1,
        Math.max(ay, by) + r + 1,
      ],
      (x, y) => {
        const t = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / length));
        return r - Math.hypot(x - ax - t * dx, y - ay - t * dy);
      },
      () => s,
    );
  }
}

function bezier(p: readonly [number, number][]): (t: number) => [number, number] {
  return (t) => {
    const u = 1 - t;
    const k = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t];
    return [p.reduce((s, [x], i) => s + k[i] * x, 0), p.reduce((s, [, y], i) => s + k[i] * y, 0)];
  };
}

/** How much of each kind is drawn; sizes in pixels grow with the root of the picture's size. */
function draw(cover: Float32Array, width: number, height: number, kind: PlantedKind, random: Random): void {
  const side = Math.max(width, height);
  const unit = Math.min(3, Math.max(1, Math.sqrt(side / 400)));
  const anywhere = (): [number, number] => [random.uniform(0, width), random.uniform(0, height)];
  if (kind === 'dust') {
    const many = Math.round(random.uniform(12, 40) * Math.max(1, side / 500));
    for (let k = 0; k < many; k++)
      speck(cover, width, height, unit * (0.8 + 2.6 * random.next() ** 2), random);
  } else if (kind === 'hair') {
    const many = 2 + random.int(3);
    for (let k = 0; k < many; k++) {
      const start = anywhere();
      const reach = side * random.uniform(0.08, 0.25);
      const points: [number, number][] = [start];
      for (let j = 1; j < 4; j++)
        points.push([
          points[j - 1][0] + reach * random.normal(0, 0.6),
          points[j - 1][1] + reach * random.normal(0, 0.6),
        ]);
      const r = unit * random.uniform(0.5, 1.1);
      tube(
        cover,
        width,
        height,
        bezier(points),
        () => r,
        () => 1,
        60,
      );
    }
  } else if (kind === 'scratch') {
    const many = 2 + random.int(5);
    for (let k = 0; k < many; k++) {
      const [x, y] = anywhere();
      const angle = random.uniform(0, Math.PI);
      const length = side * random.uniform(0.1, 0.7);
      const bow = length * random.normal(0, 0.015);
      const r = unit * random.uniform(0.45, 1.6);
      const skip = random.chance(0.4) ? random.uniform(0.15, 0.35) : 0;
      const beat = random.uniform(5, 25);
      const phase = random.uniform(0, 6);
      tube(
        cover,
        width,
        height,
        (t) => {
          const along = (t - 0.5) * length;
          const off = bow * (1 - (2 * t - 1) ** 2);
          return [
            x + along * Math.cos(angle) - off * Math.sin(angle),
            y + along * Math.sin(angle) + off * Math.cos(angle),
          ];
        },
        (t) => r * (0.7 + 0.3 * Math.sin(beat * t + phase)) * Math.min(1, 12 * t + 0.3, 12 * (1 - t) + 0.3),
        (t) => (skip > 0 && (t * beat + phase) % 1 < skip ? 0 : 1),
        Math.max(12, Math.round(length / 6)),
      );
    }
  } else if (kind === 'crack') {
    const walk = (x: number, y: number, angle: number, steps: number, r: number): void => {
      for (let k = 0; k < steps; k++) {
        const stride = unit * random.uniform(3, 8);
        const turn = angle + random.normal(0, 0.55);
        const nx = x + stride * Math.cos(turn);
        const ny = y + stride * Math.sin(turn);
        tube(
          cover,
          width,
          height,
          (t) => [x + t * (nx - x), y + t * (ny - y)],
          () => r,
          () => 1,
          1,
        );
        if (random.chance(0.05) && r > 0.6)
          walk(
            nx,
            ny,
            angle + random.pick([-1, 1]) * random.uniform(0.5, 1.2),
            Math.round(steps / 3),
            r * 0.75,
          );
        x = nx;
        y = ny;
      }
    };
    const many = 1 + random.int(3);
    for (let k = 0; k < many; k++) {
      const [x, y] = anywhere();
      walk(
        x,
        y,
        random.uniform(0, 2 * Math.PI),
        Math.round((side * random.uniform(0.2, 0.6)) / (unit * 5)),
        unit * random.uniform(0.6, 1.4),
      );
    }
  } else if (kind === 'crease') {
    // A fold from border to border, nearly straight: faint, here and there broken through.
    const many = 1 + random.int(2);
    for (let k = 0; k < many; k++) {
      const [x, y] = anywhere();
      const angle = random.uniform(0, Math.PI);
      const reach = width + height;
      const r = unit * random.uniform(0.7, 1.6);
      const faint = random.uniform(0.12, 0.35);
      const beats = [random.uniform(0.02, 0.06), random.uniform(0.005, 0.02)];
      const phase = random.uniform(0, 6);
      const sway = unit * random.uniform(0.5, 2);
      tube(
        cover,
        width,
        height,
        (t) => {
          const along = (t - 0.5) * 2 * reach;
          const off = sway * Math.sin(beats[0] * along + phase) + 2 * sway * Math.sin(beats[1] * along);
          return [
            x + along * Math.cos(angle) - off * Math.sin(angle),
            y + along * Math.sin(angle) + off * Math.cos(angle),
          ];
        },
        () => r,
        (t) => (Math.sin(2.3 * beats[0] * (t - 0.5) * 2 * reach + phase) > 0.6 ? 1 : faint),
        Math.round(reach / 4),
      );
    }
  } else if (kind === 'loss') {
    // Emulsion that has come off in flakes, along a broad crack and by themselves.
    const chip = (cx: number, cy: number, size: number): void => {
      const corners = 5 + random.int(5);
      const points = Array.from({ length: corners }, (_, k) => {
        const angle = (2 * Math.PI * (k + random.uniform(-0.3, 0.3))) / corners;
        const far = size * random.uniform(0.45, 1);
        return [cx + far * Math.cos(angle), cy + far * Math.sin(angle)] as const;
      });
      lay(cover, width, height, [cx - size, cy - size, cx + size, cy + size], (px, py) => {
        let inside = -1;
        for (let k = 0; k < corners; k++) {
          const [ax, ay] = points[k];
          const [bx, by] = points[(k + 1) % corners];
          if (ay <= py !== by <= py && px < ax + ((py - ay) / (by - ay)) * (bx - ax)) inside = -inside;
        }
        return inside;
      });
    };
    let [x, y] = anywhere();
    let angle = random.uniform(0, 2 * Math.PI);
    const r = unit * random.uniform(1.3, 3);
    const steps = Math.round((side * random.uniform(0.3, 0.7)) / (unit * 6));
    for (let k = 0; k < steps; k++) {
      const stride = unit * random.uniform(4, 8);
      angle += random.normal(0, 0.12);
      const turn = angle + random.normal(0, 0.4);
      const nx = x + stride * Math.cos(turn);
      const ny = y + stride * Math.sin(turn);
      const [ax, ay] = [x, y];
      const here = r * random.uniform(0.6, 1.3);
      tube(
        cover,
        width,
        height,
        (t) => [ax + t * (nx - ax), ay + t * (ny - ay)],
        () => here,
        () => 1,
        1,
      );
      if (random.chance(0.12)) chip(nx, ny, unit * random.uniform(3, 8));
      [x, y] = [nx, ny];
    }
    const alone = 1 + random.int(4);
    for (let k = 0; k < alone; k++) chip(...anywhere(), unit * random.uniform(3, 9));
  } else if (kind === 'corner') {
    const many = 1 + random.int(2);
    for (let k = 0; k < many; k++) {
      const cx = random.chance(0.5) ? 0 : width;
      const cy = random.chance(0.5) ? 0 : height;
      const a = side * random.uniform(0.04, 0.13);
      const b = side * random.uniform(0.04, 0.13);
      const wave = random.uniform(0.1, 0.3);
      const beat = random.uniform(0.05, 0.15);
      lay(cover, width, height, [0, 0, width, height], (x, y) => {
        const u = Math.abs(x - cx) / a;
        const v = Math.abs(y - cy) / b;
        return 1 + wave * 0.3 * Math.sin(beat * (x + 2 * y)) - u - v;
      });
    }
  } else {
    const [x, y] = anywhere();
    const r = side * random.uniform(0.06, 0.16);
    const lobes = Array.from({ length: 4 }, (_, k) => ({
      high: random.normal(0, 0.12 / (k + 1)),
      phase: random.uniform(0, 6),
    }));
    lay(cover, width, height, [x - 2 * r, y - 2 * r, x + 2 * r, y + 2 * r], (px, py) => {
      const angle = Math.atan2(py - y, px - x);
      const edge = r * (1 + lobes.reduce((s, l, k) => s + l.high * Math.sin((k + 2) * angle + l.phase), 0));
      return edge - Math.hypot(px - x, py - y);
    });
  }
}

/** Change from which a damage counts as visible. */
const VISIBLE = 0.05;

/** Plants one kind of damage. Same picture, kind and seed: same damage. */
export function plant(picture: Planar, kind: PlantedKind, seed: number | string): Planted {
  const { width, height } = picture;
  const n = width * height;
  const random = seeded('plant', kind, seed, width, height);
  const cover = new Float32Array(n);
  draw(cover, width, height, kind, random);
  const light =
    kind === 'corner' ||
    random.chance(kind === 'dust' ? 0.6 : kind === 'hair' ? 0.35 : kind === 'loss' ? 0.9 : 0.8);
  const out: Planar = { ...picture, data: picture.data.slice() };
  const truth = new Uint8Array(n);
  // Lightness that drifts along and between damages; paper is warm, dirt grey.
  const f = [random.uniform(0.02, 0.07), random.uniform(0.02, 0.07), random.uniform(0, 6)];
  const base = light ? random.uniform(0.82, 0.97) : random.uniform(0.03, 0.22);
  const solid = random.uniform(0.6, 1);
  const tint = kind === 'stain' ? [0.95, 0.75, 0.45] : light ? [1, 0.985, 0.94] : [1, 1, 1];
  for (let i = 0; i < n; i++) {
    if (cover[i] === 0) continue;
    const x = i % width;
    const y = (i - x) / width;
    const drift = 0.04 * Math.sin(f[0] * x + f[2]) * Math.cos(f[1] * y) + 0.012 * random.normal();
    let most = 0;
    for (let c = 0; c < 3; c++) {
      const was = picture.data[c * n + i];
      const paint = kind === 'stain' ? was * tint[c] * (0.9 + drift) : (base + drift) * tint[c];
      const now = Math.round(255 * Math.min(1, Math.max(0, was + solid * cover[i] * (paint - was)))) / 255;
      out.data[c * n + i] = now;
      most = Math.max(most, Math.abs(now - was));
    }
    if (most >= VISIBLE && cover[i] >= 0.2) truth[i] = 1;
  }
  return { picture: out, truth };
}
