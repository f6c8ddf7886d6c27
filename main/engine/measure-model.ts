/** How long a model takes on this machine: one picture of the size it works at, after a first run that nobody counts. */
import { RevealError } from '../../app/contract/messages.ts';
import { planar, type Planar } from '../../app/planar.ts';
import { seeded } from '../../app/random.ts';
import { say } from '../../app/words/sentences.ts';
import { WORKING_SIDE } from '../actions/colorize/network.ts';
import type { NetworkTask, OpenNetwork } from '../actions/picture/networks.ts';

export type MeasuredTask = Exclude<NetworkTask, 'faces'>;

/** Sides of the picture: a tile for what runs in tiles, the working size of what looks at the whole. */
const SIDES: Record<MeasuredTask, number> = {
  restorer: 512,
  upscaler: 256,
  filler: 256,
  colorist: WORKING_SIDE,
  one: 384,
};

/** A picture with edges and grain. */
function picture(side: number, channels: number): Planar {
  const random = seeded('models', 'measure');
  const p = planar(side, side, channels);
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++) {
        const tone = 0.45 + 0.25 * Math.sin(x / 23 + c) * Math.cos(y / 17) + (x > side / 2 ? 0.15 : 0);
        p.data[(c * side + y) * side + x] = Math.min(1, Math.max(0, tone + 0.03 * random.normal()));
      }
  return p;
}

/**
 * Runs a network twice and takes the second time.
 * @returns sides in pixels and milliseconds
 * @throws RevealError 'not-found' where the task has no network
 */
export async function measureModel(
  task: MeasuredTask,
  name: string,
  open: (task: NetworkTask, name: string) => Promise<OpenNetwork | null>,
  signal: AbortSignal,
  now: () => number = () => performance.now(),
): Promise<{ width: number; height: number; milliseconds: number }> {
  const network = await open(task, name);
  if (!network) throw new RevealError('not-found', say('model-gone', { name: name || task }));
  const side = SIDES[task];
  const cells = side / 4;
  const once = async (): Promise<void> => {
    if (task === 'colorist') {
      await network.run(
        {
          l: { dims: [1, 1, side, side], data: picture(side, 1).data },
          hints: { dims: [1, 3, cells, cells], data: new Float32Array(3 * cells * cells) },
        },
        signal,
      );
      return;
    }
    const x = picture(side, 3);
    const mask = planar(side, side, 1);
    for (let y = side >> 2; y < side >> 1; y++) mask.data.fill(1, y * side + 20, y * side + 90);
    await network.apply(task === 'filler' ? { x, mask } : { x }, { signal });
  };
  await once();
  const begun = now();
  await once();
  return { width: side, height: side, milliseconds: Math.max(0.1, now() - begun) };
}
