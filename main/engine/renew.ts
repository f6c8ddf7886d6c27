/**
 * The chain of steps that follow on a positive, in the order of app/recipe/restore.ts: each takes a source and gives
 * one, and nothing is computed before somebody reads. What a step has to know of the whole picture is found once on a
 * reduced copy (findings.ts) and shared by all sizes; what networks make is kept in a fixed grid of tiles. Preview,
 * thumbnail and export differ in the size at which they open the positive, and in nothing else.
 */
import { MessageChannel } from 'node:worker_threads';
import type { NetworkTask, OpenNetwork } from '../actions/picture/networks.ts';
import type { PictureSource } from '../actions/picture/source.ts';
import type { AgeingAnalysis } from '../actions/ageing/index.ts';
import { cleanedSource, cleanerFor, probes, surfaceOf } from '../actions/clean/index.ts';
import type { ColourModel, ColourPlan } from '../actions/colorize/index.ts';
import { analyseDetail, type DetailAnalysis } from '../actions/detail/index.ts';
import { enlargedSource } from '../actions/enlarge/index.ts';
import { viewTurn } from '../actions/develop/index.ts';
import type { Face } from '../actions/faces/index.ts';
import { facesOfScan } from '../actions/faces/turned.ts';
import {
  DAMAGED,
  maskWithMarks,
  repairedSource,
  type DamageMap,
  type Mask,
} from '../actions/repair/index.ts';
import { RevealError } from '../../app/contract/messages.ts';
import { restoreSteps } from '../../app/recipe/restore.ts';
import { say, type Sentence } from '../../app/words/sentences.ts';
import { gatherEvidence, type EvidenceFile } from './evidence.ts';
import { factsOf, serveNetwork } from './network-port.ts';
import { withStep, type PureStep } from './pure-steps.ts';
import { DAMAGE_SIDE, LOOK_SIDE } from './renew-types.ts';
import type { Chain, RenewDeps, RenewInput, RestoreStep } from './renew-types.ts';
import { combined, fillersOf, fillsIn, fitted, partOf, printArea, sideOf, wholeOf } from './renew-whole.ts';
import { cachedSource } from './tile-cache.ts';

export { DAMAGE_SIDE, LOOK_SIDE } from './renew-types.ts';
export type { Chain, ModelUse, RenewDeps, RenewInput, RestoreStep } from './renew-types.ts';
export { wholeOf } from './renew-whole.ts';

/** Bytes of a whole picture from which collectors run before and after the search for damage. */
const COLLECT_FROM = 48e6;

/** The steps of one picture, ready for any size. */
export class Renewal {
  readonly input: RenewInput;
  private readonly deps: RenewDeps;
  private readonly base: string;
  /** Findings that this renewal has seen. */
  private readonly known: { ageing?: AgeingAnalysis; colour?: ColourPlan } = {};

  constructor(deps: RenewDeps, input: RenewInput) {
    this.deps = deps;
    this.input = input;
    this.base = JSON.stringify([input.hash, input.positive.key, input.seed]);
  }

  /** All that the picture depends on up to a step. */
  private key(upTo: RestoreStep): string {
    const { params, mask, models } = this.input;
    const evidence = this.input.evidence.map(({ sha256 }) => sha256);
    const parts: unknown[] = [this.base, this.input.damageSide ?? null, this.input.album];
    for (const { id } of restoreSteps) {
      if (params[id].on)
        parts.push([id, params[id], id === 'repair' ? [mask?.sha256 ?? null, evidence] : null, models]);
      if (id === upTo) break;
    }
    return JSON.stringify(parts);
  }

  /**
   * The picture with all steps up to one.
   * @param side longest side of the positive; null: full size
   * @throws RevealError 'not-found' for a model that is gone, 'bad-input' for a mask that leaves nothing
   */
  chain(side: number | null, upTo: RestoreStep = 'enlarge'): Promise<Chain> {
    return this.at(
      sideOf(this.input.positive, side),
      restoreSteps.findIndex((s) => s.id === upTo),
    );
  }

  /** One stage on the one before; -1 is the positive. */
  private at(side: number | null, step: number): Promise<Chain> {
    const { params, positive } = this.input;
    while (step >= 0 && !params[restoreSteps[step].id].on) step--;
    if (step < 0)
      return this.deps.positives.get(`${side} ${this.base}`, async () => {
        const open = await positive.open(side);
        return {
          positive: open,
          source: open.source,
          pure: { base: open.shared, steps: [] },
          unrepaired: null,
          repaired: null,
          ageing: null,
          damage: null,
          mask: null,
          colour: null,
          evidence: [],
          models: [],
          warnings: [...open.notes],
        };
      });
    const { id } = restoreSteps[step];
    return this.deps.stages.get(`${side} ${this.key(id)}`, async () => {
      // A plan is made on a small copy: beside the reading of the picture, not after it.
      const plan = id === 'colour' ? this.tinted() : null;
      plan?.catch(() => undefined);
      const before = await this.at(side, step - 1);
      const chain = { ...before, models: [...before.models], warnings: [...before.warnings] };
      await this.add(id, chain);
      return chain;
    });
  }

  /** The steps behind one, on a chain whose pixels are stored by now. */
  async after(id: RestoreStep, stored: Chain): Promise<Chain> {
    const chain = { ...stored, models: [...stored.models], warnings: [...stored.warnings] };
    const at = restoreSteps.findIndex((s) => s.id === id);
    for (const step of restoreSteps.slice(at + 1))
      if (this.input.params[step.id].on) await this.add(step.id, chain);
    return chain;
  }

  private async add(id: RestoreStep, chain: Chain): Promise<void> {
    const { params, seed } = this.input;
    const { tiles, networks } = this.deps;
    switch (id) {
      case 'ageing': {
        const analysis = await this.ageing();
        chain.ageing = analysis;
        put(chain, { id, analysis, params: params.ageing });
        break;
      }
      case 'repair': {
        const { damage, mask } = await this.damage();
        chain.damage = damage;
        chain.mask = mask;
        chain.unrepaired = chain.source;
        const given = this.input.mask;
        if (given && !given.data.some((v) => v >= DAMAGED))
          chain.warnings.push(say('renew-mask-none', { mask: given.name }));
        const { fill, grain, marks } = params.repair;
        const other = await gatherEvidence(
          chain.source,
          mask,
          this.input.evidence,
          (path, side) => this.deps.evidence(path, side),
          (picture, file) => this.damageOf(picture, file),
        );
        chain.evidence = other.uses;
        chain.warnings.push(...other.notes);
        const repaired = repairedSource(chain.source, mask, {
          fill,
          grain,
          marks,
          // Only a network makes things up.
          faces: fill === 'plain' || params.repair.faces ? null : await this.faces(),
          networks: fill === 'plain' ? null : fillersOf(networks, params.repair.model),
          seed,
          fills: fillsIn(this.deps.pool),
          evidence: other.evidence,
          ...(damage ? { regions: damage.regions } : {}),
        });
        chain.repaired = repaired;
        chain.source = cachedSource(repaired, tiles);
        chain.pure = null;
        break;
      }
      case 'colour': {
        const network = await this.network(id, 'colorist', params.colour.model, chain.warnings);
        const plan = await this.colour(network);
        chain.colour = plan;
        if (plan.network) chain.models.push({ step: id, ...plan.network });
        put(chain, { id, plan, params: params.colour, model: await this.tint(plan, network) });
        break;
      }
      case 'clean': {
        const { strength, faces } = params.clean;
        const network = strength > 0 ? await this.cleaner(chain) : null;
        const limited = strength > faces ? await this.faces() : null;
        if (network) chain.models.push({ step: id, name: network.name, sha256: network.sha256 });
        chain.source = cachedSource(cleanedSource(chain.source, params.clean, network, limited), tiles);
        chain.pure = null;
        break;
      }
      case 'detail':
        put(chain, { id, analysis: await this.detail(), params: params.detail });
        break;
      case 'enlarge': {
        // Without a network a filter does it: nothing is lacking that a person would have to know.
        const network = await this.deps.networks.open('upscaler', params.enlarge.model);
        if (network) chain.models.push({ step: id, name: network.name, sha256: network.sha256 });
        chain.source = cachedSource(enlargedSource(chain.source, params.enlarge, network), tiles);
        chain.pure = null;
        break;
      }
    }
  }

  /** The restorer, where it is the better cleaner for this picture or was named. Without weights a plain denoiser does it. */
  private async cleaner({ source, warnings }: Chain): Promise<OpenNetwork | null> {
    const { model } = this.input.params.clean;
    const network = await this.deps.networks.open('restorer', model);
    if (!network) warnings.push(say('renew-no-restorer'));
    if (!network || model !== '') return network;
    return cleanerFor(surfaceOf(await probes(source))) === 'network' ? network : null;
  }

  /** Faces, where steps hold back; null: there is nobody to look for them. */
  private async faces(): Promise<Face[] | null> {
    const network = await this.deps.networks.open('faces');
    if (!network) return null;
    const { task, info } = this.input.positive;
    const turn = viewTurn(task.params.frame, info.orientation);
    return this.deps.findings.get(`faces ${network.sha256} ${turn.join()} ${this.base}`, async () => {
      const { source } = await this.at(sideOf(this.input.positive, LOOK_SIDE), -1);
      return facesOfScan(await wholeOf(source), turn, network);
    });
  }

  /** The plan of local contrast, on the picture as it is before that step. */
  private detail(): Promise<DetailAnalysis> {
    return this.deps.findings.get(`detail ${this.key('repair')}`, async () => {
      const { source } = await this.chain(LOOK_SIDE, 'repair');
      return analyseDetail(source);
    });
  }

  /** Opens the network of a step, or says that there is none. */
  private async network(
    step: RestoreStep,
    task: NetworkTask,
    name: string,
    warnings: Sentence[],
  ): Promise<OpenNetwork | null> {
    const network = await this.deps.networks.open(task, name);
    if (!network) warnings.push(say('renew-no-model', { step }));
    return network;
  }

  /** The signs of age in the picture, whether or not the step is on; of several prints on one scan, in its own. */
  async ageing(): Promise<AgeingAnalysis> {
    const area = printArea(this.input.positive);
    const key = `ageing ${area ? JSON.stringify(area) : ''}${this.base}`;
    const found = await this.deps.findings.get(key, async () => {
      const { source } = await this.at(sideOf(this.input.positive, LOOK_SIDE), -1);
      const whole = await wholeOf(source);
      const picture = area ? partOf(whole, area) : whole;
      const { ageing } = await this.deps.pool.run({ kind: 'ageing', picture });
      if (!ageing) throw new RevealError('internal', 'The look for ageing gave nothing.');
      return ageing;
    });
    const { album } = this.input;
    const taken = album && album.kind === found.kind && album.toning === found.toning ? album : found;
    this.known.ageing = taken;
    return taken;
  }

  /**
   * What can be shown at once, without waiting for damage and networks: the steps whose findings are there.
   * @returns the source, and the steps that are not in it yet
   */
  async draft(side: number | null): Promise<{ source: PictureSource; pending: RestoreStep[] }> {
    const { params, positive } = this.input;
    let { source } = await this.at(sideOf(positive, side), -1);
    const pending: RestoreStep[] = [];
    for (const { id } of restoreSteps) {
      if (!params[id].on || id === 'enlarge') continue;
      const { ageing, colour } = this.known;
      if (id === 'ageing' && ageing) source = withStep(source, { id, analysis: ageing, params: params[id] });
      else if (id === 'colour' && colour) source = withStep(source, { id, plan: colour, params: params[id] });
      else pending.push(id);
    }
    return { source, pending };
  }

  /** The damage of another picture, from which nothing is taken. */
  private damageOf(other: PictureSource, { sha256 }: EvidenceFile): Promise<Mask> {
    const { sensitivity } = this.input.params.repair;
    const key = JSON.stringify(['evidence', sha256, other.width, other.height, sensitivity]);
    return this.deps.findings.get(key, async () => {
      const kind = other.channels === 1 ? ('bw' as const) : ('colour' as const);
      const options = { sensitivity, scale: other.scale, kind };
      const { damage } = await this.deps.pool.run({ kind: 'damage', picture: await wholeOf(other), options });
      if (!damage) throw new RevealError('internal', 'The search for damage gave nothing.');
      return { width: damage.width, height: damage.height, data: damage.confidence };
    });
  }

  /** Damage that was found, a person's mask and marks over it. */
  async damage(): Promise<{ damage: DamageMap | null; mask: Mask }> {
    const { params, mask, positive } = this.input;
    const { find, sensitivity, marks } = params.repair;
    const side = this.input.damageSide ?? DAMAGE_SIDE;
    const { width, height } = positive.info;
    const found =
      find === 'auto'
        ? await this.deps.findings.get(`damage 3 ${side} ${sensitivity} ${this.key('ageing')}`, async () => {
            const { source } = await this.chain(side, 'ageing');
            const picture = await wholeOf(source);
            const kind = positive.channels === 1 ? 'bw' : 'colour';
            const faces = await this.faces();
            // Nothing takes more memory than this search: what earlier work has left goes first.
            if (picture.data.byteLength > COLLECT_FROM) this.deps.pool.collect(true);
            const { damage } = await this.deps.pool.run({
              kind: 'damage',
              picture,
              options: { sensitivity, scale: source.scale, kind, faces },
            });
            if (picture.data.byteLength > COLLECT_FROM) setImmediate(() => this.deps.pool.collect());
            if (!damage) throw new RevealError('internal', 'The search for damage gave nothing.');
            return damage;
          })
        : null;
    const given = mask && combined(mask, found);
    const size = given ?? found ?? fitted(width, height, side);
    const data = maskWithMarks(given ?? found, marks, size);
    return { damage: found, mask: { width: size.width, height: size.height, data } };
  }

  /** The plan of the colours, whether or not the step is on: for suggestions. */
  async colours(): Promise<ColourPlan> {
    return this.colour(await this.network('colour', 'colorist', this.input.params.colour.model, []));
  }

  /** The plan, and what the sliders make of it. */
  async tinted(): Promise<void> {
    const network = await this.network('colour', 'colorist', this.input.params.colour.model, []);
    await this.tint(await this.colour(network), network);
  }

  /** What the sliders make of a plan, put together once for all threads. */
  private tint(plan: ColourPlan, network: OpenNetwork | null): Promise<ColourModel> {
    const params = this.input.params.colour;
    return this.deps.tints.get(JSON.stringify([this.colourKey(network), params]), async () => {
      const { tint } = await this.deps.pool.run({ kind: 'tint', plan, params });
      if (!tint) throw new RevealError('internal', 'The colours were not put together.');
      return tint;
    });
  }

  private colourKey(network: OpenNetwork | null): string {
    const { hints, own } = this.input.params.colour;
    return JSON.stringify(['colour', hints, own, network?.sha256, this.key('repair')]);
  }

  private async colour(network: OpenNetwork | null): Promise<ColourPlan> {
    const { hints, own } = this.input.params.colour;
    const plan = await this.deps.findings.get(this.colourKey(network), async () => {
      const { source } = await this.chain(LOOK_SIDE, 'repair');
      const picture = await wholeOf(source);
      const channel = network && new MessageChannel();
      if (network && channel) serveNetwork(channel.port1, network);
      try {
        const { colours } = await this.deps.pool.run({
          kind: 'colours',
          picture,
          hints,
          own,
          network: network && factsOf(network),
          port: channel?.port2 ?? null,
        });
        if (!colours) throw new RevealError('internal', 'The look for colours gave nothing.');
        return colours;
      } finally {
        channel?.port1.close();
      }
    });
    this.known.colour = plan;
    return plan;
  }
}

/** Puts a step on a chain that threads can do. */
function put(chain: Chain, step: PureStep): void {
  chain.source = withStep(chain.source, step);
  if (chain.pure) chain.pure = { base: chain.pure.base, steps: [...chain.pure.steps, step] };
}
