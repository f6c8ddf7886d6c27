/**
 * What a picture needs, decided by what was found in it: a recipe and the reasons in words. Auto repairs. It makes no
 * colour, takes no grain out and makes no toned print neutral unless it is asked to, and leaves alone what it is not
 * sure of: a fresh picture comes out as it went in.
 *
 * Order of the work (app/recipe/restore.ts): what is film is developed; ageing is undone first, since what looks for
 * damage was taught on unfaded pictures; then damage, so that nothing later sharpens or colours a scratch; then blocks
 * or grain; sharpening; colour last.
 */
import type { ScanKind } from '../../../app/contract/library.ts';
import { restoreSteps } from '../../../app/recipe/restore.ts';
import { isPrint, type StepChanges } from '../../../app/recipe/wanted.ts';
import { say, type Sentence } from '../../../app/words/sentences.ts';
import { DAMAGE_KINDS, DAMAGED, type DamageMap } from '../repair/index.ts';
import type { AgeingAnalysis } from '../ageing/index.ts';
import type { AutoDecision, AutoFacts, AutoWhat, AutoWish, DamageSummary } from './types.ts';

/**
 * A colour print counts as faded when its dyes have lost unequal shares of their density, and that is sure; or when so
 * much is gone from one that no light could have made it so. A sunset or a tungsten lamp looks like a little fading.
 */
const FADED = 0.12;
const SURE = 0.7;
const GONE = 0.5;
/** General stain of a colour print and yellowing of a grey one, density of blue over red. */
const STAINED = 0.12;
const YELLOWED = 0.06;
/** Tones of a print narrower than this (density) are flat. */
const FLAT = 1.3;
/**
 * Damage that is repaired. The finder also points at glints and blades of grass: on a picture that shows no age it takes
 * far more of it before Auto believes that the paper was hurt.
 */
const HURT = { places: 3, share: 0.0001 };
const HURT_FRESH = { places: 12, share: 0.004 };
/**
 * How readily damage is searched for on a picture that shows age, and on one that shows none; a person may go further. At
 * the ordinary setting (0.5) the finder also takes small bright things for damage, which nobody would see coming.
 */
const SEARCH = { aged: 0.35, fresh: 0.2 };
/** JPEG blocks, levels of 255, from which they are smoothed. */
const BLOCKS = 2.6;
/** Grain worth a word, levels of 255. */
const GRAIN = 2;
/** Edges as wide as this, in pixels, are soft. */
const SOFT = 3.2;

/** What of a damage map Auto decides by. */
export function damageSummary(damage: DamageMap): DamageSummary {
  let filled = 0;
  for (const v of damage.confidence) if (v >= DAMAGED) filled++;
  const kinds: DamageSummary['kinds'] = {};
  for (const { kind } of damage.regions) kinds[kind] = (kinds[kind] ?? 0) + 1;
  return { places: damage.regions.length, share: filled / damage.confidence.length, kinds };
}

/** Whether ageing is to be undone: what was found is large enough and sure enough. `maybe`: large, but not sure. */
export function agedBy(ageing: AgeingAnalysis): 'yes' | 'maybe' | 'no' {
  const cast = Math.max(...ageing.stain) - Math.min(...ageing.stain);
  const flat = ageing.black - ageing.white < FLAT;
  if (ageing.kind === 'mono') {
    const yellowed = ageing.toning === 'none' && cast > YELLOWED;
    // The tint of a toned print is its own, and so is a cast under it.
    return yellowed || flat ? 'yes' : 'no';
  }
  const worst = Math.max(...ageing.loss);
  const spread = worst - Math.min(...ageing.loss);
  if (spread < FADED && cast < STAINED) return 'no';
  return ageing.confidence >= SURE || (worst >= GONE && spread > 2 * FADED) ? 'yes' : 'maybe';
}

/** Sensitivity with which Auto searches for damage: paper and film are searched as usual, fresh colour pictures warily. */
export function searchFor(kind: ScanKind, ageing: AgeingAnalysis | null): number {
  const fresh = isPrint(kind) && !isGrey(kind, ageing) && (!ageing || agedBy(ageing) !== 'yes');
  return fresh ? SEARCH.fresh : SEARCH.aged;
}

/** A monochrome picture, whatever it was toned with. Hand colouring has colours of its own. */
const isGrey = (kind: ScanKind, ageing: AgeingAnalysis | null): boolean =>
  kind === 'bw-negative' ||
  (isPrint(kind) &&
    (ageing ? ageing.kind === 'mono' && ageing.toning !== 'hand-coloured' : kind === 'bw-print'));

function whatOf({ kind, ageing }: AutoFacts, aged: boolean): AutoWhat {
  if (!isPrint(kind)) return kind as AutoWhat;
  if (isGrey(kind, ageing) || ageing?.toning === 'hand-coloured') return 'bw-print';
  return aged ? 'faded-print' : 'colour-picture';
}

const WHAT: Record<AutoWhat, () => Sentence> = {
  'colour-negative': () => say('auto-colour-negative'),
  'bw-negative': () => say('auto-bw-negative'),
  slide: () => say('auto-slide'),
  'faded-print': () => say('auto-faded-print'),
  'colour-picture': () => say('auto-colour-picture'),
  'bw-print': () => say('auto-bw-print'),
  reel: () => say('auto-reel'),
};

/** The recipe for a picture, with its reasons in the order in which they lead to it. */
export function decideAuto(facts: AutoFacts, wish: AutoWish): AutoDecision {
  const { kind, ageing, damage, quality } = facts;
  const age = ageing ? agedBy(ageing) : 'no';
  const what = whatOf(facts, age === 'yes');
  const reasons: Sentence[] = [WHAT[what](), ...facts.reasons];
  const steps: StepChanges = {};
  const done = (damaged: boolean): AutoDecision => {
    const order = restoreSteps.map((s) => s.id).filter((id) => id in steps);
    if (order.length === 0 && what !== 'reel')
      reasons.push(isPrint(kind) ? say('auto-nothing') : say('auto-only-develop'));
    return { what, damaged, steps, order, reasons };
  };
  if (what === 'reel') return done(false);

  if (ageing) {
    // What is too little to be undone is not worth a word, but what a monochrome print is always is.
    if (age !== 'no' || ageing.kind === 'mono') reasons.push(...ageing.reasons);
    const toned = ageing.toning !== 'none';
    const neutral = toned && wish.neutral;
    if (age === 'yes' || neutral) {
      // What is less sure is done by halves.
      const strength = age === 'yes' && ageing.confidence < SURE ? 0.6 : 1;
      steps['ageing'] = { on: true, strength, toning: neutral ? 'neutral' : 'keep' };
      reasons.push(say('auto-ageing'));
    } else if (age === 'maybe') reasons.push(say('auto-unsure'));
    if (toned) reasons.push(neutral ? say('auto-toning-asked') : say('auto-toning-stays'));
  }

  const damaged = isHurt(damage, what, age === 'yes');
  if (damaged && damage) {
    steps['repair'] = { on: true, find: 'auto', sensitivity: searchFor(kind, ageing) };
    reasons.push(
      say('auto-damaged', { places: String(damage.places), percent: percent(damage.share) }),
      say('auto-repair', kindCounts(damage)),
    );
  } else if (damage && damage.places > 0) reasons.push(say('auto-whole', { places: String(damage.places) }));

  if (quality) {
    const blocked = quality.blocks >= BLOCKS;
    const grain = quality.noise >= GRAIN;
    const levels = quality.noise.toFixed(0);
    if (blocked) {
      steps['clean'] = { on: true, strength: quality.blocks >= 1.5 * BLOCKS ? 0.6 : 0.4 };
      reasons.push(say('auto-blocks'));
    } else if (wish.grain) {
      steps['clean'] = { on: true, strength: quality.noise >= 3 * GRAIN ? 0.7 : 0.5 };
      reasons.push(say('auto-grain-asked', { levels }));
    } else if (grain) reasons.push(say('auto-grain-stays', { levels }));
    const old = damaged || age === 'yes';
    if (old && quality.edge !== null && quality.edge >= SOFT) {
      steps['detail'] = { on: true, contrast: 0, sharpen: 0.3 };
      reasons.push(say('auto-soft', { width: quality.edge.toFixed(1) }));
    }
  } else if (wish.grain) {
    steps['clean'] = { on: true };
    reasons.push(say('auto-grain-film'));
  }

  if (isGrey(kind, ageing)) {
    if (wish.colorize) steps['colour'] = { on: true };
    reasons.push(wish.colorize ? say('auto-colour') : say('auto-no-colour'));
  } else if (wish.colorize) reasons.push(say('auto-colour-there'));
  return done(damaged);
}

function isHurt(damage: DamageSummary | null, what: AutoWhat, aged: boolean): boolean {
  if (!damage) return false;
  // A colour picture without a sign of age is most likely a photograph of today.
  const limit = what === 'colour-picture' && !aged ? HURT_FRESH : HURT;
  const torn = (damage.kinds.tear ?? 0) + (damage.kinds.crack ?? 0) + (damage.kinds.corner ?? 0) > 0;
  return (
    (damage.places >= limit.places && damage.share >= limit.share) ||
    (limit === HURT && torn && damage.share >= limit.share)
  );
}

const percent = (share: number): string => {
  const p = 100 * share;
  return p >= 1 ? p.toFixed(0) : p >= 0.1 ? p.toFixed(1) : p.toFixed(2);
};

const kindCounts = (damage: DamageSummary): Record<(typeof DAMAGE_KINDS)[number], string> =>
  Object.fromEntries(DAMAGE_KINDS.map((k) => [k, String(damage.kinds[k] ?? 0)])) as ReturnType<
    typeof kindCounts
  >;
