/**
 * Collects what goes in and out of a step graph while it is built: parts with their scopes, vectors cut into
 * blocks, tensors of the batch, the optimiser's numbers.
 */
import { emit } from '../emit.ts';
import { Graph, GraphError, type DType, type Shape, type Tensor } from '../graph.ts';
import { reshape, split } from '../ops/shape.ts';
import { constantScope, makeScope, type Scope } from '../scope.ts';
import type { AdamW } from './adamw.ts';
import type { PartSpec, StepContext, StepGraph, StepVector } from './contract.ts';
import { decaysByShape, layOut, matching, type Layout } from './layout.ts';

export interface Part {
  readonly spec: PartSpec;
  /** Weights that come from the vector; null for a constant part. */
  readonly weights: Layout | null;
  readonly state: Layout | null;
}

/** Layouts of a part's weights and state vectors; what is frozen or constant has no place in them. */
export function partLayouts(spec: PartSpec): { weights: Layout | null; state: Layout | null } {
  if (spec.mode === 'constant') return { weights: null, state: null };
  const isState = matching(spec.state ?? []);
  const isFrozen = matching(spec.frozen ?? []);
  const isPaced = matching(spec.pace?.of ?? []);
  const pace = spec.pace?.factor ?? 1;
  const state = spec.parameters.filter((p) => isState(p.name));
  const weights = spec.parameters.filter((p) => !isState(p.name) && !isFrozen(p.name));
  if (weights.length === 0)
    throw new GraphError(
      `step: no weight of part ${spec.name} is left to ${spec.mode === 'trained' ? 'train' : 'give'}`,
    );
  return {
    weights: layOut(weights, spec.decays ?? decaysByShape, (name) => (isPaced(name) ? pace : 1)),
    state: state.length > 0 ? layOut(state, () => false) : null,
  };
}

/** Collects what goes in and out while a graph is built. */
export class Builder {
  readonly graph = new Graph();
  readonly outputs: Record<string, Tensor> = {};
  readonly batch: { name: string; shape: Shape; dtype: DType }[] = [];
  readonly scalars: string[] = [];
  readonly parts: Part[];
  private readonly vectors = new Map<
    string,
    {
      part: string;
      role: StepVector['role'];
      layout: Layout;
      blocks: { input: string | null; output: string | null }[];
      tensors: Tensor[];
    }
  >();
  private readonly scopes = new Map<string, Scope>();

  private readonly block: number | null;

  constructor(specs: readonly PartSpec[], block: number | null = null) {
    this.block = block;
    this.parts = specs.map((spec) => ({ spec, ...partLayouts(spec) }));
    const names = specs.map((s) => s.name);
    const twice = names.find((n, i) => names.indexOf(n) !== i);
    if (twice !== undefined) throw new GraphError(`step: two parts are called ${twice}`);
  }

  private entry(part: string, role: StepVector['role'], layout: Layout) {
    const name = `${part}/${role}`;
    let vector = this.vectors.get(name);
    if (!vector) {
      vector = {
        part,
        role,
        layout,
        blocks: layout.blocks.map(() => ({ input: null, output: null })),
        tensors: [],
      };
      this.vectors.set(name, vector);
    }
    return vector;
  }
  /** The blocks of a vector as inputs. */
  read(part: string, role: StepVector['role'], layout: Layout): Tensor[] {
    const vector = this.entry(part, role, layout);
    if (vector.tensors.length === 0)
      vector.tensors = layout.blocks.map((block, i) => {
        vector.blocks[i].input = `${part}/${role}/${i}`;
        return this.graph.input(`${part}/${role}/${i}`, [block.size]);
      });
    return vector.tensors;
  }
  write(part: string, role: StepVector['role'], layout: Layout, blocks: readonly Tensor[]): void {
    const vector = this.entry(part, role, layout);
    blocks.forEach((t, i) => {
      vector.blocks[i].output = `${part}/${role}/${i}/next`;
      this.outputs[`${part}/${role}/${i}/next`] = t;
    });
  }
  scalar(name: string): Tensor {
    this.scalars.push(name);
    return this.graph.input(name, []);
  }

  /** Each weight of a layout, cut from its block. */
  private cut(layout: Layout, blocks: readonly Tensor[]): Map<string, Tensor> {
    const found = new Map<string, Tensor>();
    layout.blocks.forEach((block, i) => {
      const pieces = split(
        blocks[i],
        block.weights.map((w) => w.size),
        0,
      );
      block.weights.forEach((w, k) => found.set(w.name, reshape(pieces[k], w.shape)));
    });
    return found;
  }

  scope(name: string): Scope {
    const known = this.scopes.get(name);
    if (known) return known;
    const part = this.parts.find((p) => p.spec.name === name);
    if (!part) throw new GraphError(`step: there is no part ${name}`);
    const { spec } = part;
    const tensors = new Map<string, Tensor>();
    if (part.weights)
      for (const [key, t] of this.cut(part.weights, this.read(name, spec.from ?? 'theta', part.weights)))
        tensors.set(key, t);
    if (part.state)
      for (const [key, t] of this.cut(part.state, this.read(name, 'state', part.state))) tensors.set(key, t);
    const constants = prefixed(
      constantScope(this.graph, new Map([...(spec.weights ?? [])].map(([key, w]) => [`${name}/${key}`, w]))),
      name,
    );
    const scope = makeScope(this.graph, ({ name: key, shape, initial }) => {
      const tensor = tensors.get(key);
      if (!tensor) return constants.parameter(key, shape, initial);
      if (tensor.shape.join() !== shape.join())
        throw new GraphError(
          `parameter ${key}: asked for as [${shape.join(',')}], part ${name} has [${tensor.shape.join(',')}]`,
        );
      return tensor;
    });
    this.scopes.set(name, scope);
    return scope;
  }

  context(): StepContext {
    return {
      graph: this.graph,
      scope: (part) => this.scope(part),
      input: (name, shape, dtype = 'float32') => {
        this.batch.push({ name, shape: [...shape], dtype });
        return this.graph.input(name, shape, dtype);
      },
    };
  }

  finish(adam: AdamW, losses: string[], outputs: string[], doc: string): StepGraph {
    const emitted = emit(this.outputs, { name: 'step', doc, block: this.block });
    const wanted = new Set(emitted.inputs.map((t) => t.name));
    const vectors = [...this.vectors].map(([name, { part, role, layout, blocks }]) => ({
      name,
      part,
      role,
      layout,
      // A weight that nothing uses is no input of the file.
      blocks: blocks.map((b) => ({ ...b, input: b.input !== null && wanted.has(b.input) ? b.input : null })),
    }));
    return {
      emitted,
      vectors,
      batch: this.batch.filter((t) => wanted.has(t.name)),
      losses,
      outputs,
      trained: this.parts.filter((p) => p.spec.mode === 'trained').map((p) => p.spec.name),
      adam,
      scalars: this.scalars.filter((name) => wanted.has(name)),
    };
  }
}

/** A scope whose names get `part/` in front: constants of two parts may have equal names. */
const prefixed = (scope: Scope, part: string): Scope =>
  makeScope(scope.graph, ({ name, shape, initial }) => scope.parameter(`${part}/${name}`, shape, initial));
