/**
 * Fields and repeated frames. 'bob' makes a frame of each field (50 or 59.94 a second), 'deinterlace' one of each frame,
 * 'inverse-telecine' puts fields together again that belong to one film frame, drops the frame that pulldown added and gives
 * every film frame the time at which the film meant it. 'auto' undoes pulldown where a shot has it, does 'bob' to frames that
 * are combed, alone or with those beside them, and leaves others. Where in the rhythm a shot begins is measured beforehand on
 * some of its frames (`rhythm.ts`); every other decision is made from the frame and two to either side, so a part of a shot
 * comes out as the whole does. A second field lies half way to the next frame. Blended moments are named and left.
 */
import { planeSizes, type Frame } from '../../../../../app/film/frame.ts';
import type { ReelAnalysis, ReelStep, ShotContext, ShotWork } from '../../../../../app/film/step.ts';
import type { FilmParams } from '../../../../../app/recipe/film.ts';
import { say } from '../../../../../app/words/sentences.ts';
import { combing, fieldDistance, weave, wholeField, type Plane } from './fields.ts';
import { COMBED } from './measure.ts';
import { wovenAt, type Woven } from './pulldown.ts';
import { cadenceSample, rhythmOf, shotCadences, type Rhythm } from './rhythm.ts';

type Params = FilmParams['cadence'];

/** Mean difference (8-bit levels) under which a frame repeats the one before it. */
const SAME = 0.6;
/** A second field stands half way to the next frame, a film frame at a quarter. */
const ticksOf = ({ fields }: Params): number =>
  fields === 'auto' || fields === 'inverse-telecine' ? 4 : fields === 'bob' ? 2 : 1;

class CadenceWork implements ShotWork {
  private readonly context: ShotContext;
  private readonly params: Params;
  private readonly held: (Frame | null)[] = [];
  private readonly combed: number[] = [];
  private given = 0;
  private counts = { fields: 0, matched: 0, dropped: 0 };
  private readonly rhythm: Rhythm | null;
  /** What inverse telecine gave last, to know a repeated frame by. */
  private lastMatched: { at: number; frame: Frame } | null = null;

  constructor(context: ShotContext, params: Params) {
    this.context = context;
    this.params = params;
    const undone = params.fields === 'auto' || params.fields === 'inverse-telecine';
    this.rhythm = undone ? rhythmOf(context.analysis, context.shot) : null;
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
    const ticks = ticksOf(this.params);
    const stamped = { ...frame, pts: frame.pts * ticks };
    const { fields, duplicates } = this.params;
    if (this.rhythm) return this.untelecined(at, stamped, this.rhythm);
    if (fields === 'inverse-telecine') return this.matched(at, stamped);
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
    return step > 0 ? [one, this.field(at, frame, 1 - first, stamped.pts + (step * ticks) / 2)] : [one];
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

  /**
   * The frame itself, or one of its fields with that of a neighbour: whichever is combed least; one that is combed all the
   * same is made of one of its fields.
   */
  private leastCombed(at: number, frame: Frame): Frame {
    if (this.combed[at] <= COMBED) return frame;
    let best = frame;
    let score = this.combed[at] * 0.7;
    for (const other of [this.held[at - 1], this.held[at + 1]]) {
      if (!other) continue;
      const planes = this.wovenWith(frame, other, 0);
      const s = this.combingOf(planes);
      if (s >= score) continue;
      score = s;
      best = { ...frame, planes };
    }
    if (best === frame) return this.field(at, frame, this.firstParity(at), frame.pts);
    this.counts.matched++;
    return best;
  }

  /** Lines of `parity` from the other frame. */
  private wovenWith(frame: Frame, other: Frame, parity: 0 | 1): Frame['planes'] {
    const there = this.planesOf(other);
    return this.planesOf(frame).map((here, p) =>
      parity === 0 ? weave(there[p], here) : weave(here, there[p]),
    );
  }

  private combingOf(planes: Frame['planes']): number {
    const { width, height, bits } = this.context.format;
    return combing({ width, height, data: planes[0] }, 10 * 2 ** (bits - 8));
  }

  /** Where no rhythm is known: each frame by itself, and what then repeats is dropped. */
  private matched(at: number, frame: Frame): Frame[] {
    const best = this.leastCombed(at, frame);
    const last = this.lastMatched;
    this.lastMatched = { at, frame: best };
    return last && last.at === at - 1 && this.apart(last.frame, best) < SAME ? this.drop() : [best];
  }

  /** By the rhythm of the shot. Should the frames not keep it, each is treated by itself, at the time that the rhythm gives. */
  private untelecined(at: number, frame: Frame, rhythm: Rhythm): Frame[] {
    if (rhythm.kind === 'shifted') {
      const other = this.held[at + rhythm.shift];
      if (!other || this.combed[at] <= COMBED) return [this.leastCombed(at, frame)];
      this.counts.matched++;
      return [{ ...frame, planes: this.wovenWith(frame, other, 0) }];
    }
    const woven = wovenAt(frame.index, rhythm.pulldown);
    if (!woven) return this.drop();
    return [{ ...this.filmFrame(at, frame, woven), pts: this.meant(at, frame.pts, woven, rhythm) }];
  }

  private filmFrame(at: number, frame: Frame, { before }: Woven): Frame {
    if (before === null) return this.leastCombed(at, frame);
    const other = this.held[at - 1];
    // The other field lies in the shot before.
    if (!other) return this.field(at, frame, 1 - before, frame.pts);
    const planes = this.wovenWith(frame, other, before);
    if (this.combed[at] > COMBED && this.combingOf(planes) > Math.max(COMBED, 0.7 * this.combed[at]))
      return this.leastCombed(at, frame);
    this.counts.matched++;
    return { ...frame, planes };
  }

  /** The time of a film frame, in quarters of the film's ticks: between those of the frames beside it. */
  private meant(at: number, pts: number, { quarters }: Woven, rhythm: Rhythm & { kind: 'telecine' }): number {
    const { index } = this.held[at] as Frame;
    const last = this.held[at - 1];
    const next = this.held[at + 1];
    const back = last ? pts / 4 - last.pts : next ? next.pts - pts / 4 : 0;
    const on = next ? next.pts - pts / 4 : back;
    const by = quarters + rhythm.shift;
    const time = pts + by * (by < 0 ? back : on);
    if (index > rhythm.from + 1) return time;
    // The first film frame of the film begins with it, whatever part of it was cut away.
    const begin = pts - (index - rhythm.from) * 4 * back;
    const isFirst = index === rhythm.from || wovenAt(rhythm.from, rhythm.pulldown) === null;
    return isFirst ? begin : Math.max(begin, time);
  }
}

/** What a person has to know of the reel's cadence: what cannot be undone, and what could be but is not asked for. */
function warnings(analysis: ReelAnalysis, { fields }: Params): string[] {
  const shots = shotCadences(analysis);
  const all: string[] = [];
  const named = (of: typeof shots): Record<'shots' | 'count' | 'all', string> => {
    const numbers = of.map(({ first }) => 1 + analysis.shots.findIndex((shot) => shot.first === first));
    const some = numbers.slice(0, 12).join(', ');
    return {
      shots: numbers.length > 12 ? `${some} …` : some,
      count: String(of.length),
      all: String(shots.length),
    };
  };
  const frames = shots.filter(({ blend }) => blend?.of === 'frames');
  const inFields = shots.filter(({ blend }) => blend?.of === 'fields');
  if (frames.length > 0) all.push(say('film-blended-frames', named(frames)));
  if (inFields.length > 0) all.push(say('film-blended-fields', named(inFields)));
  const telecine = shots.filter(({ kind }) => kind === 'telecine');
  if (telecine.length > 0 && fields !== 'auto' && fields !== 'inverse-telecine')
    all.push(say('film-pulldown-kept', named(telecine)));
  return all;
}

/** Fields into frames, pulldown out, repeated frames away. */
export const cadenceStep: ReelStep<Params> = {
  name: 'cadence',
  sample: cadenceSample,
  // Whatever is to be done about it, the film is what it is.
  observes: () => null,
  begin: (context, params) => new CadenceWork(context, params),
  holds: () => 3,
  reach: () => ({ before: 4, after: 3 }),
  ticks: ticksOf,
  warns: warnings,
};
