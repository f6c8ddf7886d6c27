/** What the network that enlarges is trained for. */
import { add, mul } from '../../../../app/graph/ops/arithmetic.ts';
import { charbonnier, ssimLoss } from '../../../../app/graph/losses/index.ts';
import { planar, type Planar } from '../../../../app/planar.ts';
import { upscaler } from '../../../../models/upscaler/network.ts';
import type { Objective } from '../objective.ts';
import { sampleOf } from './pictures.ts';

/** How much structure counts beside the error of each pixel. */
const STRUCTURE = 0.1;
/** Errors below this count as squares. */
const SMOOTH = 0.01;

/** Every pixel as 2 x 2 of them: what went in, at the size of what came out, for comparing by eye and by figures. */
function doubled({ width, height, channels, data }: Planar): Planar {
  const out = planar(width * 2, height * 2, channels);
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < out.height; y++)
      for (let x = 0; x < out.width; x++)
        out.data[(c * out.height + y) * out.width + x] = data[(c * height + (y >> 1)) * width + (x >> 1)];
  return out;
}

export const upscalerObjective: Objective = {
  network: upscaler,
  task: 'upscaler',
  tensors: (n, s) => ({ x: [n, 3, s / 2, s / 2], y: [n, 3, s, s] }),
  content({ y }, batch) {
    const error = charbonnier(y, batch.y, undefined, SMOOTH);
    const structure = ssimLoss(y, batch.y);
    return { total: add(error, mul(structure, STRUCTURE)), parts: { error, structure } };
  },
  made: ({ y }) => y,
  real: ({ y }) => y,
  adversarial: 0.005,
  shown: ['y'],
  picture: (i, outputs, batch) => ({
    input: doubled(sampleOf(batch.x, i)),
    output: sampleOf(outputs.y, i),
    truth: sampleOf(batch.y, i),
    mask: null,
  }),
  rate: 1e-3,
  decay: 0.01,
  verdict: (figures) => figures.lossContent,
};
