/**
 * Frames in between: two, three or four times as many in a shot, by motion. Nothing is made between the last frame of a shot
 * and the first of the next. Time stamps lie evenly between those of the film, in units of `times` to the reel's tick.
 */
import type { Frame } from '../../../../../app/film/frame.ts';
import type { ReelStep, ShotContext, ShotWork } from '../../../../../app/film/step.ts';
import type { FilmParams } from '../../../../../app/recipe/film.ts';
import { planesBetween } from '../between.ts';
import { estimateMotion, motionFactor, preparePicture, reducedLuma, type Pyramid } from '../motion/index.ts';

class InterpolateWork implements ShotWork {
  private readonly context: ShotContext;
  private readonly times: number;
  private last: { frame: Frame; pyramid: Pyramid } | null = null;
  private made = 0;

  constructor(context: ShotContext, times: number) {
    this.context = context;
    this.times = times;
  }

  push(frame: Frame): Frame[] {
    const { format } = this.context;
    const factor = motionFactor(format.width, format.height);
    const pyramid = preparePicture(reducedLuma(frame, format, factor));
    const { last, times } = this;
    this.last = { frame, pyramid };
    const out: Frame[] = [];
    if (last) {
      const motion = {
        forward: estimateMotion(last.pyramid, pyramid),
        backward: estimateMotion(pyramid, last.pyramid),
      };
      for (let k = 1; k < times; k++) {
        const planes = planesBetween(last.frame, frame, motion, k / times, format);
        const pts = last.frame.pts * times + k * (frame.pts - last.frame.pts);
        out.push({ index: last.frame.index, pts, planes });
        this.made++;
      }
    }
    out.push({ ...frame, pts: frame.pts * times });
    return out;
  }

  end(): Frame[] {
    return [];
  }

  report(): Record<string, number> {
    return { made: this.made };
  }
}

/** Makes frames in between. */
export const interpolateStep: ReelStep<FilmParams['interpolate']> = {
  name: 'interpolate',
  begin: (context, params) => new InterpolateWork(context, Number(params.times)),
  holds: () => 1,
  reach: () => ({ before: 0, after: 1 }),
  ticks: (params) => Number(params.times),
};
