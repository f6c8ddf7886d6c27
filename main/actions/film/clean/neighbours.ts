/** Frames of a shot held with their motion to the frames beside them: what steps share that look one frame back and one ahead. */
import type { Frame, FrameFormat } from '../../../../app/film/frame.ts';
import {
  estimateMotion,
  motionFactor,
  preparePicture,
  reducedLuma,
  type Flow,
  type Pyramid,
} from './motion/index.ts';

export interface Neighbour {
  frame: Frame;
  pyramid: Pyramid;
  before: Flow | null;
  after: Flow | null;
}

/** A window over a shot: `keep` frames behind the newest stay reachable. */
export class Neighbours {
  readonly list: (Neighbour | null)[] = [];
  private readonly format: FrameFormat;
  private readonly keep: number;

  constructor(format: FrameFormat, keep: number) {
    this.format = format;
    this.keep = keep;
  }

  /** Takes the next frame and finds its motion against the one before. */
  push(frame: Frame): void {
    const factor = motionFactor(this.format.width, this.format.height);
    const pyramid = preparePicture(reducedLuma(frame, this.format, factor));
    const last = this.list.at(-1);
    const held: Neighbour = { frame, pyramid, before: null, after: null };
    this.list.push(held);
    if (last) {
      last.after = estimateMotion(last.pyramid, pyramid);
      held.before = estimateMotion(pyramid, last.pyramid);
    }
    const past = this.list.length - 1 - this.keep;
    if (past > 0) this.list[past - 1] = null;
  }
}
