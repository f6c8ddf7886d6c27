/**
 * How figures of a run are read: which way is better, with how many decimals, and by how much two must differ
 * before one is called better. The units are those of docs/evaluation.md.
 */
import type { StudioNetworkName } from '../../app/contract/studio.ts';

export type Better = 'higher' | 'lower' | 'one' | 'zero';
export interface FigureKind {
  better: Better;
  digits: number;
  /** Smaller differences than this say nothing: the test pictures are few. */
  even: number;
}

/** The figures the Studio has words for (studio.figure.NAME), in the order of tables. */
export const figureKinds = {
  deltaE: { better: 'lower', digits: 2, even: 0.05 },
  deltaEMedian: { better: 'lower', digits: 2, even: 0.05 },
  abDistance: { better: 'lower', digits: 2, even: 0.05 },
  psnr: { better: 'higher', digits: 2, even: 0.05 },
  ssim: { better: 'higher', digits: 3, even: 0.002 },
  insidePsnr: { better: 'higher', digits: 2, even: 0.05 },
  insideDeltaE: { better: 'lower', digits: 2, even: 0.05 },
  outsideDeltaE: { better: 'lower', digits: 2, even: 0.05 },
  colourfulnessRatio: { better: 'one', digits: 2, even: 0.01 },
  redLean: { better: 'zero', digits: 1, even: 0.2 },
  blueLean: { better: 'zero', digits: 1, even: 0.2 },
  highlightRatio: { better: 'lower', digits: 2, even: 0.01 },
  skinHueError: { better: 'lower', digits: 1, even: 0.3 },
  skyHueError: { better: 'lower', digits: 1, even: 0.3 },
  foliageHueError: { better: 'lower', digits: 1, even: 0.3 },
  neutralChroma: { better: 'zero', digits: 2, even: 0.05 },
  residualNoise: { better: 'zero', digits: 2, even: 0.05 },
  sharpness: { better: 'one', digits: 2, even: 0.01 },
  lossContent: { better: 'lower', digits: 3, even: 0.005 },
  lossToneChoice: { better: 'lower', digits: 3, even: 0.005 },
  lossLengthChoice: { better: 'lower', digits: 3, even: 0.005 },
  overlap: { better: 'higher', digits: 3, even: 0.01 },
} as const satisfies Record<string, FigureKind>;
export type FigureName = keyof typeof figureKinds;
export const figureNames = Object.keys(figureKinds) as FigureName[];

/** The figure that decides which weights of a run are kept, by network. */
export const headline: Record<StudioNetworkName, FigureName> = {
  one: 'deltaE',
  colorist: 'abDistance',
  restorer: 'psnr',
  filler: 'insidePsnr',
  upscaler: 'psnr',
  bertso: 'lossContent',
  milia: 'lossContent',
};

/**
 * The figure that decides in a run: against its critic a network that writes melodies is judged by what it writes.
 * @param figures of the run
 */
export const deciding = (
  network: StudioNetworkName,
  figures: Readonly<Record<string, number>>,
): FigureName => ('overlap' in figures ? 'overlap' : headline[network]);

/** Of pictures the parts of the loss are no figures: they are in the chart. */
const PICTURES = ['lossContent', 'lossToneChoice', 'lossLengthChoice', 'overlap'] as const;
/** Figures that mean nothing for a network: a colorist keeps the luminance, only a filler has holes. */
const meaningless: Record<StudioNetworkName, readonly FigureName[]> = {
  one: PICTURES,
  colorist: [...PICTURES, 'ssim', 'residualNoise', 'sharpness'],
  restorer: PICTURES,
  filler: PICTURES,
  upscaler: [...PICTURES, 'residualNoise'],
  bertso: [],
  milia: [],
};

/** How far a value is from the best there could be; comparable within one figure only. */
export function shortfall(name: FigureName, value: number): number {
  switch (figureKinds[name].better) {
    case 'higher':
      return -value;
    case 'lower':
      return value;
    case 'one':
      return Math.abs(value - 1);
    case 'zero':
      return Math.abs(value);
  }
}

export type Judgement = 'better' | 'worse' | 'even';

/** `mine` against `theirs`. */
export function compare(name: FigureName, mine: number, theirs: number): Judgement {
  const ahead = shortfall(name, theirs) - shortfall(name, mine);
  if (Math.abs(ahead) < figureKinds[name].even) return 'even';
  return ahead > 0 ? 'better' : 'worse';
}

export interface Row {
  name: FigureName;
  mine: number;
  theirs: number | null;
  judgement: Judgement | null;
}

/** The rows of a verdict: the deciding figure first, then every other that both or the run alone have. */
export function verdictRows(
  network: StudioNetworkName,
  mine: Readonly<Record<string, number>>,
  theirs: Readonly<Record<string, number>> | null,
): Row[] {
  const first = deciding(network, mine);
  const order = [first, ...figureNames.filter((name) => name !== first)];
  return order
    .filter((name) => name in mine && !meaningless[network].includes(name))
    .map((name) => {
      const other = theirs?.[name] ?? null;
      return {
        name,
        mine: mine[name],
        theirs: other,
        judgement: other === null ? null : compare(name, mine[name], other),
      };
    });
}

/** Locales for numbers: browsers without Basque write them as Spanish does, which is the same, and not as English. */
export const numberLocales = (language: string): string[] => (language === 'eu' ? ['eu', 'es'] : [language]);

/** A figure as it is written in a language: decimals by its kind. */
export function showFigure(name: FigureName, value: number, language: string): string {
  return showNumber(value, figureKinds[name].digits, language);
}

/** Time that has passed, '1 min 22 s', '3 h 05 min': not rounded up, as time that is left is. */
export function elapsed(seconds: number): string {
  const s = Math.floor(seconds);
  if (s < 60) return `${s} s`;
  const minutes = Math.floor(s / 60);
  const pad = (n: number) => String(n).padStart(2, '0');
  return minutes < 60
    ? `${minutes} min ${pad(s % 60)} s`
    : `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
}

/** A number with a fixed count of decimals, as the language writes it. */
export function showNumber(value: number, digits: number, language: string): string {
  return new Intl.NumberFormat(numberLocales(language), {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);
}
