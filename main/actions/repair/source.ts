/**
 * The repaired picture as a source: reads of the source before it go through untouched, bit for bit, but for the
 * pixels of holes. Those are filled in a fixed grid of cells (narrow damage) and hole by hole (wide damage), each
 * from a crop of the source around it, so that what a pixel becomes never depends on the part that is read; what
 * was filled is kept for the next read, up to a limit.
 */
import { RevealError } from '../../../app/contract/messages.ts';
import type { Rect } from '../../../app/picture.ts';
import type { Planar } from '../../../app/planar.ts';
import { LABEL } from '../picture/labels.ts';
import { grown, type PictureSource } from '../picture/source.ts';
import { copier } from './copies.ts';
import { fillsHere } from './fills.ts';
import { planHoles } from './holes.ts';
import { copiedBy } from './marks.ts';
import {
  FILL_WAYS,
  type FillWay,
  type Mask,
  type RepairOptions,
  type RepairReport,
  wayCode,
} from './types.ts';
import { fillWide, type WideFill } from './wide.ts';

/** Side of the cells in which narrow damage is filled, and how far beyond a fill looks. */
const CELL = 256;
const MARGIN = 48;
/** Pixels around a cell whose fill its own fill sees. */
const SEEN = 6;
/** Bytes of fills that are kept. */
const KEPT = 128e6;

export interface RepairedSource extends PictureSource {
  /** One byte a pixel of the part: LABEL. */
  labels(rect: Rect, signal?: AbortSignal): Promise<Uint8Array>;
  /** Fills what nobody has read yet, and tells how everything was filled. */
  report(signal?: AbortSignal): Promise<RepairReport>;
}

/** A part of the picture whose copied and evident pixels are in place. */
interface Prepared {
  crop: Planar;
  /** Every pixel that is replaced. */
  holes: Uint8Array;
  /** What is still to be made. */
  unknown: Uint8Array;
  /** FILL_WAYS index + 1 where evidence, heal or clone gave the pixel. */
  given: Uint8Array;
}

/** The filled pixels of a cell. */
interface Cell {
  /** Within the cell. */
  at: Uint16Array;
  /** channels values for each. */
  values: Float32Array;
  ways: Uint8Array;
}

/** A map of promises that forgets the oldest when it holds too much. */
class Kept<T> {
  private readonly entries = new Map<number, Promise<T>>();
  private readonly sizes = new Map<number, number>();
  private total = 0;
  private readonly limit: number;
  private readonly bytes: (value: T) => number;
  constructor(limit: number, bytes: (value: T) => number) {
    this.limit = limit;
    this.bytes = bytes;
  }
  get(key: number, make: () => Promise<T>): Promise<T> {
    const known = this.entries.get(key);
    if (known) {
      this.entries.delete(key);
      this.entries.set(key, known);
      return known;
    }
    const made = make();
    this.entries.set(key, made);
    made.then(
      (value) => {
        const size = this.bytes(value);
        this.sizes.set(key, size);
        this.total += size;
        for (const old of this.entries.keys()) {
          if (this.total <= this.limit || old === key) break;
          this.total -= this.sizes.get(old) ?? 0;
          this.sizes.delete(old);
          this.entries.delete(old);
        }
      },
      // A fill that was cancelled is made anew by the next reader.
      () => this.entries.delete(key),
    );
    return made;
  }
}

/**
 * The picture with its damage filled.
 * @param mask confidence 0..255 at any resolution; filled from DAMAGED up
 * @throws RevealError 'bad-input' for a mask of another shape, or one that leaves nothing to repair from
 */
export function repairedSource(source: PictureSource, mask: Mask, options: RepairOptions): RepairedSource {
  const { width, height, channels } = source;
  const plan = planHoles(mask, width, height);
  const across = Math.ceil(width / CELL);
  const threads = options.fills ?? fillsHere;
  const copy = copier(source, options.marks);
  const cells = new Kept<Cell>(KEPT / 2, (c) => c.at.length * (3 + 4 * channels));
  const fills = new Kept<WideFill>(KEPT / 2, (f) => f.bytes);
  /** Filled pixels by way, for each cell that was ever filled. */
  const counted = new Map<number, Uint32Array>();
  const networks = new Map<number, { name: string; sha256: string } | null>();
  const spared = new Set<number>();

  async function prepare(rect: Rect, signal?: AbortSignal): Promise<Prepared> {
    const crop = await source.read(rect, signal);
    const holes = plan.holesIn(rect);
    const given = new Uint8Array(holes.length);
    const owner = copiedBy(options.marks, source, rect);
    if (owner) for (let i = 0; i < holes.length; i++) if (owner[i]) holes[i] = 1;
    const unknown = holes.slice();
    if (owner && owner.some((k) => k > 0)) {
      await copy.apply(rect, owner, crop, unknown, signal);
      for (let i = 0; i < holes.length; i++)
        if (holes[i] && !unknown[i] && owner[i])
          given[i] = wayCode(options.marks[owner[i] - 1].tool === 'heal' ? 'heal' : 'clone');
    }
    if (options.evidence && unknown.includes(1)) {
      const other = await options.evidence.read(rect, signal);
      const n = holes.length;
      for (let i = 0; i < n; i++) {
        if (!unknown[i] || !other.trust[i]) continue;
        for (let c = 0; c < channels; c++) crop.data[c * n + i] = other.data[c * n + i];
        unknown[i] = 0;
        given[i] = wayCode('evidence');
      }
    }
    return { crop, holes, unknown, given };
  }

  /** The wide fill of a hole; `prepare` gives its surroundings. */
  const wideFill = (id: number, signal?: AbortSignal): Promise<WideFill> =>
    fills.get(id, async () => {
      const made = await fillWide(plan.wide[id - 1], plan, source, prepare, options, signal);
      networks.set(id, made.network);
      if (made.spared) spared.add(id);
      return made;
    });

  async function makeCell(key: number, signal?: AbortSignal): Promise<Cell> {
    const x = (key % across) * CELL;
    const y = Math.floor(key / across) * CELL;
    const cell = { x, y, w: Math.min(CELL, width - x), h: Math.min(CELL, height - y) };
    const region = grown(cell, MARGIN, source);
    const part = await prepare(region, signal);
    const inner = plan.wideIn(region, part.unknown);
    const size = region.w * region.h;
    const left = cell.x - region.x;
    const top = cell.y - region.y;
    let narrow = 0;
    let total = 0;
    for (let v = 0; v < cell.h; v++)
      for (let u = 0; u < cell.w; u++) {
        const i = (top + v) * region.w + left + u;
        if (!part.holes[i]) continue;
        total++;
        if (part.unknown[i] && !(inner && inner[i])) narrow++;
      }
    // Wide damage is filled elsewhere, and what lies beyond the cell in other cells.
    const leave = part.unknown.map((v, i) => {
      const u = (i % region.w) - left;
      const w = Math.floor(i / region.w) - top;
      const beyond = u < -SEEN || w < -SEEN || u >= cell.w + SEEN || w >= cell.h + SEEN;
      return v && (beyond || (inner && inner[i])) ? 1 : 0;
    });
    const dress = options.grain && options.fill !== 'plain' ? { region, seed: options.seed } : null;
    const { crop, unknown } = part;
    const filled = narrow > 0 ? await threads.fill({ crop, unknown, leave, dress }, signal) : crop;
    const at = new Uint16Array(total);
    const values = new Float32Array(total * channels);
    const ways = new Uint8Array(total);
    const wideHere = new Set<number>();
    if (inner)
      for (let v = 0; v < cell.h; v++)
        for (let u = 0; u < cell.w; u++) {
          const i = (top + v) * region.w + left + u;
          if (part.unknown[i] && inner[i]) wideHere.add(inner[i]);
        }
    const wide = new Map<number, { data: Float32Array; ways: Uint8Array; rect: Rect }>();
    for (const id of wideHere) wide.set(id, await (await wideFill(id, signal)).part(cell, signal));
    let k = 0;
    for (let v = 0; v < cell.h; v++)
      for (let u = 0; u < cell.w; u++) {
        const i = (top + v) * region.w + left + u;
        if (!part.holes[i]) continue;
        at[k] = v * CELL + u;
        const id = part.unknown[i] && inner ? inner[i] : 0;
        const from = id ? wide.get(id) : undefined;
        if (from) {
          const j = (cell.y + v - from.rect.y) * from.rect.w + cell.x + u - from.rect.x;
          const n = from.rect.w * from.rect.h;
          for (let c = 0; c < channels; c++) values[k * channels + c] = from.data[c * n + j];
          ways[k] = from.ways[j];
        } else {
          for (let c = 0; c < channels; c++) values[k * channels + c] = filled.data[c * size + i];
          ways[k] = part.given[i] || wayCode('diffusion');
        }
        k++;
      }
    const count = new Uint32Array(FILL_WAYS.length + 1);
    for (const way of ways) count[way]++;
    counted.set(key, count);
    return { at, values, ways };
  }

  /** Calls `each` for every cell that a part meets and that may hold something filled, some being made ahead. */
  async function overCells(
    rect: Rect,
    signal: AbortSignal | undefined,
    each: (cell: Cell, x: number, y: number) => void,
  ): Promise<void> {
    const marked = options.marks.length > 0 && copiedBy(options.marks, source, rect)?.some((k) => k > 0);
    const todo: { key: number; x: number; y: number }[] = [];
    for (let cy = Math.floor(rect.y / CELL); cy * CELL < rect.y + rect.h; cy++)
      for (let cx = Math.floor(rect.x / CELL); cx * CELL < rect.x + rect.w; cx++) {
        const part = {
          x: cx * CELL,
          y: cy * CELL,
          w: Math.min(CELL, width - cx * CELL),
          h: Math.min(CELL, height - cy * CELL),
        };
        if (marked || plan.any(part)) todo.push({ key: cy * across + cx, x: part.x, y: part.y });
      }
    const make = (key: number): Promise<Cell> => cells.get(key, () => makeCell(key, signal));
    let next = 0;
    const lane = async (): Promise<void> => {
      while (next < todo.length) {
        const { key, x, y } = todo[next++];
        if (signal?.aborted) throw new RevealError('cancelled', 'The repair was stopped.');
        try {
          // Another reader of the same cell may have been stopped; that is no reason to stop this one.
          const cell = await make(key).catch((error: unknown) => {
            if (error instanceof RevealError && error.code === 'cancelled' && !signal?.aborted)
              return make(key);
            throw error;
          });
          each(cell, x, y);
        } catch (error) {
          next = todo.length;
          throw error;
        }
      }
    };
    // Nothing goes on behind a reader that has been told of a failure.
    const lanes = Array.from({ length: Math.min(threads.atOnce, todo.length) }, lane);
    const failed = (await Promise.allSettled(lanes)).find((e) => e.status === 'rejected');
    if (failed) throw failed.reason;
  }

  return {
    width,
    height,
    channels,
    space: source.space,
    scale: source.scale,
    async read(rect, signal) {
      const out = await source.read(rect, signal);
      const n = rect.w * rect.h;
      await overCells(rect, signal, (cell, x0, y0) => {
        for (let k = 0; k < cell.at.length; k++) {
          const x = x0 + (cell.at[k] % CELL) - rect.x;
          const y = y0 + Math.floor(cell.at[k] / CELL) - rect.y;
          if (x < 0 || y < 0 || x >= rect.w || y >= rect.h) continue;
          for (let c = 0; c < channels; c++) out.data[c * n + y * rect.w + x] = cell.values[k * channels + c];
        }
      });
      return out;
    },
    async labels(rect, signal) {
      const out = new Uint8Array(rect.w * rect.h);
      await overCells(rect, signal, (cell, x0, y0) => {
        for (let k = 0; k < cell.at.length; k++) {
          const x = x0 + (cell.at[k] % CELL) - rect.x;
          const y = y0 + Math.floor(cell.at[k] / CELL) - rect.y;
          if (x < 0 || y < 0 || x >= rect.w || y >= rect.h) continue;
          out[y * rect.w + x] = labelOf(FILL_WAYS[cell.ways[k] - 1]);
        }
      });
      return out;
    },
    async report(signal) {
      const all = new Float64Array(FILL_WAYS.length + 1);
      const rows = Math.ceil(height / CELL);
      for (let cy = 0; cy < rows; cy++) {
        const strip = { x: 0, y: cy * CELL, w: width, h: Math.min(CELL, height - cy * CELL) };
        const missing = Array.from({ length: across }, (_, cx) => cy * across + cx).some(
          (k) => !counted.has(k),
        );
        if (missing) await overCells(strip, signal, () => undefined);
      }
      for (const count of counted.values()) count.forEach((v, k) => (all[k] += v));
      const filled = all.reduce((sum, v) => sum + v, 0);
      const ways: RepairReport['ways'] = {};
      FILL_WAYS.forEach((way, k) => {
        if (all[k + 1] > 0) ways[way] = all[k + 1] / filled;
      });
      const kinds: RepairReport['kinds'] = {};
      for (const { kind } of options.regions ?? []) kinds[kind] = (kinds[kind] ?? 0) + 1;
      const models = new Map<string, { name: string; sha256: string }>();
      let networkHoles = 0;
      for (const model of networks.values())
        if (model) {
          networkHoles++;
          models.set(model.sha256, model);
        }
      return {
        holes: plan.count,
        share: filled / (width * height),
        kinds,
        ways,
        networkHoles,
        sparedFaces: spared.size,
        models: [...models.values()],
      };
    },
  };
}

/** Evidence and what a person pointed at is real; a network's work is invented. */
function labelOf(way: FillWay): number {
  if (way === 'network') return LABEL.invented;
  return way === 'evidence' || way === 'heal' || way === 'clone' ? LABEL.real : LABEL.interpolated;
}
