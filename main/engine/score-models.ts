/** Which weights the composer takes: those of a training run that a person has put to work in the Studio, else the shipped ones. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { melodyNetworkNames, type MelodyNetworkName } from '../../app/contract/studio.ts';
import { StudioFolders } from '../studio/host/folders.ts';

/** Folders of models by network; what is not in it is shipped. */
export type MelodyModels = Partial<Record<MelodyNetworkName, string>>;

/** @param dataDir the library's folder; none: only what is shipped */
export function melodyModels(dataDir: string | undefined): MelodyModels {
  if (dataDir === undefined) return {};
  const studio = new StudioFolders(dataDir);
  const used = studio.inUse();
  return Object.fromEntries(
    melodyNetworkNames.flatMap((network) => {
      const run = used[network];
      const dir = run === undefined ? null : path.join(studio.dir('runs', run), 'model');
      // One whose folder is gone must not take the composer with it.
      return dir !== null && existsSync(path.join(dir, 'card.json')) ? [[network, dir]] : [];
    }),
  );
}
