/** The networks of this project, by name. `backbone` is a part of `colorist` and not listed for itself. */
import { bertso } from './bertso/network.ts';
import { colorist } from './colorist/network.ts';
import { critic } from './critic/network.ts';
import { faces } from './faces/network.ts';
import { filler } from './filler/network.ts';
import { milia } from './milia/network.ts';
import type { Network } from './network.ts';
import { one } from './one/network.ts';
import { restorer } from './restorer/network.ts';
import { upscaler } from './upscaler/network.ts';

export const networks = { one, colorist, restorer, filler, upscaler, critic } as const satisfies Record<
  string,
  Network
>;
export type NetworkName = keyof typeof networks;

/** All that a person can train. */
export const trainable = {
  one,
  colorist,
  restorer,
  filler,
  upscaler,
  bertso,
  milia,
} as const satisfies Record<string, Network>;

/** Networks that are used as they are and never trained here: they are no part of the list above. */
export const helpers = { faces } as const satisfies Record<string, Network>;

export { modelCardSchema, type ModelCard } from './card.ts';
export {
  networkInputs,
  networkParameters,
  startWeights,
  WIDTHS,
  type Network,
  type NetworkInput,
  type NetworkWeights,
  type PictureSize,
  type Width,
} from './network.ts';
