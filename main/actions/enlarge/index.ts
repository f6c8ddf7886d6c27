/**
 * Enlargement, twice or four times: by a network `upscaler` where there is one, else by Lanczos' filter (lanczos.ts).
 * A network that enlarges twice is asked twice for four times; one that enlarges by another factor is met with area means
 * or the filter. Last of the steps: everything before it costs less on fewer pixels.
 */
import type { Rect } from '../../../app/picture.ts';
import { planar, type Planar } from '../../../app/planar.ts';
import type { EnlargeParams } from '../../../app/recipe/restore.ts';
import { mirrored } from '../clean/mirror.ts';
import { convertPlanes } from '../picture/as-is.ts';
import type { OpenNetwork } from '../picture/networks.ts';
import { cut, type PictureSource } from '../picture/source.ts';
import { lanczos } from './lanczos.ts';

/** Pixels around a part that a network is given which does not say how far it looks. */
const USUAL_REACH = 32;

/** The network's enlargement of the picture as a source; its factor is asked of it once, on a corner. */
async function byNetwork(
  source: PictureSource,
  network: OpenNetwork,
): Promise<PictureSource & { factor: number }> {
  const { multiple } = network;
  const up = (n: number): number => Math.ceil(n / multiple) * multiple;
  const margin = up(network.reach ?? USUAL_REACH);
  const run = async (part: Planar, signal?: AbortSignal): Promise<Planar> => {
    const n = part.width * part.height;
    const given = planar(part.width, part.height, 3);
    for (let c = 0; c < 3; c++)
      given.data.set(part.channels === 3 ? part.data.subarray(c * n, (c + 1) * n) : part.data, c * n);
    convertPlanes(given, source.space, 'srgb');
    const answers = await network.apply({ x: given }, signal ? { signal } : {});
    const answer = answers['y'] ?? Object.values(answers)[0];
    if (
      answer.channels !== 3 ||
      answer.width % part.width ||
      answer.width / part.width !== answer.height / part.height
    )
      throw new RangeError(
        `${network.name} answers ${answer.width}x${answer.height} for ${part.width}x${part.height}`,
      );
    convertPlanes(answer, 'srgb', source.space);
    return answer;
  };
  const side = Math.max(multiple, up(16));
  const factor = (await run(await mirrored(source, { x: 0, y: 0, w: side, h: side }))).width / side;
  return {
    ...source,
    factor,
    width: source.width * factor,
    height: source.height * factor,
    scale: source.scale * factor,
    async read(rect, signal) {
      const x = Math.floor(Math.floor(rect.x / factor) / multiple) * multiple - margin;
      const y = Math.floor(Math.floor(rect.y / factor) / multiple) * multiple - margin;
      const wide = {
        x,
        y,
        w: up(Math.ceil((rect.x + rect.w) / factor) - x) + margin,
        h: up(Math.ceil((rect.y + rect.h) / factor) - y) + margin,
      };
      const large = await run(await mirrored(source, wide, signal), signal);
      const part = cut(large, {
        x: rect.x - wide.x * factor,
        y: rect.y - wide.y * factor,
        w: rect.w,
        h: rect.h,
      });
      if (source.channels === 3) return part;
      const n = rect.w * rect.h;
      const grey = planar(rect.w, rect.h, 1);
      for (let i = 0; i < n; i++) grey.data[i] = (part.data[i] + part.data[n + i] + part.data[2 * n + i]) / 3;
      return grey;
    },
  };
}

/** Area means of a part of a larger source. @param by whole number of its pixels for one */
async function reduced(source: PictureSource, by: number, rect: Rect, signal?: AbortSignal): Promise<Planar> {
  const large = await source.read({ x: rect.x * by, y: rect.y * by, w: rect.w * by, h: rect.h * by }, signal);
  const out = planar(rect.w, rect.h, large.channels);
  for (let c = 0; c < large.channels; c++)
    for (let y = 0; y < large.height; y++) {
      const from = (c * large.height + y) * large.width;
      const to = (c * rect.h + Math.floor(y / by)) * rect.w;
      for (let x = 0; x < large.width; x++)
        out.data[to + Math.floor(x / by)] += large.data[from + x] / (by * by);
    }
  return out;
}

/**
 * The picture enlarged: `factor` times as wide and high, and so is its `scale`.
 * @param network an upscaler; null: Lanczos' filter
 */
export function enlargedSource(
  source: PictureSource,
  params: Pick<EnlargeParams, 'factor'>,
  network: OpenNetwork | null,
): PictureSource {
  const factor = Number(params.factor);
  let opened: ReturnType<typeof byNetwork> | null = null;
  const open = async (enlarger: OpenNetwork): ReturnType<typeof byNetwork> => {
    const once = await byNetwork(source, enlarger);
    if (once.factor <= 1 || once.factor ** 2 !== factor) return once;
    return { ...(await byNetwork(once, enlarger)), factor };
  };
  return {
    ...source,
    width: source.width * factor,
    height: source.height * factor,
    scale: source.scale * factor,
    async read(rect, signal) {
      if (!network) return lanczos(source, factor, rect, signal);
      opened ??= open(network);
      const large = await opened;
      if (large.factor === factor) return large.read(rect, signal);
      if (large.factor > factor && large.factor % factor === 0)
        return reduced(large, large.factor / factor, rect, signal);
      if (factor % large.factor === 0) return lanczos(large, factor / large.factor, rect, signal);
      return lanczos(source, factor, rect, signal);
    },
  };
}
