/**
 * Frames that are torn, or stand there twice because one was lost, made anew from their neighbours. A frame is torn when much of
 * it belongs to neither neighbour although they agree with each other, nor to one of them moved as a whole; it stands twice when it hardly differs from the one before
 * while the next is twice as far as the motion before. Either is replaced by the frame half way between its neighbours
 * (between.ts), their motion measured without it. The first and last frames of a shot are left.
 */
import type { Frame } from '../../../../../app/film/frame.ts';
import type { ReelStep, ShotContext, ShotWork } from '../../../../../app/film/step.ts';
import type { FilmParams } from '../../../../../app/recipe/film.ts';
import { planesBetween } from '../between.ts';
import { estimateMotion, warp, type Flow, type Pyramid } from '../motion/index.ts';
import { MARGIN } from '../motion/pyramid.ts';
import { Neighbours, type Neighbour } from '../neighbours.ts';

/** Mean difference of luma (of 255) over 8 x 8 samples from which they are no grain and no soft edge any more. */
const ODD = 18;

class FramesWork implements ShotWork {
  private readonly context: ShotContext;
  private readonly strength: number;
  private readonly near: Neighbours;
  private given = 0;
  private torn = 0;
  private repeated = 0;

  constructor(context: ShotContext, strength: number) {
    this.context = context;
    this.strength = strength;
    this.near = new Neighbours(context.format, 5);
  }

  push(frame: Frame): Frame[] {
    this.near.push(frame);
    return this.near.list.length >= 3 ? [this.treat(this.given++)] : [];
  }

  end(): Frame[] {
    const out: Frame[] = [];
    while (this.given < this.near.list.length) out.push(this.treat(this.given++));
    return out;
  }

  report(): Record<string, number> {
    return { torn: this.torn, repeated: this.repeated };
  }

  private treat(at: number): Frame {
    const [last, held, next] = [at - 1, at, at + 1].map((k) => this.near.list[k]);
    if (!held) throw new RangeError(`frames: frame ${at} is not held`);
    if (!last || !next || !held.before || !held.after) return held.frame;
    const forward = estimateMotion(last.pyramid, next.pyramid);
    const backward = estimateMotion(next.pyramid, last.pyramid);
    const repeated = this.isRepeated(last.pyramid, held.pyramid, forward, last.before);
    const torn = !repeated && this.isTorn(last.pyramid, held, next.pyramid, { forward, backward });
    if (!repeated && !torn) return held.frame;
    if (torn) this.torn++;
    else this.repeated++;
    const { format } = this.context;
    const planes = planesBetween(last.frame, next.frame, { forward, backward }, 0.5, format);
    if (this.context.show) {
      const data = new Uint8Array(format.width * format.height).fill(1);
      this.context.show({
        step: 'frames',
        frame: held.frame.index,
        width: format.width,
        height: format.height,
        data,
      });
    }
    return { ...held.frame, planes };
  }

  /** Hardly a difference to the frame before, and the next frame has gone on. */
  private isRepeated(last: Pyramid, here: Pyramid, across: Flow, earlier: Flow | null): boolean {
    const a = plain(last);
    const b = plain(here);
    let off = 0;
    for (let i = 0; i < a.length; i++) off += Math.abs(a[i] - b[i]);
    off /= a.length;
    const moved = speed(across);
    const usual = earlier ? speed(earlier) : moved / 2;
    // Grain differs between real frames; a copy has the same, but for what a codec did to it.
    return off < 0.4 + 0.6 * this.strength && moved > 1 && moved > 1.4 * usual;
  }

  /**
   * Much of the frame belongs to neither neighbour, and they to each other. A camera that was knocked moves the whole frame
   * and gives it back the next moment: what lies where one shift of all of it says is no tear.
   */
  private isTorn(
    last: Pyramid,
    { pyramid: here, before, after }: Pick<Neighbour, 'pyramid' | 'before' | 'after'>,
    next: Pyramid,
    { forward, backward }: { forward: Flow; backward: Flow },
  ): boolean {
    const { width, height } = here;
    const half = (flow: Flow): Flow => ({
      ...flow,
      dx: flow.dx.map((v) => v / 2),
      dy: flow.dy.map((v) => v / 2),
    });
    const p = warp({ width, height, data: plain(last) }, half(backward));
    const n = warp({ width, height, data: plain(next) }, half(forward));
    const c = plain(here);
    const shifted: Uint8Array[] = [];
    if (before) shifted.push(warp({ width, height, data: plain(last) }, whole(before)));
    if (after) shifted.push(warp({ width, height, data: plain(next) }, whole(after)));
    /** Whether one of the neighbours, moved as a whole, has these 8 x 8 samples. */
    const moved = (x: number, y: number): boolean =>
      shifted.some((picture) => {
        let off = 0;
        for (let j = y; j < y + 8; j++)
          for (let i = j * width + x; i < j * width + x + 8; i++) off += Math.abs(c[i] - picture[i]);
        return off / 64 <= ODD;
      });
    let odd = 0;
    let agreed = 0;
    let blocks = 0;
    for (let y = 0; y + 8 <= height; y += 8)
      for (let x = 0; x + 8 <= width; x += 8) {
        let apart = 0;
        let off = 0;
        for (let j = y; j < y + 8; j++)
          for (let i = j * width + x; i < j * width + x + 8; i++) {
            apart += Math.abs(p[i] - n[i]);
            off += Math.abs(c[i] - (p[i] + n[i]) / 2);
          }
        blocks++;
        if (apart / 64 < 14) agreed++;
        if (off / 64 > ODD && off > 2.2 * apart && !moved(x, y)) odd++;
      }
    return blocks > 0 && agreed > 0.6 * blocks && odd > (0.24 - 0.2 * this.strength) * blocks;
  }
}

/** One shift for all of the frame: the middle of the flow's. */
function whole(flow: Flow): Flow {
  const middle = (list: Float32Array): number => list.slice().sort()[list.length >> 1];
  const [dx, dy] = [middle(flow.dx), middle(flow.dy)];
  return { ...flow, dx: flow.dx.map(() => dx), dy: flow.dy.map(() => dy) };
}

/** Luma of the finest level without its margin. */
function plain(pyramid: Pyramid): Uint8Array {
  const { width, height, stride, data } = pyramid.levels[0];
  const out = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const from = (y + MARGIN) * stride + MARGIN;
    out.set(data.subarray(from, from + width), y * width);
  }
  return out;
}

/** Mean length of the upper half of vectors: what moves, moves so far. */
function speed(flow: Flow): number {
  const lengths = Float32Array.from(flow.dx, (v, k) => Math.hypot(v, flow.dy[k])).sort();
  let sum = 0;
  for (let k = lengths.length >> 1; k < lengths.length; k++) sum += lengths[k];
  return sum / Math.max(1, lengths.length - (lengths.length >> 1));
}

/** Makes torn and lost frames anew. */
export const framesStep: ReelStep<FilmParams['frames']> = {
  name: 'frames',
  begin: (context, params) => new FramesWork(context, params.strength),
  holds: () => 3,
  reach: () => ({ before: 2, after: 2 }),
};
