/** What each network is trained for, by its name. */
import type { NetworkName } from '../../../../app/contract/studio.ts';
import type { Objective } from '../objective.ts';
import { coloristObjective } from './colorist.ts';
import { fillerObjective, oneObjective, restorerObjective } from './rgb.ts';
import { upscalerObjective } from './upscaler.ts';

export const objectives: Record<NetworkName, Objective> = {
  one: oneObjective,
  colorist: coloristObjective,
  restorer: restorerObjective,
  filler: fillerObjective,
  upscaler: upscalerObjective,
};
