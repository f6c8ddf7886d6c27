/** A model's figures in an order that tells most first: the groups of test pictures that its task is about, a few of each. */
import type { ModelCardView } from '../../app/contract/models.ts';

export interface Figure {
  group: string;
  name: string;
  value: number;
}

/** Digits behind the point, by figure. */
const digits: Record<string, number> = { ssim: 3, psnr: 1, insidePsnr: 1 };

/** Groups of the catalogue of words: test pictures of one degradation. */
export const figureGroups = [
  'bw',
  'scratches',
  'noise',
  'blur',
  'noise25',
  'fading',
  'clean',
  'missing',
  'stains',
  'noise15',
  'plates-green',
  'plates-red',
  'salt-pepper',
  'bw-negative',
  'negative',
  'jpeg',
  'plates-blue',
  'negative-noise',
  'half-mean',
  'half-binomial',
  'half-cubic',
] as const;

/** What is shown before anybody asks for more, by task. */
const first: Record<ModelCardView['task'], readonly (readonly [string, string])[]> = {
  filler: [
    ['missing', 'insidePsnr'],
    ['stains', 'insidePsnr'],
    ['scratches', 'insidePsnr'],
  ],
  restorer: [
    ['noise25', 'psnr'],
    ['jpeg', 'psnr'],
    ['clean', 'psnr'],
  ],
  colorist: [
    ['bw', 'deltaE'],
    ['bw', 'colourfulnessRatio'],
    ['plates-green', 'deltaE'],
  ],
  one: [
    ['negative', 'psnr'],
    ['bw', 'deltaE'],
    ['clean', 'deltaEMedian'],
  ],
  upscaler: [
    ['half-mean', 'psnr'],
    ['half-binomial', 'psnr'],
    ['half-cubic', 'psnr'],
  ],
};

/** A metric's name ("bw.deltaE") taken apart. */
export function parseFigure(name: string, value: number): Figure {
  const at = name.lastIndexOf('.');
  return { group: name.slice(0, Math.max(0, at)).replace('+', '-'), name: name.slice(at + 1), value };
}

/** Three figures that tell most, and all of them by group. */
export function figuresOf(model: Pick<ModelCardView, 'task' | 'metrics'>): { main: Figure[]; all: Figure[] } {
  const all = Object.entries(model.metrics).map(([name, value]) => parseFigure(name, value));
  const main = first[model.task].flatMap(
    ([group, name]) => all.find((f) => f.group === group && f.name === name) ?? [],
  );
  return { main: main.length > 0 ? main : all.slice(0, 3), all };
}

export function formatFigure({ name, value }: Figure, locale: string): string {
  const most = digits[name] ?? 2;
  return new Intl.NumberFormat(locale, { minimumFractionDigits: most, maximumFractionDigits: most }).format(
    value,
  );
}

/** Megapixels a second. */
export const paceOf = (speed: NonNullable<ModelCardView['speed']>): number =>
  (speed.width * speed.height) / 1e6 / (speed.milliseconds / 1000);
