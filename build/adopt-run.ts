/**
 * Takes the model of a training run (`revelado train`) into the project: checks the weights against their network and
 * card, copies them to models/NAME/weights.rvw, and fills in models/NAME/card.json: hash, width, minutes, hardware,
 * pictures, and figures that `revelado eval` measured.
 *
 *   node build/run.mjs tool-script build/adopt-run.ts --run DIR --report report.json --measured-by COMMAND
 *                                                     --photographs TEXT [--hardware TEXT] [--version N]
 *
 * report.json is what `revelado eval --model DIR --report …` wrote; its figures come onto the card as GROUP.FIGURE.
 */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { modelCardSchema, networks, type NetworkName } from '../models/index.ts';
import { checkWeights, readModel } from '../main/studio/run/model.ts';
import { readRunFile } from '../main/studio/run/position.ts';
import { readLog } from '../main/studio/run/log.ts';

const { values } = parseArgs({
  options: {
    run: { type: 'string' },
    report: { type: 'string' },
    'measured-by': { type: 'string' },
    photographs: { type: 'string' },
    hardware: { type: 'string' },
    version: { type: 'string' },
  },
});
for (const needed of ['run', 'report', 'measured-by', 'photographs'] as const)
  if (!values[needed]) throw new Error(`--${needed} is missing`);

const run = path.resolve(values.run!);
const model = await readModel(path.join(run, 'model'));
const name = model.card.network as NetworkName;
const network = networks[name];
const width = model.card.width!;
checkWeights(network, width, model);

/** The figures that belong on a card. */
const WANTED = [
  'psnr',
  'ssim',
  'deltaE',
  'deltaEMedian',
  'abDistance',
  'colourfulnessRatio',
  'insidePsnr',
  'insideDeltaE',
  'outsideDeltaE',
];
interface Report {
  groups: {
    group: string;
    rows: {
      name: string;
      baseline?: boolean;
      summary: { figures: Record<string, { mean: number } | undefined> };
    }[];
  }[];
}
const report = JSON.parse(readFileSync(values.report!, 'utf8')) as Report;
const metrics: Record<string, number> = {};
for (const { group, rows } of report.groups) {
  const row = rows.find((r) => path.resolve(r.name) === run || r.name === values.run);
  if (!row) continue;
  for (const figure of WANTED) {
    const value = row.summary.figures[figure]?.mean;
    if (value !== undefined) metrics[`${group}.${figure}`] = Number(value.toPrecision(4));
  }
}
if (Object.keys(metrics).length === 0) throw new Error(`${values.report} has no figures of ${run}`);

const log = readLog(run);
const last = log.findLast((l) => l.type === 'point');
const hours = readRunFile(run)?.stages.map((s) => `${s.size} px`) ?? [];
const cpu = os.cpus()[0]?.model.trim();
const folder = path.resolve('models', name);
const card = modelCardSchema.parse(JSON.parse(readFileSync(path.join(folder, 'card.json'), 'utf8')));
copyFileSync(path.join(run, 'model', model.card.weights!), path.join(folder, 'weights.rvw'));
const adopted = modelCardSchema.parse({
  ...card,
  version: values.version ?? String(Number(card.version) + 1 || 1),
  width,
  weights: 'weights.rvw',
  sha256: model.card.sha256,
  license:
    'MIT as far as the weights are ours to license; they were trained mostly on photographs that are for research only (see trainedOn)',
  trainedOn: `${values.photographs}; best weights at step ${model.card.version} of ${last?.step ?? '?'}, ${((last?.seconds ?? 0) / 60).toFixed(0)} minutes at ${hours.join(', ')}, ${values.hardware ?? `${os.cpus().length} cores of ${cpu}, shared with other work`}`,
  metrics,
  measuredBy: values['measured-by'],
});
writeFileSync(path.join(folder, 'card.json'), `${JSON.stringify(adopted, null, 2)}\n`);
process.stdout.write(`${name} ${width}: ${Object.keys(metrics).length} figures, ${folder}\n`);
