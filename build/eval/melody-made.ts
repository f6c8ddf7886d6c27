/** Melodies by a generator, many at a time, with plans as its training melodies have them. */
import path from 'node:path';
import { existsSync } from 'node:fs';
import { fromColumns } from '../../app/melody/columns.ts';
import { notesOf } from '../../app/melody/events.ts';
import { planEnd, plannedMelody } from '../../app/melody/plan.ts';
import { freePlan } from '../../app/melody/plans.ts';
import type { Melody, MelodyKind, Note } from '../../app/melody/types.ts';
import { seeded } from '../../app/random.ts';
import { writeWithBertso } from '../../main/actions/compose/bertso.ts';
import { NUCLEUS } from '../../main/actions/compose/index.ts';
import { writeWithMilia } from '../../main/actions/compose/milia.ts';
import { MelodyNetworks } from '../../main/engine/melody-networks.ts';
import { readModel } from '../../main/studio/run/model.ts';
import { shippedModel } from '../../main/studio/shipped.ts';
import { bertso } from '../../models/bertso/network.ts';
import { milia } from '../../models/milia/network.ts';

export interface Made {
  melodies: Melody[];
  /** Lines whose number of notes was asked for, and those that have it. */
  asked: number;
  met: number;
}

const networks = new MelodyNetworks(2);
/** Melodies of one graph: all are as long as the longest. */
const AT_ONCE = 20;

/** @param model name of a shipped model, or a folder */
export async function made(
  model: string,
  kind: MelodyKind,
  { count, seed, temperature }: { count: number; seed: number; temperature: number },
): Promise<Made> {
  const run = path.join(model, 'model');
  const folder = existsSync(model) ? (existsSync(run) ? run : model) : shippedModel(model);
  const { card } = await readModel(folder);
  const isMilia = card.network === milia.name;
  const network = await networks.open(isMilia ? milia : bertso, folder);
  const plans = Array.from({ length: count }, (_, i) =>
    freePlan(network.plans, kind, seeded('plan', kind, seed, i)),
  );
  // Those of a length together.
  const order = plans.map((_, i) => i).sort((a, b) => planEnd(plans[a]) - planEnd(plans[b]));
  const notes: Note[][] = [];
  for (let k = 0; k < count; k += AT_ONCE) {
    const some = order.slice(k, k + AT_ONCE);
    const tasks = some.map((i) => ({ plan: plans[i], random: seeded('notes', kind, seed, i) }));
    const list = isMilia
      ? (await writeWithMilia(network, tasks, temperature)).map((f) => fromColumns(f.columns, 60))
      : (await writeWithBertso(network, tasks, { temperature, nucleus: NUCLEUS })).map((w) =>
          notesOf(w.events, 60),
        );
    some.forEach((i, j) => (notes[i] = list[j]));
  }
  let asked = 0;
  let met = 0;
  plans.forEach(({ phrases }, i) =>
    phrases.forEach((p) => {
      if (p.notes === 0) return;
      asked++;
      met += Number(notes[i].filter((n) => n.onset >= p.start && n.onset < p.end).length === p.notes);
    }),
  );
  return { melodies: plans.map((plan, i) => plannedMelody(plan, notes[i])), asked, met };
}
