/**
 * Reads a TensorFlow.js graph model (one .json and one .bin) and evaluates parts of it in plain loops: the
 * independent judge of a conversion. Knows only the operators that the converted networks need; pictures are
 * [height, width, channels] here, as TensorFlow lays them out.
 */
import { readFileSync } from 'node:fs';
import { halfToFloat } from '../../app/graph/half.ts';
import { samePadding } from '../../models/backbone/architecture.ts';

interface Attribute {
  s?: string;
  list?: { i?: string[]; s?: string[] };
}
export interface TfNode {
  name: string;
  op: string;
  input?: string[];
  attr?: Record<string, Attribute>;
}
interface ManifestEntry {
  name: string;
  shape: number[];
  dtype: string;
  quantization?: { dtype: string };
}
interface ModelFile {
  modelTopology: { node: TfNode[] };
  weightsManifest: { weights: ManifestEntry[] }[];
}

/** A stored weight: TensorFlow's layout, widened to single precision. */
export interface TfWeight {
  shape: number[];
  data: Float32Array;
}
/** Activations of one picture. */
export interface TfValue {
  height: number;
  width: number;
  channels: number;
  data: Float32Array;
}

const word = (text: string | undefined): string => Buffer.from(text ?? '', 'base64').toString('latin1');

/** The graph of a model file and its weights. */
export class TfGraph {
  readonly nodes: ReadonlyMap<string, TfNode>;
  readonly weights: ReadonlyMap<string, TfWeight>;

  /** @throws Error when a weight is stored in a form that is not known here */
  constructor(jsonFile: string, binFile: string) {
    const model = JSON.parse(readFileSync(jsonFile, 'utf8')) as ModelFile;
    const bytes = readFileSync(binFile);
    this.nodes = new Map(model.modelTopology.node.map((node) => [node.name, node]));
    const weights = new Map<string, TfWeight>();
    let at = 0;
    for (const { name, shape, dtype, quantization } of model.weightsManifest.flatMap((g) => g.weights)) {
      const n = shape.reduce((product, d) => product * d, 1);
      const data = new Float32Array(n);
      if (quantization?.dtype === 'float16')
        for (let i = 0; i < n; i++, at += 2) data[i] = halfToFloat(bytes.readUInt16LE(at));
      else if (!quantization && dtype === 'float32')
        for (let i = 0; i < n; i++, at += 4) data[i] = bytes.readFloatLE(at);
      else if (!quantization && dtype === 'int32')
        for (let i = 0; i < n; i++, at += 4) data[i] = bytes.readInt32LE(at);
      else throw new Error(`${binFile}: ${name} is stored as ${dtype}, ${quantization?.dtype ?? 'plain'}`);
      weights.set(name, { shape, data });
    }
    if (at !== bytes.length) throw new Error(`${binFile}: ${bytes.length} bytes, ${at} accounted for`);
    this.weights = weights;
  }

  /** @throws Error when there is none of that name */
  node(name: string): TfNode {
    const found = this.nodes.get(name);
    if (!found) throw new Error(`the graph has no node ${name}`);
    return found;
  }
  /** @throws Error when there is none of that name */
  weight(name: string): TfWeight {
    const found = this.weights.get(name);
    if (!found) throw new Error(`the graph has no weight ${name}`);
    return found;
  }
  /** What is computed together with a convolution: BiasAdd, Relu ... */
  fused(node: TfNode): string[] {
    return (node.attr?.fused_ops?.list?.s ?? []).map(word);
  }
  stride(node: TfNode): number {
    return Number(node.attr?.strides?.list?.i?.[1] ?? 1);
  }

  /** Values of the named nodes for one picture. */
  evaluate(picture: TfValue, targets: readonly string[]): TfValue[] {
    const known = new Map<string, TfValue>();
    const value = (name: string): TfValue => {
      let found = known.get(name);
      if (!found) {
        found = this.apply(this.node(name), value, picture);
        known.set(name, found);
      }
      return found;
    };
    return targets.map(value);
  }

  private apply(node: TfNode, value: (name: string) => TfValue, picture: TfValue): TfValue {
    const inputs = node.input ?? [];
    const map = (v: TfValue, f: (x: number) => number): TfValue => ({ ...v, data: v.data.map(f) });
    switch (node.op) {
      case 'Placeholder':
        return picture;
      case 'Const': {
        const { shape, data } = this.weight(node.name);
        if (data.length !== shape[shape.length - 1] && data.length !== 1)
          throw new Error(`${node.name}: [${shape.join()}] as an activation`);
        return { height: 1, width: 1, channels: data.length, data };
      }
      case '_FusedConv2D':
      case 'Conv2D':
      case 'FusedDepthwiseConv2dNative':
      case 'DepthwiseConv2dNative':
        return this.convolve(node, value(inputs[0]));
      case 'Identity':
        return value(inputs[0]);
      case 'MaxPool':
        return this.pool(node, value(inputs[0]));
      case 'Pad':
        return this.pad(node, value(inputs[0]));
      case 'AddV2':
      case 'Add':
        return elementwise(value(inputs[0]), value(inputs[1]), (a, b) => a + b);
      case 'Mul':
        return elementwise(value(inputs[0]), value(inputs[1]), (a, b) => a * b);
      case 'Minimum':
        return elementwise(value(inputs[0]), value(inputs[1]), Math.min);
      case 'Maximum':
        return elementwise(value(inputs[0]), value(inputs[1]), Math.max);
      case 'Relu':
        return map(value(inputs[0]), (x) => Math.max(x, 0));
      case 'Relu6':
        return map(value(inputs[0]), (x) => Math.min(Math.max(x, 0), 6));
      case 'Mean': {
        const v = value(inputs[0]);
        const out = new Float64Array(v.channels);
        v.data.forEach((x, i) => (out[i % v.channels] += x / (v.height * v.width)));
        return { height: 1, width: 1, channels: v.channels, data: Float32Array.from(out) };
      }
      default:
        throw new Error(`${node.name}: the operator ${node.op} is not known here`);
    }
  }

  /** Maxima of 2 x 2 at stride 2, of pictures with even sides. */
  private pool(node: TfNode, { height, width, channels, data }: TfValue): TfValue {
    const sizes = [...(node.attr?.ksize?.list?.i ?? []), ...(node.attr?.strides?.list?.i ?? [])].join();
    if (sizes !== '1,2,2,1,1,2,2,1' || height % 2 || width % 2) throw new Error(`${node.name}: ${sizes}`);
    const out = new Float32Array((height / 2) * (width / 2) * channels).fill(-Infinity);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        for (let c = 0; c < channels; c++) {
          const to = ((y >> 1) * (width / 2) + (x >> 1)) * channels + c;
          out[to] = Math.max(out[to], data[(y * width + x) * channels + c]);
        }
    return { height: height / 2, width: width / 2, channels, data: out };
  }

  /** Channels of nought behind the others. */
  private pad(node: TfNode, { height, width, channels, data }: TfValue): TfValue {
    const amounts = Array.from(this.weight(node.input?.[1] ?? '').data);
    const more = amounts[7];
    if (amounts.length !== 8 || amounts.slice(0, 7).some((v) => v !== 0))
      throw new Error(`${node.name}: pads by ${amounts.join()}`);
    const out = new Float32Array(height * width * (channels + more));
    for (let i = 0; i < height * width; i++)
      out.set(data.subarray(i * channels, (i + 1) * channels), i * (channels + more));
    return { height, width, channels: channels + more, data: out };
  }

  private convolve(node: TfNode, x: TfValue): TfValue {
    const depthwise = node.op.endsWith('DepthwiseConv2dNative');
    const kernel = this.weight(node.input?.[1] ?? '');
    const [kh, kw, inputs, last] = kernel.shape;
    const fused = this.fused(node);
    if (inputs !== x.channels || (depthwise && last !== 1))
      throw new Error(`${node.name}: kernel [${kernel.shape.join()}] on ${x.channels} channels`);
    const plain = !node.op.includes('Fused') && fused.length === 0;
    if ((!plain && fused[0] !== 'BiasAdd') || (fused.length > 1 && fused[1] !== 'Relu') || fused.length > 2)
      throw new Error(`${node.name}: fused with ${fused.join()}`);
    if (word(node.attr?.padding?.s) !== 'SAME' && kh * kw > 1) throw new Error(`${node.name}: padding`);
    if ((node.attr?.dilations?.list?.i ?? []).some((d) => d !== '1'))
      throw new Error(`${node.name}: dilated`);
    const stride = this.stride(node);
    const channels = depthwise ? inputs : last;
    const bias = plain ? new Float32Array(channels) : this.weight(node.input?.[2] ?? '').data;
    const height = Math.ceil(x.height / stride);
    const width = Math.ceil(x.width / stride);
    const [top] = samePadding(x.height, kh, stride);
    const [left] = samePadding(x.width, kw, stride);
    const data = new Float32Array(height * width * channels);
    const sums = new Float64Array(channels);
    for (let oy = 0; oy < height; oy++)
      for (let ox = 0; ox < width; ox++) {
        sums.set(bias);
        for (let ky = 0; ky < kh; ky++)
          for (let kx = 0; kx < kw; kx++) {
            const iy = oy * stride + ky - top;
            const ix = ox * stride + kx - left;
            if (iy < 0 || ix < 0 || iy >= x.height || ix >= x.width) continue;
            const from = (iy * x.width + ix) * inputs;
            const tap = (ky * kw + kx) * inputs * last;
            if (depthwise)
              for (let c = 0; c < inputs; c++) sums[c] += x.data[from + c] * kernel.data[tap + c];
            else
              for (let i = 0; i < inputs; i++) {
                const v = x.data[from + i];
                if (v !== 0) for (let o = 0; o < last; o++) sums[o] += v * kernel.data[tap + i * last + o];
              }
          }
        const to = (oy * width + ox) * channels;
        for (let c = 0; c < channels; c++) data[to + c] = fused.length === 2 ? Math.max(sums[c], 0) : sums[c];
      }
    return { height, width, channels, data };
  }
}

/** Two activations of one size, or one of them a single number or a vector of channels. */
function elementwise(a: TfValue, b: TfValue, f: (a: number, b: number) => number): TfValue {
  const big = a.data.length >= b.data.length ? a : b;
  const at = (v: TfValue): ((i: number) => number) => {
    if (v.data.length === big.data.length) return (i) => v.data[i];
    if (v.height * v.width !== 1 || (v.channels !== 1 && v.channels !== big.channels))
      throw new Error(`[${v.height},${v.width},${v.channels}] beside ${big.channels} channels`);
    return v.channels === 1 ? () => v.data[0] : (i) => v.data[i % big.channels];
  };
  const left = at(a);
  const right = at(b);
  return { ...big, data: big.data.map((_, i) => f(left(i), right(i))) };
}
