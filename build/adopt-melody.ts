/**
 * Takes the model of a run that learnt melodies into the project: checks the weights, copies them to
 * models/NAME/weights.rvw, and writes models/NAME/card.json with the figures that build/eval/melody.ts measured.
 *
 *   node build/run.mjs tool-script build/adopt-melody.ts --run DIR --report report.json --measured-by COMMAND
 *                                                        --trained-on TEXT --limits TEXT [--version N]
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Graph } from '../app/graph/graph.ts';
import { constantScope } from '../app/graph/scope.ts';
import { checkWeights, readModel } from '../main/studio/run/model.ts';
import { bertso } from '../models/bertso/network.ts';
import { modelCardSchema, networkInputs } from '../models/index.ts';
import { milia } from '../models/milia/network.ts';

const { values } = parseArgs({
  options: {
    run: { type: 'string' },
    report: { type: 'string' },
    'measured-by': { type: 'string' },
    'trained-on': { type: 'string' },
    limits: { type: 'string' },
    version: { type: 'string', default: '1' },
  },
});
const wanted = (name: 'run' | 'report' | 'measured-by' | 'trained-on' | 'limits'): string => {
  const value = values[name];
  if (value === undefined) throw new Error(`--${name} is missing`);
  return value;
};

/** Where the melodies come from, as their collectors are to be named. */
const COLLECTIONS =
  '3,068 public-domain melodies of other countries (no melody of the bertsolaris): Open Hymnal Project (public domain, so dedicated); J. C. Bruce and J. Stokoe, Northumbrian Minstrelsy, 1882, and J. Aird, A Selection of Scotch, English, Irish and Foreign Airs, Glasgow 1778-1801, both transcribed by Jack Campin; F. O’Neill, Music of Ireland, Chicago 1903, transcribed by some twenty volunteers; Ryan’s Mammoth Collection, Boston 1883, transcribed by Ray Davies, John B. Walsh, John Chambers and others; all but the first read from the ABC files of the music21 corpus (cuthbertLab)';

const run = path.resolve(wanted('run'));
const model = await readModel(path.join(run, 'model'));
const network = model.card.network === milia.name ? milia : bertso;
const width = model.card.width ?? 'small';
checkWeights(network, width, model);

const report = JSON.parse(readFileSync(wanted('report'), 'utf8')) as Record<string, Record<string, number>>;
const metrics: Record<string, number> = {};
for (const kind of ['vocal', 'tune'])
  for (const [name, value] of Object.entries(report[`${path.basename(run)}, ${kind}`]))
    metrics[`${kind}.${name}`] = Math.round(value * 1e4) / 1e4;

// Shapes with the words of the card for what a graph decides.
const size = { batch: 3, height: 64, width: 96 };
const graph = new Graph();
const inputs = networkInputs(graph, network, size);
const outputs = network.build(constantScope(graph, model.weights), inputs, width);
const words = (shape: readonly number[]): (number | string)[] =>
  shape.map((n) => (n === size.batch ? 'batch' : n === size.width ? 'width' : n));
const meanings: Record<string, string> = {
  tones: 'logits of the tone of each event',
  lengths: 'logits of the duration of each event, where its tone is the one that was given',
  logits: 'logits of the class of each column: rest, hold, onset of a tone',
};

const dir = path.resolve('models', network.name);
mkdirSync(dir, { recursive: true });
copyFileSync(path.join(run, 'model', model.card.weights as string), path.join(dir, 'weights.rvw'));
const card = modelCardSchema.parse({
  name: network.name,
  version: values.version,
  task: network.task,
  network: network.name,
  width,
  weights: 'weights.rvw',
  sha256: model.card.sha256,
  inputs: network.inputs(size).map((i) => ({ name: i.name, shape: words(i.shape), meaning: i.meaning })),
  outputs: Object.entries(outputs).map(([name, t]) => ({
    name,
    shape: words(t.shape),
    meaning: meanings[name],
  })),
  license: 'MIT; the printed sources of the melodies are in the public domain',
  provenance: [],
  trainedOn: `${COLLECTIONS}. ${wanted('trained-on')}`,
  metrics,
  measuredBy: wanted('measured-by'),
  limits: wanted('limits'),
});
writeFileSync(path.join(dir, 'card.json'), `${JSON.stringify(card, null, 2)}\n`);
