/**
 * The tables of models/README.md, measured: each network on each of its groups, by the run and the judge of `revelado
 * eval`.
 *
 *   node build/run.mjs tool-script build/models-table.ts --data DIR [--plates DIR] [--ffdnet FILE] [--from DIR] [--write]
 *       [--only one,restorer] [--count 20] [--size 128] [--colours 100] [--threads N]
 *
 * Prints the tables; with `--write` they take their places between the markers of models/README.md. With `--from DIR` each report
 * is kept in that folder, and one that stands there is read instead of measured again, as long as network, weights
 * and pictures are the same; `--only` measures these networks (names of models, `ffdnet`, `colours`: the colorist on
 * more pictures and the plates) and takes the others' reports from there. Parts for which something is missing are
 * left as they are.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { openDataset } from '../main/studio/dataset/index.ts';
import { evaluate, modelEngine, openPredictor, readPlates } from '../main/studio/eval/index.ts';
import type { EvalReport, GroupReport, Predictor } from '../main/studio/eval/index.ts';
import { readModel } from '../main/studio/run/model.ts';
import type { NetworkName } from '../models/index.ts';
import { withParts } from './models-table/markers.ts';
import { graphHash, kept, type ReportKey } from './models-table/reports.ts';
import { type Material, type NetworkSize, PARTS, PLAN, RIVAL } from './models-table/tables.ts';

const README = 'models/README.md';
const SIZED: readonly NetworkName[] = ['one', 'colorist', 'restorer', 'filler', 'upscaler'];
const COLOURS = 'colours';

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    plates: { type: 'string' },
    ffdnet: { type: 'string' },
    from: { type: 'string' },
    only: { type: 'string', default: [...Object.keys(PLAN), COLOURS].join() },
    count: { type: 'string', default: '20' },
    size: { type: 'string', default: '128' },
    colours: { type: 'string', default: '100' },
    threads: { type: 'string', default: String(os.availableParallelism()) },
    write: { type: 'boolean' },
  },
});
if (!options.data) throw new Error('--data DIR is missing: the dataset whose test pictures are to be used');
const measured = new Set(options.only.split(','));
const known = [...Object.keys(PLAN), COLOURS];
for (const name of measured)
  if (!known.includes(name)) throw new Error(`--only ${name}: there are ${known.join(', ')}`);
const dataset = await openDataset(path.resolve(options.data));
const [size, threads] = [Number(options.size), Number(options.threads)];
const engine = await modelEngine('cpu', threads);
const plates = options.plates ? (await readPlates(path.resolve(options.plates), size)).plates : null;

/** The report of one predictor on one group: from the folder, or measured now. */
async function reportOf(
  name: string,
  opened: () => Promise<Predictor>,
  key: ReportKey,
): Promise<EvalReport | undefined> {
  const make = async (): Promise<EvalReport> => {
    const began = performance.now();
    const { report } = await evaluate({
      dataset,
      predictors: [await opened()],
      groups: [key.group],
      size: key.size,
      count: key.count,
      seed: key.seed,
      threads,
      sheetRows: 0,
      ...(key.plates !== null && plates ? { plates } : {}),
    });
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    process.stderr.write(`${name}: ${key.group}, ${report.groups[0].pictures} pictures, ${seconds} s\n`);
    return report;
  };
  const wanted = measured.has(name);
  if (options.from === undefined) return wanted ? make() : undefined;
  return kept(path.resolve(options.from), name, key, wanted ? make : null);
}

const reports = new Map<string, GroupReport>();
let colours: EvalReport | undefined;
const missing = new Map<string, string[]>();
const leave = (name: string, group: string): void =>
  void missing.set(name, [...(missing.get(name) ?? []), group]);
try {
  for (const [name, groups] of Object.entries(PLAN)) {
    const foreign = name === RIVAL;
    if (foreign && (!options.ffdnet || !existsSync(options.ffdnet))) {
      leave(name, 'all: no --ffdnet FILE');
      continue;
    }
    const sha256 = foreign
      ? createHash('sha256').update(readFileSync(options.ffdnet!)).digest('hex')
      : await graphHash(name as NetworkName, size);
    let predictor: Promise<Predictor> | undefined;
    const opened = (): Promise<Predictor> =>
      (predictor ??= openPredictor(foreign ? `onnx:${options.ffdnet}` : name, engine));
    const key = (group: string): ReportKey => ({
      sha256,
      dataset: dataset.name,
      group,
      count: Number(options.count),
      size,
      seed: 1,
      plates: null,
    });
    for (const group of groups) {
      const report = await reportOf(name, opened, key(group));
      if (report) reports.set(`${name} ${group}`, report.groups[0]);
      else leave(name, group);
    }
    if (name === 'colorist') {
      const facts = {
        ...key('bw'),
        count: Number(options.colours),
        plates: options.plates ? path.basename(options.plates) : null,
      };
      colours = await reportOf(COLOURS, opened, facts);
      if (!colours) leave(COLOURS, 'bw');
    }
  }
} finally {
  await engine.store.close();
}

const sizes: NetworkSize[] = [];
for (const name of SIZED) {
  const { card, weights } = await readModel(`models/${name}`);
  const count = [...weights.values()].reduce((n, { data }) => n + data.length, 0);
  const { size: fileBytes } = statSync(`models/${name}/${card.weights ?? ''}`);
  sizes.push({ name, width: card.width ?? 'small', version: card.version, weights: count, fileBytes });
}
const material: Material = {
  sizes,
  colours,
  pictures: Number(options.count),
  side: size,
  report: (name, group) => reports.get(`${name} ${group}`),
};
const parts = new Map<string, string>();
for (const [name, { needs, write }] of Object.entries(PARTS)) {
  const lacks = needs.filter((need) => missing.has(need));
  if (lacks.length > 0)
    process.stderr.write(
      `${name} is left out: ${lacks.map((need) => `${need} (${missing.get(need)?.join(', ')})`).join('; ')} not measured\n`,
    );
  else parts.set(name, write(material));
}
for (const [name, text] of parts) process.stdout.write(`${name}\n\n${text}\n\n`);
if (options.write) {
  const text = withParts(readFileSync(README, 'utf8'), parts);
  const style = await resolveConfig(README);
  writeFileSync(README, await format(text, { ...style, filepath: README }));
  process.stderr.write(`${README}: ${[...parts.keys()].join(', ')}\n`);
}
