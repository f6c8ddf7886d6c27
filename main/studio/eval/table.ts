/** The report as a table in Markdown: one block for each group, baselines and models in the same columns. */
import type { FigureName } from '../../../app/metrics/index.ts';
import { LAPAZ } from './jobs.ts';
import type { EvalReport, GroupReport, RowReport } from './types.ts';

interface Column {
  head: string;
  /** The figure, or null where it has nothing to say. */
  cell: (row: RowReport) => string | null;
}

const fixed = (v: number | null | undefined, digits: number): string | null =>
  v === null || v === undefined || !Number.isFinite(v) ? null : v.toFixed(digits);
const mean =
  (name: FigureName, digits: number) =>
  ({ summary }: RowReport): string | null =>
    fixed(summary.figures[name]?.mean, digits);
const medianOver =
  (name: FigureName, digits: number) =>
  ({ summary }: RowReport): string | null =>
    fixed(summary.figures[name]?.median, digits);

const columns: Column[] = [
  { head: 'PSNR', cell: mean('psnr', 2) },
  { head: 'SSIM', cell: mean('ssim', 3) },
  { head: 'dE', cell: mean('deltaE', 2) },
  { head: 'median dE', cell: medianOver('deltaEMedian', 2) },
  {
    head: 'colourful',
    cell: ({ summary }) => {
      const spread = summary.figures.colourfulnessRatio;
      return spread ? `${spread.mean.toFixed(2)} ± ${spread.sd.toFixed(2)}` : null;
    },
  },
  { head: 'red', cell: ({ summary }) => fixed(summary.lean.red, 1) },
  { head: 'blue', cell: ({ summary }) => fixed(summary.lean.blue, 1) },
  { head: 'highlights', cell: ({ summary }) => fixed(summary.highlights?.ratio, 2) },
  { head: 'noise', cell: mean('residualNoise', 2) },
  { head: 'sharp', cell: medianOver('sharpness', 2) },
  { head: 'in PSNR', cell: mean('insidePsnr', 2) },
  { head: 'in dE', cell: mean('insideDeltaE', 2) },
  { head: 'in sharp', cell: medianOver('insideSharpness', 2) },
  { head: 'out dE', cell: mean('outsideDeltaE', 2) },
  { head: 'sky°', cell: ({ summary }) => fixed(summary.loci.sky.hueError, 0) },
  { head: 'foliage°', cell: ({ summary }) => fixed(summary.loci.foliage.hueError, 0) },
  { head: 'skin°', cell: ({ summary }) => fixed(summary.loci.skin.hueError, 0) },
  { head: 'tint', cell: ({ summary }) => fixed(summary.loci.neutral.chromaShift, 1) },
  { head: 'ab best', cell: ({ summary }) => fixed(summary.saturation?.best?.distance, 3) },
  { head: 'ab at 0.85', cell: ({ summary }) => fixed(summary.saturation?.at85?.distance, 3) },
  { head: 's each', cell: (row) => fixed(row.secondsEach, 3) },
];

/** One group. Columns in which no row has anything to say are left out. */
export function groupTable(report: GroupReport): string {
  const cells = report.rows.map((row) => columns.map((column) => column.cell(row)));
  const used = columns.map((_, c) => cells.some((row) => row[c] !== null));
  const line = (parts: readonly string[]): string => `| ${parts.join(' | ')} |`;
  const heads = columns.filter((_, c) => used[c]).map((column) => column.head);
  return [
    `**${report.group}** (${report.pictures} pictures)`,
    '',
    line(['', ...heads]),
    line(['---', ...heads.map(() => '---:')]),
    ...report.rows.map((row, r) =>
      line([
        row.kind === 'model' ? `**${row.name}**` : row.name,
        ...cells[r].filter((_, c) => used[c]).map((v) => v ?? ''),
      ]),
    ),
    '',
  ].join('\n');
}

/** The whole report. */
export function reportTable(report: EvalReport): string {
  const parts = report.groups.map(groupTable);
  if (report.plates && report.plates.length > 0)
    parts.push(
      [
        '**The three records of a plate**',
        '',
        '| | plates | distance | relative | chroma | true chroma |',
        '| --- | ---: | ---: | ---: | ---: | ---: |',
        ...report.plates.map(
          (p) =>
            `| ${p.name} | ${p.plates} | ${p.distance.toFixed(2)} | ${p.relative.toFixed(2)} | ${p.chroma.toFixed(1)} | ${p.truthChroma.toFixed(1)} |`,
        ),
        '',
      ].join('\n'),
    );
  return parts.join('\n');
}

/** Whether a model is ahead of every baseline of its group, by mean PSNR and by mean colour difference. */
export function verdicts(report: GroupReport): { name: string; psnr: boolean; deltaE: boolean }[] {
  // Untouched pictures and exact inversions are reported only: nothing can be ahead of doing nothing, or of 1 - x.
  if (report.group === 'clean' || report.group === LAPAZ) return [];
  const best = (name: 'psnr' | 'deltaE', better: (...values: number[]) => number): number =>
    better(
      ...report.rows
        .filter((row) => row.kind === 'baseline')
        .map((row) => row.summary.figures[name]?.mean ?? NaN)
        .filter((v) => !Number.isNaN(v)),
    );
  const psnr = best('psnr', Math.max);
  const deltaE = best('deltaE', Math.min);
  return report.rows
    .filter((row) => row.kind === 'model')
    .map((row) => ({
      name: row.name,
      psnr: (row.summary.figures.psnr?.mean ?? -Infinity) > psnr,
      deltaE: (row.summary.figures.deltaE?.mean ?? Infinity) < deltaE,
    }));
}
