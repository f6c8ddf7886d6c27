/**
 * What an engine knows of reels: facts and shots of files it was asked about (kept by path, size and time), the looks that
 * were made, the networks their steps may ask for, and single frames as the recipe makes them.
 */
import { RevealError } from '../../app/contract/messages.ts';
import type { ReelFactsShown } from '../../app/contract/film.ts';
import type { Frame } from '../../app/film/frame.ts';
import { frameCount, type ReelFacts } from '../../app/film/probe.ts';
import { shownSize } from '../../app/film/show.ts';
import type { ShotKeyFrame } from '../../app/film/step.ts';
import type { FilmRecipe } from '../../app/recipe/film.ts';
import { say } from '../../app/words/sentences.ts';
import type { ReelIdentity, ReelPlan } from '../actions/film/plan.ts';
import { reelSteps } from '../actions/film/steps.ts';
import type { Networks } from '../actions/picture/networks.ts';
import { decodeRgb } from '../files/index.ts';
import { decodeReel } from './ffmpeg-decode.ts';
import { probeReel } from './ffmpeg-probe.ts';
import { identityOf } from './reel-folder.ts';
import { analyseReel, storedShots, type Looked } from './reel-look.ts';
import type { ReelPlace, References } from './reel-protocol.ts';
import type { WorkedFrame } from './reel-segment.ts';
import { ReelThread } from './reel-threads.ts';
import { fileKey, Memo } from './scans.ts';
import type { Workshop } from './workshop.ts';

export interface KnownReel {
  facts: ReelFacts;
  identity: ReelIdentity;
}

/** Shorter side of a reference picture. */
const REFERENCE_SIDE = 256;
/** Frames that a person waits for while a look is made for a preview; longer reels are analysed by a job. */
const PATIENCE = 1500;

export class ReelDesk {
  readonly shop: Workshop;
  private readonly known = new Memo<KnownReel>(24);
  /** Looks in the making: one for each reel and recipe. */
  private readonly looks = new Map<string, Promise<Looked>>();
  /** Makes single frames. */
  private thread: ReelThread | null = null;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(shop: Workshop) {
    this.shop = shop;
  }

  /** The engine's networks with the models in use. */
  get networks(): Networks {
    return { open: (task, name = '') => this.shop.renewals.network(task, name) };
  }

  /** Facts of a file. Frames are counted where it was looked at before. */
  async facts(place: ReelPlace, signal?: AbortSignal): Promise<KnownReel> {
    const key = await fileKey(place.path);
    const known = await this.known.get(key, async () => ({
      facts: await probeReel(place.path, signal ? { signal } : {}),
      identity: await identityOf(place.path),
    }));
    if (known.facts.counted) return known;
    const stored = await storedShots(place.dir, known.identity);
    if (stored) known.facts = stored.facts;
    return known;
  }

  /** Pass one, as far as it was not made before. */
  async look(
    place: ReelPlace,
    recipe: FilmRecipe,
    options: { signal?: AbortSignal; onProgress?: (done: number, total: number) => void } = {},
  ): Promise<Looked & KnownReel> {
    const { facts, identity } = await this.facts(place, options.signal);
    const looked = await analyseReel({
      file: place.path,
      facts,
      identity,
      recipe,
      table: reelSteps(),
      dir: place.dir,
      threads: this.shop.threads,
      ...options,
    });
    return { ...looked, identity };
  }

  /** A look for a preview: shared by those who ask at once, and only where it does not take long. */
  async quickLook(place: ReelPlace, recipe: FilmRecipe): Promise<Looked & KnownReel> {
    const { facts, identity } = await this.facts(place);
    const stored = await storedShots(place.dir, identity);
    if (!stored && frameCount(facts) > PATIENCE)
      throw new RevealError('bad-input', say('film-not-analysed', { name: facts.name }));
    const key = JSON.stringify([identity, recipe.params, recipe.overrides, recipe.cuts]);
    let look = this.looks.get(key);
    if (!look) {
      look = this.look(place, recipe);
      this.looks.set(key, look);
      void look.catch(() => undefined).finally(() => this.looks.delete(key));
    }
    return { ...(await look), identity };
  }

  /** Pictures that key frames take their colours from, read. */
  async keyFrames(recipe: FilmRecipe, references: References = {}): Promise<ShotKeyFrame[]> {
    return Promise.all(
      recipe.keyFrames.map(async ({ frame, hints, referenceItem }) => {
        const file = references[frame];
        if (file === undefined) {
          if (referenceItem !== null)
            throw new RevealError('not-found', say('film-reference-gone', { frame: String(frame) }));
          return { frame, hints, reference: null };
        }
        const { width, height, data } = await decodeRgb(file, file, { shortSide: REFERENCE_SIDE });
        const planes = new Float32Array(width * height * 3);
        for (let c = 0; c < 3; c++)
          for (let i = 0; i < width * height; i++) planes[c * width * height + i] = data[i * 3 + c] / 255;
        return { frame, hints, reference: { width, height, channels: 3, data: planes } };
      }),
    );
  }

  /** Names and hashes of the networks that a recipe uses. */
  async models(recipe: Pick<FilmRecipe, 'params' | 'overrides'>): Promise<ReelPlan['models']> {
    const on = (step: 'colour' | 'enlarge'): boolean =>
      recipe.params[step].on ||
      recipe.overrides.some((o) => (o.params[step] as { on?: unknown } | undefined)?.on === true);
    const models: ReelPlan['models'] = [];
    for (const [step, task] of [
      ['colour', 'colorist'],
      ['enlarge', 'upscaler'],
    ] as const) {
      // Without a name a filter enlarges (main/actions/film/enlarge).
      if (!on(step) || (step === 'enlarge' && recipe.params.enlarge.model === '')) continue;
      const network = await this.networks.open(task, recipe.params[step].model);
      if (network) models.push({ step, name: network.name, sha256: network.sha256 });
    }
    return models;
  }

  /** One frame as it is in the file. */
  async frame(
    place: ReelPlace,
    index: number,
    signal?: AbortSignal,
  ): Promise<{ frame: Frame; facts: ReelFacts }> {
    const { facts } = await this.facts(place, signal);
    const range = { from: index, to: index, threads: 1, ...(signal ? { signal } : {}) };
    for await (const frame of decodeReel(place.path, facts, range)) return { frame, facts };
    throw new RevealError('not-found', say('film-no-such-frame', { name: facts.name, frame: String(index) }));
  }

  /**
   * One frame as the recipe makes it: the same steps as in the export, over the frames around it that they want to see.
   * @param diagnose step whose diagnostic is wanted; the frame is then what that step gives
   */
  async worked(
    place: ReelPlace,
    recipe: FilmRecipe,
    index: number,
    options: { references?: References | undefined; diagnose?: string | null; signal: AbortSignal },
  ): Promise<WorkedFrame & { facts: ReelFacts }> {
    const { analysis, facts } = await this.quickLook(place, recipe);
    const shot = analysis.shots.find((s) => index >= s.first && index <= s.last);
    if (!shot)
      throw new RevealError(
        'not-found',
        say('film-no-such-frame', { name: facts.name, frame: String(index) }),
      );
    const { diagnose = null, signal } = options;
    const keyFrames = await this.keyFrames(recipe, options.references);
    const setup = { file: place.path, facts, analysis, recipe, keyFrames, shot: shot.index };
    // One at a time: whoever moves a slider asks for the next before this one is there.
    const turn = this.turn.then(async () => {
      if (signal.aborted) throw new RevealError('cancelled', 'Cancelled.');
      this.thread ??= new ReelThread(this.networks);
      try {
        return await this.thread.frame({ ...setup, index, diagnose }, signal);
      } catch (error) {
        if (!(error instanceof RevealError) || error.code === 'engine' || error.code === 'internal') {
          await this.thread?.close();
          this.thread = null;
        }
        throw error;
      }
    });
    this.turn = turn.catch(() => undefined);
    return { ...(await turn), facts };
  }

  async close(): Promise<void> {
    await this.thread?.close();
    this.thread = null;
  }
}

/** What a window is told of a reel. */
export function shownFacts(facts: ReelFacts): ReelFactsShown {
  const size = shownSize(facts.format, facts.sampleAspect, facts.rotation);
  return {
    name: facts.name,
    kind: facts.kind,
    bytes: facts.bytes,
    container: facts.container,
    codec: facts.codec,
    storedWidth: facts.format.width,
    storedHeight: facts.format.height,
    ...size,
    rotation: facts.rotation,
    bits: facts.format.bits,
    sampling: facts.format.sampling,
    frames: frameCount(facts),
    framesExact: facts.counted,
    duration: facts.seconds,
    fps: facts.averageRate.num / facts.averageRate.den,
    variableRate: facts.variableRate,
    fields: facts.fields,
    sound: facts.audio.map(({ codec, channels, sampleRate, language }) => ({
      codec,
      channels,
      sampleRate,
      language,
    })),
    subtitles: facts.subtitles.length,
    chapters: facts.chapters.length,
    timecode: facts.timecode,
    warnings: facts.notes,
  };
}
