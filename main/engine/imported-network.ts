/**
 * A network of the model store as the actions see it: tensors of our own names in and out, the adapter between them and
 * the foreign graph. Picture networks run in tiles like our own; those of a fixed size in tiles of that size. Colorists and fillers look at
 * the whole: one of a fixed size gets the picture reduced or enlarged to it.
 */
import { estimateSigma } from '../../app/baseline/index.ts';
import { D65, SRGB_TO_XYZ, xyzToLab } from '../../app/color/lab.ts';
import { RevealError } from '../../app/contract/messages.ts';
import { planar, type Planar } from '../../app/planar.ts';
import { CHROMA_SCALE } from '../../models/colorist/colour.ts';
import { resized } from '../actions/colorize/network.ts';
import type { ApplyOptions, NetworkTask, NetworkTensors, OpenNetwork } from '../actions/picture/networks.ts';
import { chromaAnswer, feedsOf, pictureAnswer, planesOf } from '../models-store/convert.ts';
import type { ImportedModel } from '../models-store/store.ts';
import { mirroredPart, runTiled } from './model-tiles.ts';
import { TooBigError, type Session } from './session.ts';

/** Largest tile, and pixels beyond which a whole picture is reduced for a colorist or filler of any size. */
const TILE = 512;
const WHOLE = 512;
/** The part of the working size that chroma comes at. */
const CELL = 4;

type Size = { width: number; height: number };

/** a* and b* (D65) of an sRGB-encoded colour. */
function labOf(r: number, g: number, b: number): [number, number, number] {
  const light = [r, g, b].map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  const m = SRGB_TO_XYZ;
  const [x, y, z] = [0, 3, 6].map((i) => m[i] * light[0] + m[i + 1] * light[1] + m[i + 2] * light[2]);
  return xyzToLab([x, y, z], D65);
}

/** All planes at another size. */
function sized(p: Planar, to: Size): Planar {
  if (p.width === to.width && p.height === to.height) return p;
  const n = p.width * p.height;
  const out = planar(to.width, to.height, p.channels);
  for (let c = 0; c < p.channels; c++)
    out.data.set(resized(p.data.subarray(c * n, (c + 1) * n), p, to), c * to.width * to.height);
  return out;
}

export interface ImportedRuntime {
  session(): Promise<Session>;
  /** Runs `work` with all cores to itself. */
  alone<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T>;
}

export class ImportedNetwork implements OpenNetwork {
  readonly name: string;
  readonly sha256: string;
  readonly multiple: number;
  readonly reach: number | null;
  readonly task: NetworkTask;
  private readonly model: ImportedModel;
  private readonly runtime: ImportedRuntime;

  constructor(model: ImportedModel, runtime: ImportedRuntime) {
    const { card, adapter } = model;
    this.model = model;
    this.runtime = runtime;
    this.name = card.name;
    this.sha256 = card.sha256;
    this.task = card.task;
    const tiles = card.task === 'restorer' || card.task === 'upscaler';
    // The colour step works in cells of four pixels.
    this.multiple = card.task === 'colorist' ? CELL : adapter.size ? 1 : adapter.multiple;
    this.reach = tiles ? adapter.reach : null;
  }

  private get whole(): boolean {
    return this.reach === null;
  }

  async run(inputs: NetworkTensors, signal?: AbortSignal): Promise<NetworkTensors> {
    const planes = Object.fromEntries(
      Object.entries(inputs).map(([name, { dims, data }]): [string, Planar] => [
        name,
        { channels: dims[1], height: dims[2], width: dims[3], data },
      ]),
    );
    const answer =
      this.task === 'colorist'
        ? await this.colour(planes['l'], signal)
        : await this.apply(planes, signal ? { signal } : {});
    return Object.fromEntries(
      Object.entries(answer).map(([name, p]) => [
        name,
        { dims: [1, p.channels, p.height, p.width], data: p.data },
      ]),
    );
  }

  async apply(planes: Record<string, Planar>, options: ApplyOptions = {}): Promise<Record<string, Planar>> {
    const { adapter } = this.model;
    const { signal } = options;
    if (this.task === 'colorist') return this.colour(planes['l'], signal);
    const { x, mask = null } = planes;
    if (!x) throw new RevealError('internal', `${this.name} wants a picture.`);
    if (this.whole) return { y: await this.fill(x, mask, signal) };
    // One level for the whole picture: tiles of different strength would show.
    const second = adapter.kind === 'denoise' ? estimateSigma(x) : null;
    if (adapter.size) return { y: await this.fixed(x, second, adapter.size, options) };
    return runTiled(
      { x },
      async (part, inner) => {
        try {
          return { y: await this.once(part['x'], second, inner) };
        } catch (error) {
          if (error instanceof TooBigError) return 'too-big';
          throw error;
        }
      },
      { ...options, multiple: this.multiple, reach: this.reach, most: TILE },
    );
  }

  /** One run. @returns the answer as a picture of three planes */
  private async once(x: Planar, second: Planar | number | null, signal?: AbortSignal): Promise<Planar> {
    const { adapter } = this.model;
    const planes = planesOf(adapter, await this.raw(feedsOf(adapter, x, second), signal));
    if (
      !planes ||
      planes.channels !== 3 ||
      planes.width !== x.width * adapter.scale ||
      planes.height !== x.height * adapter.scale
    )
      throw this.strange();
    return pictureAnswer(adapter, planes);
  }

  private async raw(
    feeds: NetworkTensors,
    signal?: AbortSignal,
  ): Promise<{ dims: readonly number[]; data: Float32Array } | undefined> {
    if (signal?.aborted) throw new RevealError('cancelled', 'Cancelled.');
    const session = await this.runtime.session();
    const answer = await this.runtime.alone(signal, () => session.run(feeds));
    return answer[this.model.adapter.output];
  }

  private strange(): RevealError {
    return new RevealError(
      'bad-input',
      `The network ${this.name} did not answer with a picture of the right size.`,
    );
  }

  /** Tiles of the one size that the network takes. */
  private async fixed(x: Planar, second: number | null, size: Size, options: ApplyOptions): Promise<Planar> {
    const { scale } = this.model.adapter;
    const reach = Math.min(this.reach ?? 0, Math.floor(Math.min(size.width, size.height) / 4));
    const starts = (length: number, side: number): number[] => {
      if (length <= side) return [0];
      const count = Math.ceil((length - 2 * reach) / (side - 2 * reach));
      return Array.from({ length: count }, (_, i) => Math.round((i * (length - side)) / (count - 1)));
    };
    const across = starts(x.width, size.width);
    const down = starts(x.height, size.height);
    const out = planar(x.width * scale, x.height * scale, 3);
    /** What of a tile is used: half of each overlap. */
    const used = (list: number[], i: number, side: number, length: number): [number, number] => [
      i === 0 ? 0 : Math.floor((list[i] + list[i - 1] + side) / 2),
      i === list.length - 1 ? length : Math.floor((list[i + 1] + list[i] + side) / 2),
    ];
    let done = 0;
    for (const [j, top] of down.entries())
      for (const [i, left] of across.entries()) {
        const answer = await this.once(
          mirroredPart(x, left, top, size.width, size.height),
          second,
          options.signal,
        );
        const [x0, x1] = used(across, i, size.width, x.width);
        const [y0, y1] = used(down, j, size.height, x.height);
        const w = (x1 - x0) * scale;
        for (let c = 0; c < 3; c++)
          for (let y = y0 * scale; y < y1 * scale; y++) {
            const from = (c * answer.height + y - top * scale) * answer.width + (x0 - left) * scale;
            out.data.set(answer.data.subarray(from, from + w), (c * out.height + y) * out.width + x0 * scale);
          }
        options.onProgress?.(++done / (across.length * down.length));
      }
    return out;
  }

  /** Sides that a look at the whole is taken at. */
  private working({ width, height }: Size): Size {
    const { size, multiple } = this.model.adapter;
    if (size) return size;
    const k = Math.min(1, WHOLE / Math.max(width, height));
    const fit = (n: number): number => multiple * Math.max(1, Math.round((n * k) / multiple));
    return { width: fit(width), height: fit(height) };
  }

  private async fill(x: Planar, mask: Planar | null, signal?: AbortSignal): Promise<Planar> {
    const to = this.working(x);
    const hole = mask && sized(mask, to);
    // A pixel that is a hole in part is a hole.
    if (hole) for (let i = 0; i < hole.data.length; i++) hole.data[i] = hole.data[i] > 1e-3 ? 1 : 0;
    return sized(await this.once(sized(x, to), hole, signal), x);
  }

  /** The colorist's answer for a grey picture: chroma over 110 at a quarter of its size, as our own gives it. */
  private async colour(l: Planar | undefined, signal?: AbortSignal): Promise<Record<string, Planar>> {
    if (!l) throw new RevealError('internal', `${this.name} wants a grey picture.`);
    const { adapter } = this.model;
    const planes = planesOf(
      adapter,
      await this.raw(feedsOf(adapter, sized(l, this.working(l)), null), signal),
    );
    if (!planes || planes.channels < 2) throw this.strange();
    const chroma = chromaAnswer(adapter, planes, labOf);
    const cells = { width: Math.ceil(l.width / CELL), height: Math.ceil(l.height / CELL) };
    const ab = sized(chroma, cells);
    return { ab: { ...ab, data: ab.data.map((v) => v / CHROMA_SCALE) } };
  }
}
