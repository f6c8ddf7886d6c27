/**
 * What `milia` writes itself, for its training against a critic: melodies from nothing, whole, as the composer has them
 * written. The critic learns to tell them from real ones; the network learns by drawing places of them again. And what
 * it writes as it learns is held against melodies that it has not seen, since in this phase no likelihood says what is better.
 */
import { fromColumns } from '../../../../app/melody/columns.ts';
import { overlapOfSets } from '../../../../app/melody/overlap.ts';
import { planEnd, plannedMelody, type Plan } from '../../../../app/melody/plan.ts';
import { freePlan } from '../../../../app/melody/plans.ts';
import { kindOf, type MelodyRecord } from '../../../../app/melody/record.ts';
import { melodyKinds, type Melody } from '../../../../app/melody/types.ts';
import { seeded } from '../../../../app/random.ts';
import { writeWithMilia } from '../../../actions/compose/milia.ts';
import type { MelodyNetwork } from '../../../engine/melody-networks.ts';

export interface OwnMelody {
  readonly plan: Plan;
  readonly columns: Uint8Array;
}

/** Melodies of each kind that the critic is shown. */
const OWN = 32;
/** Melodies of each kind that are written to be judged. */
const JUDGED = 12;
/** Fewer held-out melodies of a kind say nothing about it. */
const LEAST_REAL = 8;
/** Melodies of one graph: all are as long as the longest. */
const AT_ONCE = 16;

/** The same network and seed give the same melodies. */
async function write(
  network: MelodyNetwork,
  kind: (typeof melodyKinds)[number],
  count: number,
  seed: number,
): Promise<OwnMelody[]> {
  const plans = Array.from({ length: count }, (_, i) =>
    freePlan(network.plans, kind, seeded('own plan', kind, seed, i)),
  ).sort((a, b) => planEnd(a) - planEnd(b));
  const own: OwnMelody[] = [];
  for (let k = 0; k < count; k += AT_ONCE) {
    const some = plans.slice(k, k + AT_ONCE);
    const tasks = some.map((plan, i) => ({ plan, random: seeded('own notes', kind, seed, k + i) }));
    const fillings = await writeWithMilia(network, tasks, 1);
    fillings.forEach(({ columns }, i) => own.push({ plan: some[i], columns }));
  }
  return own;
}

/** Melodies of both kinds, half of each. */
export async function ownMelodies(network: MelodyNetwork, seed: number): Promise<OwnMelody[]> {
  const all: OwnMelody[] = [];
  for (const kind of melodyKinds) all.push(...(await write(network, kind, OWN, seed)));
  return all;
}

const melodyOf = ({ plan, columns }: OwnMelody): Melody => plannedMelody(plan, fromColumns(columns, 60));

/**
 * How like real melodies what the network writes is: the mean overlapped area (app/melody/overlap.ts), always of the same
 * plans and seeds.
 * @param held melodies that nothing was learnt from @returns 0..1 by the name `overlap`; nothing where too few are held out
 */
export async function judged(
  network: MelodyNetwork,
  held: readonly MelodyRecord[],
): Promise<{ overlap?: number }> {
  const areas: number[] = [];
  for (const kind of melodyKinds) {
    const real = held.filter((r) => kindOf(r.kind) === kind).map((r) => r.melody);
    if (real.length < LEAST_REAL) continue;
    const written = (await write(network, kind, JUDGED, 0)).map(melodyOf).filter((m) => m.notes.length >= 2);
    areas.push(written.length < 2 ? 0 : overlapOfSets(real, written).mean);
  }
  return areas.length === 0 ? {} : { overlap: areas.reduce((a, b) => a + b, 0) / areas.length };
}
