/** Matrix products over the last two axes, with broadcasting over the axes before them. */
import { apply, fail, size, type Operator, type Tensor } from '../graph.ts';
import { broadcast, broadcastIndex } from './arithmetic.ts';
import { needFloats } from './elementwise.ts';
import { unbroadcast } from './reduce.ts';
import { reshape } from './shape.ts';

/** Whether an operand's last two axes are read exchanged. Only gradients use this: it avoids a transposition. */
type MatmulAttributes = { readonly transposeA: boolean; readonly transposeB: boolean };

const matmulOperator: Operator<MatmulAttributes> = {
  name: 'matmul',
  infer(inputs, { transposeA, transposeB }) {
    const [a, b] = inputs;
    needFloats('matmul', inputs);
    if (a.shape.length < 2 || b.shape.length < 2)
      fail('matmul', inputs, 'both operands must have at least two axes');
    const [m, k] = transposeA ? [a.shape.at(-1), a.shape.at(-2)] : [a.shape.at(-2), a.shape.at(-1)];
    const [l, n] = transposeB ? [b.shape.at(-1), b.shape.at(-2)] : [b.shape.at(-2), b.shape.at(-1)];
    const batch = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
    if (k !== l) fail('matmul', inputs, `${k} columns do not fit ${l} rows`);
    if (!batch) fail('matmul', inputs, 'the axes before the last two do not broadcast');
    return [{ shape: [...batch, m as number, n as number], dtype: 'float32' }];
  },
  emit: (e, { attributes: { transposeA, transposeB } }, inputs) =>
    transposeA || transposeB
      ? e.node(
          'FusedMatMul',
          inputs,
          { transA: Number(transposeA), transB: Number(transposeB) },
          { domain: 'com.microsoft' },
        )
      : e.node('MatMul', inputs),
  gradient({ inputs: [a, b], attributes: { transposeA, transposeB } }, [dOut]) {
    const dy = dOut as Tensor;
    const da = transposeA ? product(b, dy, transposeB, true) : product(dy, b, false, !transposeB);
    if (!transposeA && !transposeB && b.shape.length === 2 && a.shape.length > 2) {
      // One matrix for all of the batch: its gradient is one product over all rows, not a sum of many.
      const rows = size(a.shape) / (a.shape.at(-1) as number);
      return [da, product(reshape(a, [rows, -1]), reshape(dy, [rows, -1]), true, false)];
    }
    const db = transposeB ? product(dy, a, true, transposeA) : product(a, dy, !transposeA, false);
    return [unbroadcast(da, a.shape), unbroadcast(db, b.shape)];
  },
  evaluate([a, b], { transposeA, transposeB }, [out]) {
    const [m, n] = out.shape.slice(-2);
    const k = transposeA ? (a.shape.at(-2) as number) : (a.shape.at(-1) as number);
    const batch = out.shape.slice(0, -2);
    const ia = broadcastIndex(a.shape.slice(0, -2), batch);
    const ib = broadcastIndex(b.shape.slice(0, -2), batch);
    const data = new Float64Array(size(out.shape));
    for (let g = 0; g < ia.length; g++)
      for (let i = 0; i < m; i++)
        for (let j = 0; j < n; j++) {
          let total = 0;
          for (let l = 0; l < k; l++)
            total +=
              a.data[ia[g] * m * k + (transposeA ? l * m + i : i * k + l)] *
              b.data[ib[g] * k * n + (transposeB ? j * k + l : l * n + j)];
          data[(g * m + i) * n + j] = total;
        }
    return [data];
  },
};

const product = (a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor =>
  apply(matmulOperator, [a, b], { transposeA, transposeB });

/** [..., m, k] times [..., k, n] gives [..., m, n]; leading axes broadcast. */
export const matmul = (a: Tensor, b: Tensor): Tensor => product(a, b, false, false);
/** `matmul` that reads an operand with its last two axes exchanged; for onnxruntime only (its own operator). */
export const matmulTransposed = (a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor =>
  product(a, b, transposeA, transposeB);
