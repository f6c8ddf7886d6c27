/**
 * What the networks reach, as Markdown, from reports of `revelado eval`: sizes, `one` beside the classical methods and
 * the specialists, the colorist's colours, the restorer beside FFDNet and non-local means, the filler inside holes.
 */
import type { FigureName } from '../../app/metrics/index.ts';
import type { EvalReport, GroupReport, RowReport } from '../../main/studio/eval/index.ts';

/** A rival that is run as a model: somebody else's denoiser. */
export const RIVAL = 'ffdnet';
/** What each predictor is measured on. */
export const PLAN: Readonly<Record<string, readonly string[]>> = {
  one: [
    'clean',
    'bw',
    'negative',
    'negative+noise',
    'bw-negative',
    'fading',
    'missing',
    'noise',
    'jpeg',
    'blur',
    'stains',
    'scratches',
    'salt-pepper',
  ],
  colorist: ['bw'],
  restorer: ['clean', 'noise', 'noise15', 'noise25', 'noise50', 'jpeg', 'blur', 'salt-pepper', 'scratches'],
  filler: ['missing', 'stains', 'scratches'],
  [RIVAL]: ['noise', 'noise15', 'noise25', 'noise50'],
};
/** What `one` is held against: the networks that do one thing. */
export const SPECIALISTS = ['colorist', 'restorer', 'filler'] as const;

export interface NetworkSize {
  name: string;
  width: string;
  version: string;
  weights: number;
  fileBytes: number;
}
export interface Material {
  sizes: readonly NetworkSize[];
  /** By network and group; undefined where it was not measured. */
  report(network: string, group: string): GroupReport | undefined;
  /** The colorist on more pictures, and on the records of three-colour plates. */
  colours: EvalReport | undefined;
  pictures: number;
  side: number;
}

const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  [heads, heads.map((head, i) => (i === 0 || head === '' || head.startsWith('|') ? '---' : '---:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');

const model = (report: GroupReport | undefined): RowReport | undefined =>
  report?.rows.find((row) => row.kind === 'model');
const mean = (row: RowReport | undefined, name: FigureName): number | undefined =>
  row?.summary.figures[name]?.mean;
const median = (row: RowReport | undefined, name: FigureName): number | undefined =>
  row?.summary.figures[name]?.median;
const shown = (v: number | null | undefined, digits = 2): string =>
  v === null || v === undefined || !Number.isFinite(v) ? '–' : v.toFixed(digits);

/** The classical method that is best in a figure, with it. */
function best(
  report: GroupReport | undefined,
  figure: FigureName,
  sign: 1 | -1,
): { name: string; value: number } | undefined {
  let found: { name: string; value: number } | undefined;
  for (const row of report?.rows ?? []) {
    const value = mean(row, figure);
    if (row.kind === 'model' || value === undefined) continue;
    if (!found || sign * value > sign * found.value) found = { name: row.name, value };
  }
  return found;
}
const named = (b: { name: string; value: number } | undefined): string =>
  b ? `${shown(b.value)} (\`${b.name}\`)` : '–';
const strong = (text: string, yes: boolean): string => (yes ? `**${text}**` : text);
const pair = (row: RowReport | undefined): string =>
  row ? `${shown(mean(row, 'psnr'))} dB, dE ${shown(mean(row, 'deltaE'))}` : '–';

/** Weights of each network, and of `one` beside the specialists together. */
export function sizesTable({ sizes }: Material): string {
  const of = (names: readonly string[]): NetworkSize[] => sizes.filter(({ name }) => names.includes(name));
  const millions = (list: readonly NetworkSize[]): number => list.reduce((n, s) => n + s.weights, 0) / 1e6;
  const mib = (list: readonly NetworkSize[]): number => list.reduce((n, s) => n + s.fileBytes, 0) / 2 ** 20;
  const line = (head: string, list: readonly NetworkSize[]): string[] => [
    head,
    `${shown(millions(list))} M`,
    `${shown(mib(list))} MiB`,
  ];
  const specialists = of(SPECIALISTS);
  const share = millions(of(['one'])) / millions(specialists);
  return [
    table(
      ['network', 'weights', 'file'],
      [
        ...sizes.map((s) => line(`\`${s.name}\` (${s.width}, version ${s.version})`, [s])),
        line(`${SPECIALISTS.map((name) => `\`${name}\``).join(', ')} together`, specialists),
        line('all of these', sizes),
      ],
    ),
    '',
    `\`one\` has ${shown(share)} of the specialists' weights (goal: 0.50).`,
  ].join('\n');
}

/** `one` beside the best classical method of each group; bold where it is ahead. */
export function oneTable(material: Material): string {
  const rows = PLAN.one.map((group) => {
    const report = material.report('one', group);
    const mine = model(report);
    // Nothing can be ahead of leaving a good picture as it is.
    const rivals = group === 'clean' ? undefined : report;
    const [psnr, deltaE] = [best(rivals, 'psnr', 1), best(rivals, 'deltaE', -1)];
    const [p, d] = [mean(mine, 'psnr'), mean(mine, 'deltaE')];
    return [
      `\`${group}\``,
      named(psnr),
      named(deltaE),
      p === undefined || d === undefined
        ? '–'
        : `${strong(shown(p), psnr !== undefined && p > psnr.value)} dB, dE ${strong(shown(d), deltaE !== undefined && d < deltaE.value)}`,
    ];
  });
  return table(['group', 'best classical PSNR', 'best classical dE', '`one`'], rows);
}

/** `one` beside the network that is made for each group. */
export function specialistsTable(material: Material): string {
  const rows: string[][] = [];
  let [within, all] = [0, 0];
  const add = (head: string, name: string, theirs: string, ours: string, ratios: [string, boolean][]) => {
    const good = ratios.every(([, yes]) => yes);
    all++;
    within += Number(good);
    rows.push([
      head,
      `\`${name}\``,
      theirs,
      ours,
      ratios.map(([text, yes]) => (yes ? text : `${text} (no)`)).join(', '),
    ]);
  };
  for (const name of SPECIALISTS)
    for (const group of PLAN[name].filter((g) => PLAN.one.includes(g))) {
      const [theirs, ours] = [model(material.report(name, group)), model(material.report('one', group))];
      const values = [mean(theirs, 'psnr'), mean(ours, 'psnr'), mean(theirs, 'deltaE'), mean(ours, 'deltaE')];
      if (values.some((v) => v === undefined)) {
        rows.push([`\`${group}\``, `\`${name}\``, pair(theirs), pair(ours), '–']);
        continue;
      }
      const [p1, p2, d1, d2] = values as number[];
      add(`\`${group}\``, name, pair(theirs), pair(ours), [
        [shown(p2 / p1), p2 >= 0.9 * p1],
        [shown(d2 / d1), d2 <= 1.1 * d1],
      ]);
      const [c1, c2] = [theirs, ours].map((row) => row?.summary.saturation?.best?.distance);
      if (c1 !== undefined && c2 !== undefined)
        add(`\`${group}\`, distance of chroma at the best saturation`, name, shown(c1, 3), shown(c2, 3), [
          [shown(c2 / c1), c2 <= 1.1 * c1],
        ]);
    }
  return [
    table(['group', 'specialist', 'its figures', '`one`', '`one` over it'], rows),
    '',
    `Within 10 % in all that a row compares (PSNR, dE): ${within} of ${all} rows; "no" marks what is not. \`filler\` is told where the holes are, \`one\` is not.`,
  ].join('\n');
}

/** What the colorist's colours are like. */
export function coloristTable({ colours }: Material): string {
  const group = (name: string): GroupReport | undefined => colours?.groups.find((g) => g.group === name);
  const bw = group('bw');
  const mine = model(bw);
  const grey = bw?.rows.find((row) => row.name === 'grey');
  const rows: string[][] = [];
  const add = (figure: string, wanted: string, read: (row: RowReport) => string): void =>
    void rows.push([figure, grey ? read(grey) : '–', mine ? read(mine) : '–', wanted]);
  const spread = (row: RowReport, name: FigureName, digits = 2): string => {
    const s = row.summary.figures[name];
    return s ? `${shown(s.mean, digits)} ± ${shown(s.sd, digits)}` : '–';
  };
  const locus = (row: RowReport, name: 'sky' | 'foliage' | 'skin'): string =>
    shown(row.summary.loci[name].hueError, 0);
  add('PSNR', '', (row) => shown(mean(row, 'psnr')));
  add('Delta E, mean ± spread over pictures', '', (row) => spread(row, 'deltaE'));
  add('least Delta E over saturation', '', ({ summary }) => {
    const least = Math.min(...(summary.saturation?.curve.map((p) => p.deltaE) ?? []));
    return shown(least);
  });
  add('distance of chroma over that of grey, best saturation', '0.80', ({ summary }) =>
    shown(summary.saturation?.best?.distance, 3),
  );
  add('the same at colourfulness 0.85', '0.83', ({ summary }) =>
    shown(summary.saturation?.at85?.distance, 3),
  );
  add('distance of chroma at its own strength, mean ± spread', '', (row) => spread(row, 'abDistance', 1));
  add('lean to red, to blue, points', 'within 3', ({ summary }) =>
    [summary.lean.red, summary.lean.blue].map((v) => shown(v, 1)).join(', '),
  );
  add('error of chroma in highlights over that of grey', '1.00', ({ summary }) =>
    shown(summary.highlights?.ratio),
  );
  add('colourfulness, mean ± spread', '0.8 to 1.2', (row) => spread(row, 'colourfulnessRatio'));
  add('hue error of sky, foliage, skin, degrees', '', (row) =>
    (['sky', 'foliage', 'skin'] as const).map((name) => locus(row, name)).join(', '),
  );
  add('chroma that greys gain', '', ({ summary }) => shown(summary.loci.neutral.chromaShift, 1));
  const records = ['blue', 'green', 'red'].map((record) => group(`plates-${record}`));
  if (records.every((g) => g !== undefined)) {
    const all = (read: (g: GroupReport) => string): string => records.map(read).join(', ');
    rows.push([
      'plates, Delta E of the blue, green, red record',
      all((g) =>
        shown(
          mean(
            g.rows.find((row) => row.name === 'grey'),
            'deltaE',
          ),
        ),
      ),
      all((g) => shown(mean(model(g), 'deltaE'))),
      'alike',
    ]);
  }
  const agreement = colours?.plates?.find((p) => p.name === 'colorist');
  if (agreement)
    rows.push([
      'plates, how far the three records differ, over their chroma',
      '–',
      shown(agreement.relative),
      'alike',
    ]);
  return [
    table(['figure', 'grey', '`colorist`', 'wanted'], rows),
    '',
    `${colours?.count ?? 0} test pictures, ${colours?.size ?? 0} px.`,
  ].join('\n');
}

/** The restorer beside non-local means and FFDNet. */
export function restorerTable(material: Material): string {
  const rows = PLAN.restorer.map((group) => {
    const report = material.report('restorer', group);
    const mine = mean(model(report), 'psnr');
    const nlm = mean(
      report?.rows.find((row) => row.name === 'nlm'),
      'psnr',
    );
    const rival = model(material.report(RIVAL, group));
    const theirs = mean(rival, 'psnr');
    const told = /^noise\d+$/.test(group);
    const against = (v: number | undefined, goal: number): string =>
      mine === undefined || v === undefined
        ? '–'
        : told
          ? `${shown(mine - v)}${mine - v >= goal ? '' : ' (no)'}`
          : shown(mine - v);
    return [
      `\`${group}\``,
      pair(model(report)),
      group === 'clean' ? '–' : named(best(report, 'psnr', 1)),
      shown(nlm),
      pair(rival),
      against(nlm, 1.5),
      against(theirs, -0.2),
    ];
  });
  return table(
    [
      'group',
      '`restorer`',
      'best classical PSNR',
      '`nlm`, PSNR',
      'FFDNet',
      'over `nlm` (1.5)',
      'over FFDNet (−0.2)',
    ],
    rows,
  );
}

/** The filler inside holes. */
export function fillerTable(material: Material): string {
  const rows = PLAN.filler.map((group) => {
    const report = material.report('filler', group);
    const mine = model(report);
    const [psnr, deltaE] = [best(report, 'insidePsnr', 1), best(report, 'insideDeltaE', -1)];
    const [p, d] = [mean(mine, 'insidePsnr'), mean(mine, 'insideDeltaE')];
    const rival = report?.rows.find((row) => row.name === psnr?.name);
    return [
      `\`${group}\``,
      p === undefined ? '–' : `${strong(shown(p), psnr !== undefined && p > psnr.value)} dB`,
      named(psnr),
      d === undefined ? '–' : strong(shown(d), deltaE !== undefined && d < deltaE.value),
      named(deltaE),
      shown(median(mine, 'insideSharpness')),
      shown(median(rival, 'insideSharpness')),
      shown(mean(mine, 'outsideDeltaE')),
    ];
  });
  return table(
    [
      'group',
      'PSNR inside',
      'best classical',
      'dE inside',
      'best classical',
      'sharpness inside',
      "that method's",
      'dE outside',
    ],
    rows,
  );
}

/** Each part of the file, what must have been measured for it, and how it is written. */
export const PARTS: Readonly<Record<string, { needs: readonly string[]; write: (m: Material) => string }>> = {
  sizes: { needs: [], write: sizesTable },
  one: { needs: ['one'], write: oneTable },
  specialists: { needs: ['one', ...SPECIALISTS], write: specialistsTable },
  colorist: { needs: ['colours'], write: coloristTable },
  restorer: { needs: ['restorer', RIVAL], write: restorerTable },
  filler: { needs: ['filler'], write: fillerTable },
};
