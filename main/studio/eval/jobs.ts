/**
 * The work of one evaluation thread. `sample` reads a picture, cuts it, degrades it as its group says and judges
 * the baselines that compete there; `judge` judges a prediction that was made elsewhere. Everything random is
 * named by the evaluation's seed, the group and the picture: no figure depends on threads, order or count.
 */
import { baselines, type BaselineName } from '../../../app/baseline/index.ts';
import { degrade, degradeAs, GROUPS, type Group } from '../../../app/degrade/index.ts';
import { judge, type Judgement, prepare } from '../../../app/metrics/index.ts';
import type { Planar } from '../../../app/planar.ts';
import { seeded } from '../../../app/random.ts';
import { centreCrop, takeCrop } from '../dataset/crop.ts';
import { PictureReader } from '../dataset/read.ts';
import type { DatasetPicture } from '../dataset/types.ts';
import { onlyColour } from './colour-only.ts';

/** A degraded picture and the baselines' answers. */
export interface MakeJob {
  t: 'make';
  picture: DatasetPicture;
  /** Shorter side to decode to. */
  shortSide: number;
  size: number;
  group: string;
  seed: number;
  baselines: readonly BaselineName[];
  curve: boolean;
  /** Whether the baselines' pictures are wanted (for the contact sheet). */
  keep: boolean;
}

/** Baselines on an input that is there already (a plate's record). */
export interface AnswerJob {
  t: 'answer';
  sample: EvalSample;
  baselines: readonly BaselineName[];
  curve: boolean;
  keep: boolean;
}

/** One prediction to judge. */
export interface JudgeJob {
  t: 'judge';
  sample: EvalSample;
  prediction: Planar;
  curve: boolean;
}
export type EvalJob = MakeJob | AnswerJob | JudgeJob;

export interface EvalSample {
  input: Planar;
  target: Planar;
  mask: Planar | null;
  /** Only a* and b* are judged, at the truth's lightness. */
  colourOnly: boolean;
}

export interface Answer {
  name: BaselineName;
  judgement: Judgement;
  seconds: number;
  picture: Planar | null;
}

export interface MakeResult {
  sample: EvalSample;
  answers: Answer[];
}

/** Groups that are made by something else than `degradeAs`. */
export const LAPAZ = 'lapaz';
export const PAIR = 'pair';
/** White Gaussian noise of a known sigma in levels of 255, clipped as a file would be: `noise25`. */
const SIGMA = /^noise(\d{1,3})$/;

/** @throws RangeError for a name that is no group, a preset or a sum of groups */
export function checkGroup(name: string): void {
  if (name === LAPAZ || name === PAIR || SIGMA.test(name)) return;
  for (const part of name.split('+'))
    if (!GROUPS.some((group) => group === part))
      throw new RangeError(
        `there is no group "${part}"; there are ${GROUPS.join(', ')}, ${LAPAZ}, ${PAIR}, noise15 (any sigma)`,
      );
}

/** @throws RangeError for an unknown group */
function degraded(
  truth: Planar,
  group: string,
  keys: readonly (number | string)[],
): { input: Planar; target: Planar; mask: Planar | null } {
  if (group === LAPAZ) return degrade(truth, 'lapaz', keys);
  const sigma = SIGMA.exec(group);
  if (!sigma) return degradeAs(truth, group.split('+') as Group[], keys);
  const random = seeded(...keys);
  const data = truth.data.map((v) => Math.min(1, Math.max(0, v + random.normal(0, Number(sigma[1]) / 255))));
  return { input: { ...truth, data }, target: truth, mask: null };
}

async function make(job: MakeJob): Promise<MakeResult> {
  const reader = new PictureReader();
  try {
    const decoded = await reader.decode(job.picture, job.shortSide);
    const { width, height } = decoded.truth;
    const crop = centreCrop(width, height, job.size, false);
    const truth = takeCrop(decoded.truth, crop, job.size);
    const keys = ['eval', job.seed, job.group, job.picture.id];
    let sample: EvalSample;
    if (job.group === PAIR) {
      if (!decoded.input) throw new Error(`${job.picture.id} is no pair`);
      sample = {
        input: takeCrop(decoded.input, crop, job.size),
        target: truth,
        mask: null,
        colourOnly: false,
      };
    } else {
      const made = degraded(truth, job.group, keys);
      sample = { input: made.input, target: made.target, mask: made.mask, colourOnly: false };
    }
    return { sample, answers: answer({ ...job, t: 'answer', sample }) };
  } finally {
    await reader.close();
  }
}

function answer(job: AnswerJob): Answer[] {
  const { sample } = job;
  const truth = prepare(sample.target);
  return job.baselines.map((name) => {
    const began = performance.now();
    const made = baselines[name](sample.input, sample.mask);
    const seconds = (performance.now() - began) / 1000;
    const picture = sample.colourOnly ? onlyColour(sample.target, made) : made;
    return {
      name,
      judgement: judge(truth, picture, { mask: sample.mask, curve: job.curve }),
      seconds,
      picture: job.keep ? picture : null,
    };
  });
}

/** Does one job. @throws RevealError when a picture cannot be read */
export async function runEvalJob(job: MakeJob): Promise<MakeResult>;
export async function runEvalJob(job: AnswerJob): Promise<Answer[]>;
export async function runEvalJob(job: JudgeJob): Promise<Judgement>;
export async function runEvalJob(job: EvalJob): Promise<MakeResult | Answer[] | Judgement>;
export async function runEvalJob(job: EvalJob): Promise<MakeResult | Answer[] | Judgement> {
  switch (job.t) {
    case 'make':
      return make(job);
    case 'answer':
      return answer(job);
    case 'judge': {
      const { target, mask, colourOnly } = job.sample;
      const picture = colourOnly ? onlyColour(target, job.prediction) : job.prediction;
      return judge(prepare(target), picture, { mask, curve: job.curve });
    }
  }
}
