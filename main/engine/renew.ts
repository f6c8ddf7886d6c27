/**
 * The chain of steps that follow on a positive, in the order of app/recipe/restore.ts: each takes a source and gives
 * one, and nothing is computed before somebody reads. What a step has to know of the whole picture is found once on a
 * reduced copy (findings.ts) and shared by all sizes; what networks make is kept in a fixed grid of tiles. Preview,
 * thumbnail and export differ in the size at which they open the positive, and in nothing else.
 */
import { MessageChannel } from 'node:worker_threads';
import { convertPlanes } from '../actions/picture/as-is.ts';
import type { NetworkTask, Networks, OpenNetwork } from '../actions/picture/networks.ts';
import type { PictureSource } from '../actions/picture/source.ts';
import type { AgeingAnalysis } from '../actions/ageing/index.ts';
import { cleanedSource } from '../actions/clean/index.ts';
import type { ColourPlan } from '../actions/colorize/index.ts';
import { analyseDetail, type DetailAnalysis } from '../actions/detail/index.ts';
import { enlargedSource } from '../actions/enlarge/index.ts';
import { detectFaces, type Face } from '../actions/faces/index.ts';
import {
  DAMAGED,
  maskWithMarks,
  repairedSource,
  type DamageMap,
  type Mask,
  type RepairedSource,
} from '../actions/repair/index.ts';
import { RevealError } from '../../app/contract/messages.ts';
import type { Planar } from '../../app/planar.ts';
import { restoreSteps, type RestoreParams } from '../../app/recipe/restore.ts';
import { say, type Sentence } from '../../app/words/sentences.ts';
import type { Findings } from './findings.ts';
import { factsOf, serveNetwork } from './network-port.ts';
import type { OpenPositive, Positive } from './positive.ts';
import type { PixelPool } from './pool.ts';
import { withStep, type PureChain, type PureStep } from './pure-steps.ts';
import { Memo } from './scans.ts';
import { cachedSource } from './tile-cache.ts';

export type RestoreStep = (typeof restoreSteps)[number]['id'];

/** Longest side of the copy in which damage is looked for, and of the one that colours and ageing are found on. */
export const DAMAGE_SIDE = 4096;
export const LOOK_SIDE = 1024;
/** Rows of a whole picture that are read at a time. */
const ROWS = 256;

/** A model that had a say in the pixels. */
export interface ModelUse {
  step: RestoreStep;
  name: string;
  sha256: string;
}

/** A positive with all the steps on it, at one size. */
export interface Chain {
  /** The positive itself. */
  positive: OpenPositive;
  source: PictureSource;
  /** The same for threads, where nothing but such steps lies on stored samples; null where a network or fill does. */
  pure: PureChain | null;
  /** Before the repair, and with it; null where nothing is repaired. */
  unrepaired: PictureSource | null;
  repaired: RepairedSource | null;
  ageing: AgeingAnalysis | null;
  damage: DamageMap | null;
  mask: Mask | null;
  colour: ColourPlan | null;
  models: ModelUse[];
  warnings: Sentence[];
}

/** What all chains of one engine share. */
export interface RenewDeps {
  pool: PixelPool;
  findings: Findings;
  networks: Networks;
  /** Bytes of computed tiles that one step keeps. */
  tileBytes: number;
  /** Open positives; each holds its samples. */
  positives: Memo<Chain>;
  /** Chains by size and steps, so that a slider finds everything before it as it was. */
  stages: Memo<Chain>;
}

export interface RenewInput {
  positive: Positive;
  /** SHA-256 of the scan. */
  hash: string;
  params: RestoreParams;
  /** A mask from a file, over the whole scan: taken as damage that was found. */
  mask: (Mask & { name: string; sha256: string }) | null;
  /** Longest side on which damage is looked for; DAMAGE_SIDE without. */
  damageSide?: number;
  /** Names the models in use, for the keys of what is kept. */
  models: string;
  seed: number;
}

/** The whole of a source as sRGB-encoded planes on shared memory. */
export async function wholeOf(source: PictureSource, signal?: AbortSignal): Promise<Planar> {
  const { width, height, channels } = source;
  const size = width * height;
  const data = new Float32Array(new SharedArrayBuffer(size * channels * 4));
  for (let y = 0; y < height; y += ROWS) {
    const h = Math.min(ROWS, height - y);
    const part = await source.read({ x: 0, y, w: width, h }, signal);
    convertPlanes(part, source.space, 'srgb');
    for (let c = 0; c < channels; c++)
      data.set(part.data.subarray(c * width * h, (c + 1) * width * h), c * size + y * width);
  }
  return { width, height, channels, data };
}

/** Size with the longest side at most `side`. */
function fitted(width: number, height: number, side: number): { width: number; height: number } {
  const k = Math.min(1, side / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * k)), height: Math.max(1, Math.round(height * k)) };
}

/** A longest side that is asked for; null: full size. */
const sideOf = (positive: Positive, side: number | null): number | null =>
  side === null || side >= positive.side ? null : Math.round(side);

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
    const parts: unknown[] = [this.base, this.input.damageSide ?? null];
    for (const { id } of restoreSteps) {
      if (params[id].on)
        parts.push([id, params[id], id === 'repair' ? (mask?.sha256 ?? null) : null, models]);
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
          models: [],
          warnings: [...open.notes],
        };
      });
    const { id } = restoreSteps[step];
    return this.deps.stages.get(`${side} ${this.key(id)}`, async () => {
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
    const { tileBytes, networks } = this.deps;
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
        const repaired = repairedSource(chain.source, mask, {
          fill,
          grain,
          marks,
          // Only a network makes things up.
          faces: fill === 'plain' || params.repair.faces ? null : await this.faces(),
          networks: fill === 'plain' ? null : networks,
          seed,
          ...(damage ? { regions: damage.regions } : {}),
        });
        chain.repaired = repaired;
        chain.source = cachedSource(repaired, tileBytes);
        chain.pure = null;
        break;
      }
      case 'colour': {
        const network = await this.network(id, 'colorist', params.colour.model, chain.warnings);
        const plan = await this.colour(network);
        chain.colour = plan;
        if (plan.network) chain.models.push({ step: id, ...plan.network });
        put(chain, { id, plan, params: params.colour });
        break;
      }
      case 'clean': {
        const { strength, faces } = params.clean;
        const network = strength > 0 ? await this.cleaner(params.clean.model, chain.warnings) : null;
        const limited = strength > faces ? await this.faces() : null;
        if (network) chain.models.push({ step: id, name: network.name, sha256: network.sha256 });
        chain.source = cachedSource(cleanedSource(chain.source, params.clean, network, limited), tileBytes);
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
        chain.source = cachedSource(enlargedSource(chain.source, params.enlarge, network), tileBytes);
        chain.pure = null;
        break;
      }
    }
  }

  /** The restorer. Without weights of our own the step has a denoiser that needs none. */
  private async cleaner(name: string, warnings: Sentence[]): Promise<OpenNetwork | null> {
    const network = await this.deps.networks.open('restorer', name);
    if (!network) warnings.push(say('renew-no-restorer'));
    return network;
  }

  /** Faces, where steps hold back; null: there is nobody to look for them. */
  private async faces(): Promise<Face[] | null> {
    const network = await this.deps.networks.open('faces');
    if (!network) return null;
    return this.deps.findings.get(`faces ${network.sha256} ${this.base}`, async () => {
      const { source } = await this.at(sideOf(this.input.positive, LOOK_SIDE), -1);
      return detectFaces(await wholeOf(source), network);
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

  /** The signs of age in the picture, whether or not the step is on. */
  async ageing(): Promise<AgeingAnalysis> {
    const found = await this.deps.findings.get(`ageing ${this.base}`, async () => {
      const { source } = await this.at(sideOf(this.input.positive, LOOK_SIDE), -1);
      const { ageing } = await this.deps.pool.run({ kind: 'ageing', picture: await wholeOf(source) });
      if (!ageing) throw new RevealError('internal', 'The look for ageing gave nothing.');
      return ageing;
    });
    this.known.ageing = found;
    return found;
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

  /** Damage that was found, a person's mask and marks over it. */
  async damage(): Promise<{ damage: DamageMap | null; mask: Mask }> {
    const { params, mask, positive } = this.input;
    const { find, sensitivity, marks } = params.repair;
    const side = this.input.damageSide ?? DAMAGE_SIDE;
    const { width, height } = positive.info;
    const found =
      find === 'auto'
        ? await this.deps.findings.get(`damage ${side} ${sensitivity} ${this.key('ageing')}`, async () => {
            const { source } = await this.chain(side, 'ageing');
            const picture = await wholeOf(source);
            const kind = positive.channels === 1 ? 'bw' : 'colour';
            const { damage } = await this.deps.pool.run({
              kind: 'damage',
              picture,
              options: { sensitivity, scale: source.scale, kind },
            });
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

  private async colour(network: OpenNetwork | null): Promise<ColourPlan> {
    const { hints, own } = this.input.params.colour;
    const key = JSON.stringify(['colour', hints, own, network?.sha256, this.key('repair')]);
    const plan = await this.deps.findings.get(key, async () => {
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

/** A mask from a file with what was found beside it, at the file's resolution. */
function combined(mask: Mask, found: DamageMap | null): DamageMap {
  const { width, height } = mask;
  const confidence = mask.data.slice();
  if (found)
    for (let y = 0; y < height; y++) {
      const row = Math.min(found.height - 1, Math.floor(((y + 0.5) * found.height) / height)) * found.width;
      for (let x = 0; x < width; x++) {
        const v =
          found.confidence[row + Math.min(found.width - 1, Math.floor(((x + 0.5) * found.width) / width))];
        if (v > confidence[y * width + x]) confidence[y * width + x] = v;
      }
    }
  return { width, height, confidence, regions: found?.regions ?? [] };
}
