/**
 * Where each weight of a network's part lies in the flat vectors of a step graph. Weights, optimiser moments and
 * averaged weights share one layout, so they can be kept, saved and moved as plain Float32Arrays. A vector is cut
 * into blocks, and each block is an input (and output) of the graph of its own, a view into the vector: so nothing
 * is split or joined in the graph. A large weight is a block by itself; small ones are gathered. Within a block
 * either all weights decay or none, and all learn at the same pace.
 */
import { GraphError, size, type Shape } from '../graph.ts';
import type { Parameter, Weights } from '../scope.ts';

/** A weight in the vector, and in its block. */
export interface Placed {
  readonly name: string;
  readonly shape: Shape;
  readonly size: number;
  /** Index of its first number in the vector. */
  readonly offset: number;
}
/** A stretch of the vector that is one tensor of the graph. */
export interface Block {
  readonly offset: number;
  readonly size: number;
  readonly decays: boolean;
  /** Factor on the learning rate. */
  readonly pace: number;
  readonly weights: readonly Placed[];
}
export interface Layout {
  readonly size: number;
  readonly blocks: readonly Block[];
  /** All weights, in the order of the vector. */
  readonly weights: readonly Placed[];
}

/** Weights of fewer numbers are gathered into blocks of at least this many. */
export const BLOCK = 1 << 15;

/**
 * Weight decay pulls matrices and kernels towards zero, not biases and the scales of normalisations: a weight
 * decays when at least two of its axes are longer than 1.
 */
export const decaysByShape = ({ shape }: { shape: Shape }): boolean => shape.filter((n) => n > 1).length >= 2;

/**
 * The layout of a list of weights. Depends on names, shapes, `decays` and `pace` (a factor on the learning rate)
 * only. @throws GraphError on a repeated name
 */
export function layOut(
  parameters: readonly Pick<Parameter, 'name' | 'shape'>[],
  decays: (p: Pick<Parameter, 'name' | 'shape'>) => boolean = decaysByShape,
  pace: (name: string) => number = () => 1,
): Layout {
  const names = new Set<string>();
  for (const { name } of parameters) {
    if (names.has(name)) throw new GraphError(`layout: two weights are called ${name}`);
    names.add(name);
  }
  const blocks: Block[] = [];
  let at = 0;
  const close = (list: readonly Pick<Parameter, 'name' | 'shape'>[], block: boolean, speed: number): void => {
    if (list.length === 0) return;
    const offset = at;
    const weights = list.map(({ name, shape }) => {
      const placed = { name, shape: [...shape], size: size(shape), offset: at };
      at += placed.size;
      return placed;
    });
    blocks.push({ offset, size: at - offset, decays: block, pace: speed, weights });
  };
  const paces = [...new Set(parameters.map((p) => pace(p.name)))].sort((a, b) => b - a);
  for (const speed of paces)
    for (const flag of [true, false]) {
      const group = parameters.filter((p) => decays(p) === flag && pace(p.name) === speed);
      for (const p of group) if (size(p.shape) >= BLOCK) close([p], flag, speed);
      let open: Pick<Parameter, 'name' | 'shape'>[] = [];
      let held = 0;
      for (const p of group) {
        if (size(p.shape) >= BLOCK) continue;
        open.push(p);
        held += size(p.shape);
        if (held >= BLOCK) {
          close(open, flag, speed);
          open = [];
          held = 0;
        }
      }
      close(open, flag, speed);
    }
  return { size: at, blocks, weights: blocks.flatMap((b) => b.weights) };
}

/** A vector filled with weights by name. @throws GraphError when one is missing or of another shape */
export function toVector(layout: Layout, weights: Weights): Float32Array {
  const vector = new Float32Array(layout.size);
  for (const { name, shape, offset } of layout.weights) {
    const stored = weights.get(name);
    if (!stored) throw new GraphError(`weights: there is none of the name ${name}`);
    if (stored.shape.join() !== shape.join() || stored.data.length !== size(shape))
      throw new GraphError(
        `weights: ${name} is [${stored.shape.join(',')}], the network wants [${shape.join(',')}]`,
      );
    vector.set(stored.data, offset);
  }
  return vector;
}

/** Weights by name, copied out of a vector. */
export function fromVector(
  layout: Layout,
  vector: Float32Array,
): Map<string, { shape: Shape; data: Float32Array }> {
  if (vector.length !== layout.size)
    throw new GraphError(`weights: a vector of ${vector.length} numbers for a layout of ${layout.size}`);
  return new Map(
    layout.weights.map((w) => [w.name, { shape: w.shape, data: vector.slice(w.offset, w.offset + w.size) }]),
  );
}

/**
 * Whether a name fits one of the patterns: `*` stands for any run of characters, the whole name must fit.
 * `matching(['encoder.*', '*.bias'])('encoder.stem.weight')` is true.
 */
export function matching(patterns: readonly string[]): (name: string) => boolean {
  const expressions = patterns.map(
    (p) =>
      new RegExp(
        `^${p
          .split('*')
          .map((piece) => piece.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'))
          .join('.*')}$`,
      ),
  );
  return (name) => expressions.some((e) => e.test(name));
}
