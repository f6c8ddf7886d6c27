/**
 * Convolution in the layout that onnxruntime's CPU kernels prefer: channels in blocks of 8 or 16 (as the processor
 * has registers) that lie beside each other for each pixel, [N, C / block, H, W, block]. With constant weights
 * onnxruntime changes to it by itself; where weights change at every step it does not, and a step would be a third
 * slower than inference for this alone. So a graph that is made for the CPU (`Emitter.block`) says it outright,
 * in the operators that onnxruntime would have put there.
 */
import type { Emitter, Shape } from '../graph.ts';
import { onnxConv, type ConvAttributes } from './conv-shape.ts';

const BLOCKED = { domain: 'com.microsoft.nchwc' } as const;
/** With fewer pixels (in and out) turning the kernels round costs what the layout saves. */
const MANY_PIXELS = 200;

export interface BlockedConv {
  /** [N, Cin, H, W] */
  readonly x: string;
  readonly inShape: Shape;
  readonly outShape: Shape;
  /** As stored: [Cout, Cin, kh, kw]; of the adjoint [Cin, Cout, kh, kw], taps in reverse. */
  readonly w: string;
  readonly adjoint: boolean;
  readonly kernel: readonly [number, number];
  readonly bias?: string;
  readonly attributes: ConvAttributes;
}

/** Names the output, or gives null where the plain form is better or the only one. */
export function emitBlockedConv(e: Emitter, c: BlockedConv): string | null {
  const b = e.block;
  const [, cin, h, w] = c.inShape;
  const [, cout, ho, wo] = c.outShape;
  const [kh, kw] = c.kernel;
  const taps = kh * kw;
  if (b === null || c.attributes.groups !== 1 || taps === 1 || cin % b !== 0 || cout % b !== 0) return null;
  if (Math.min(h * w, ho * wo) < MANY_PIXELS) return null;
  const one = (type: string, inputs: string[], attributes: Parameters<Emitter['node']>[2] = {}) =>
    e.node(type, inputs, attributes)[0];
  const full = [cout, cin, kh, kw];
  // To [Cout / b, Cin / b, taps, b of Cin, b of Cout].
  const kernel = e.once(`blocked kernel:${c.w}:${c.adjoint}`, () => {
    const [first, second] = c.adjoint ? [cin, cout] : [cout, cin];
    const cut = one('Reshape', [c.w, e.ints([first / b, b, second / b, b, taps])]);
    let arranged = one('Transpose', [cut], { perm: c.adjoint ? [2, 0, 4, 1, 3] : [0, 2, 4, 3, 1] });
    if (c.adjoint)
      arranged = one('Gather', [arranged, e.ints(Array.from({ length: taps }, (_, i) => taps - 1 - i))], {
        axis: 2,
      });
    return one('Reshape', [arranged, e.ints(full)]);
  });
  const blocked = e.once(`blocked:${c.x}`, () => e.node('ReorderInput', [c.x], {}, BLOCKED)[0]);
  const inputs = [blocked, kernel, ...(c.bias === undefined ? [] : [c.bias])];
  const [y] = e.node('Conv', inputs, onnxConv(full, c.attributes), BLOCKED);
  const [plain] = e.node('ReorderOutput', [y], { channels: cout }, BLOCKED);
  return plain;
}
