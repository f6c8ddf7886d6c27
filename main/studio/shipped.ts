/**
 * Where the models lie that come with the program: `models/NAME/card.json` beside their weights, at the root of a
 * checkout and of the packaged program alike (two folders above both `main/studio` and `dist/main`).
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { unpacked } from '../engine/process-fork.ts';

/** The folder of all shipped models. */
export function shippedModels(): string {
  return unpacked(path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', 'models'));
}
/** The folder of one of them. */
export const shippedModel = (name: string): string => path.join(shippedModels(), path.basename(name));
