/**
 * Fields and repeated frames. 'bob' makes a frame of each field (50 or 59.94 a second), 'deinterlace' one of each frame,
 * 'inverse-telecine' puts fields together again that belong to one film frame and drops the frame that pulldown added; 'auto'
 * does 'bob' to frames that are combed, alone or with those beside them, and leaves others. Every decision is made from the
 * frame and two to either side, so a part of a shot comes out as the whole does. Time stamps stay those of the film; a second field
 * lies half way to the next frame.
 */
import { planeSizes, type Frame } from '../../../../../app/film/frame.ts';
import type { ReelStep, ShotContext, ShotWork } from '../../../../../app/film/step.ts';
import type { FilmParams } from '../../../../../app/recipe/film.ts';
import { combing, fieldDistance, weave, wholeField, type Plane } from './fields.ts';

type Params = FilmParams['cadence'];

/** Share of combed pixels from which a frame is two fields of different times. */
const COMBED = 0.006;
/** Mean difference (8-bit levels) under which a frame repeats the one before it. */
const SAME = 0.6;
const doubles = (params: Params): boolean => params.fields === 'auto' || params.fields === 'bob';

class CadenceWork implements ShotWork {
  private readonly context: ShotContext;
  private readonly params: Params;
  private readonly held: (Frame | null)[] = [];
  private readonly combed: number[] = [];
  private given = 0;
  private counts = { fields: 0, matched: 0, dropped: 0 };
  /** What inverse telecine gave last, to know a repeated frame by. */
  private lastMatched: { at: number; frame: Frame } | null = null;

  constructor(context: ShotContext, params: Params) {
    this.context = context;
    this.params = params;
  }

  push(frame: Frame): Frame[] {
    this.held.push(frame);
    const least = 10 * 2 ** (this.context.format.bits - 8);
    this.combed.push(this.params.fields === 'keep' ? 0 : combing(this.luma(frame), least));
    return this.held.length >= 3 ? this.treat(this.given++) : [];
  }

  end(): Frame[] {
    const out: Frame[] = [];
    while (this.given < this.held.length) out.push(...this.treat(this.given++));
    return out;
  }

  report(): Record<string, number> {
    return this.counts;
  }

  private luma(frame: Frame): Plane {
    const { width, height } = this.context.format;
    return { width, height, data: frame.planes[0] };
  }

  private treat(at: number): Frame[] {
    const frame = this.held[at];
    if (!frame) throw new RangeError(`cadence: frame ${at} is not held`);
    const out = this.fieldsOf(at, frame);
    if (at >= 2) this.held[at - 2] = null;
    return out;
  }

  private fieldsOf(at: number, frame: Frame): Frame[] {
    const ticks = doubles(this.params) ? 2 : 1;
    const stamped = { ...frame, pts: frame.pts * ticks };
    const { fields, duplicates } = this.params;
    if (fields === 'inverse-telecine') return this.matched(at, frame);
    const around = [at - 1, at, at + 1].map((k) => this.combed[k] ?? 0);
    const interlaced =
      fields === 'bob' || fields === 'deinterlace' || (fields === 'auto' && Math.max(...around) > COMBED);
    if (!interlaced) return duplicates === 'drop' && this.repeats(at, frame) ? this.drop() : [stamped];
    this.counts.fields++;
    const first = this.firstParity(at);
    const one = this.field(at, frame, first, stamped.pts);
    if (fields === 'deinterlace') return [one];
    const next = this.held[at + 1];
    const last = this.held[at - 1];
    const step = next ? next.pts - frame.pts : last ? frame.pts - last.pts : 0;
    return step > 0 ? [one, this.field(at, frame, 1 - first, stamped.pts + step)] : [one];
  }

  private drop(): Frame[] {
    this.counts.dropped++;
    return [];
  }

  private repeats(at: number, frame: Frame): boolean {
    const last = this.held[at - 1];
    return last !== null && last !== undefined && this.apart(last, frame) < SAME;
  }

  private apart(a: Frame, b: Frame): number {
    const p = a.planes[0];
    const q = b.planes[0];
    let sum = 0;
    for (let i = 0; i < p.length; i++) sum += Math.abs(p[i] - q[i]);
    return sum / p.length / 2 ** (this.context.format.bits - 8);
  }

  /** The earlier field lies nearer to the frame before, the later one to the frame after. 0: even lines first. */
  private firstParity(at: number): number {
    let even = 0;
    let odd = 0;
    for (const k of [at - 1, at]) {
      const a = this.held[k];
      const b = this.held[k + 1];
      if (!a || !b) continue;
      // Even first: odd of a and even of b are neighbours in time.
      even += fieldDistance(this.luma(a), 1, this.luma(b), 0);
      odd += fieldDistance(this.luma(a), 0, this.luma(b), 1);
    }
    return odd < even ? 1 : 0;
  }

  private planesOf(frame: Frame): Plane[] {
    return planeSizes(this.context.format).map((size, p) => ({ ...size, data: frame.planes[p] }));
  }

  private field(at: number, frame: Frame, parity: number, pts: number): Frame {
    const before = this.held[at - 1] ? this.planesOf(this.held[at - 1] as Frame) : null;
    const after = this.held[at + 1] ? this.planesOf(this.held[at + 1] as Frame) : null;
    const planes = this.planesOf(frame).map((plane, p) =>
      wholeField(plane, parity, before ? before[p] : null, after ? after[p] : null),
    );
    return { ...frame, pts, planes };
  }

  /** The frame itself, or one of its fields with that of a neighbour: whichever is combed least; a repeat is dropped. */
  private matched(at: number, frame: Frame): Frame[] {
    const least = 10 * 2 ** (this.context.format.bits - 8);
    let best = frame;
    let score = this.combed[at] * 0.7;
    if (this.combed[at] > COMBED)
      for (const other of [this.held[at - 1], this.held[at + 1]]) {
        if (!other) continue;
        const here = this.planesOf(frame);
        const there = this.planesOf(other);
        const planes = here.map((plane, p) => weave(there[p], plane));
        const s = combing({ ...here[0], data: planes[0] }, least);
        if (s >= score) continue;
        score = s;
        best = { ...frame, planes };
      }
    if (best !== frame) this.counts.matched++;
    else if (this.combed[at] > COMBED) best = this.field(at, frame, this.firstParity(at), frame.pts);
    const last = this.lastMatched;
    this.lastMatched = { at, frame: best };
    return last && last.at === at - 1 && this.apart(last.frame, best) < SAME ? this.drop() : [best];
  }
}

/** Fields into frames, pulldown out, repeated frames away. */
export const cadenceStep: ReelStep<Params> = {
  name: 'cadence',
  begin: (context, params) => new CadenceWork(context, params),
  holds: () => 3,
  reach: () => ({ before: 4, after: 3 }),
  ticks: (params) => (doubles(params) ? 2 : 1),
};
