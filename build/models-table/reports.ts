/**
 * Reports of `revelado eval`, each of one predictor on one group, kept in a folder: what was measured with the same
 * weights, the same graph, pictures, size and seed is read again instead of measured, so that a long run can be
 * taken up where it was left.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { emit } from '../../app/graph/emit.ts';
import { Graph } from '../../app/graph/graph.ts';
import { constantScope } from '../../app/graph/scope.ts';
import { writeJsonAtomic } from '../../main/files/index.ts';
import { makeFolder } from '../../main/files/folder.ts';
import type { EvalReport } from '../../main/studio/eval/index.ts';
import { readModel } from '../../main/studio/run/model.ts';
import { networkInputs, networks, type NetworkName } from '../../models/index.ts';

/** What decides a report; two that are alike in all of it are the same. */
export interface ReportKey {
  /** Of the network's graph with its weights, or of a rival's file. */
  sha256: string;
  dataset: string;
  group: string;
  count: number;
  size: number;
  seed: number;
  plates: string | null;
}

/** Hash of what a network computes: of its graph with its weights, for pictures of one size. */
export async function graphHash(name: NetworkName, side: number): Promise<string> {
  const { card, weights } = await readModel(`models/${name}`);
  const graph = new Graph();
  const inputs = networkInputs(graph, networks[name], { batch: 1, height: side, width: side });
  const outputs = networks[name].build(constantScope(graph, weights), inputs, card.width ?? 'small');
  const wanted: string = name === 'colorist' ? 'ab' : 'y';
  return createHash('sha256')
    .update(emit({ [wanted]: outputs[wanted] }).bytes)
    .digest('hex');
}

/** Finds a report in the folder, or makes it and keeps it there. */
export async function kept(
  folder: string,
  name: string,
  key: ReportKey,
  make: (() => Promise<EvalReport>) | null,
): Promise<EvalReport | undefined> {
  const file = path.join(folder, `${name}-${key.group.replaceAll('+', '-')}-${key.count}x${key.size}.json`);
  const found = await readFile(file, 'utf8').then(
    (text) => JSON.parse(text) as { key: ReportKey; report: EvalReport },
    () => null,
  );
  if (found && JSON.stringify(found.key) === JSON.stringify(key)) return found.report;
  if (!make) return undefined;
  const report = await make();
  await makeFolder(folder);
  await writeJsonAtomic(file, { key, report });
  return report;
}
