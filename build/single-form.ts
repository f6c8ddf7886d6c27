/** A network as it ships, in single precision and for one size of picture: what forms in fewer bits are made from. */
import { emit } from '../app/graph/emit.ts';
import { Graph } from '../app/graph/graph.ts';
import { constantScope } from '../app/graph/scope.ts';
import { readModel } from '../main/studio/run/model.ts';
import { networkInputs, networks, type NetworkName } from '../models/index.ts';

/**
 * @param side pixels of the pictures that are looked at; what is enlarged goes in at half of it
 * @returns the ONNX file, with the output that counts alone, and the hash of its weights
 */
export async function singleForm(
  name: NetworkName,
  side: number,
): Promise<{ single: Uint8Array; sha256: string | null }> {
  const { card, weights } = await readModel(`models/${name}`);
  const graph = new Graph();
  const extent = name === 'upscaler' ? side / 2 : side;
  const outputs = networks[name].build(
    constantScope(graph, weights),
    networkInputs(graph, networks[name], { batch: 1, height: extent, width: extent }),
    card.width ?? 'small',
  );
  const wanted: string = name === 'colorist' ? 'ab' : 'y';
  return { single: emit({ [wanted]: outputs[wanted] }).bytes, sha256: card.sha256 };
}
