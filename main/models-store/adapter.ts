/**
 * Adapters: how a foreign network is fed from a picture and what its answer means. Recognised from what goes into a
 * graph and comes out of it; what cannot be seen there (whether a picture of fixed size is coloured or cleaned) is taken
 * from the file's name, else the commoner kind, and a person may say otherwise.
 *
 * image     picture -> picture of the same size, or of 2, 3, 4 times (Real-ESRGAN, SCUNet, NAFNet, SwinIR and the like)
 * denoise   the same with the noise level as a second input, over 255 (FFDNet, DRUNet)
 * deoldify  grey picture as RGB -> colour picture of the same, fixed or free size; its chroma is used
 * ddcolor   grey picture as RGB -> a and b of CIE Lab
 * bins      lightness -> a and b, or scores for bins of chroma whose centres the adapter names (Zhang, Isola, Efros 2016)
 * lama      picture and mask (1 = hole) -> picture (LaMa)
 * migan     mask and masked picture as four channels -> picture (MI-GAN)
 */
import { z } from 'zod';
import { RevealError } from '../../app/contract/messages.ts';
import { say } from '../../app/words/sentences.ts';
import type { NetworkTask } from '../actions/picture/networks.ts';
import type { OnnxFacts, OnnxValue } from './onnx-file.ts';

export const adapterKinds = ['image', 'denoise', 'deoldify', 'ddcolor', 'bins', 'lama', 'migan'] as const;
export type AdapterKind = (typeof adapterKinds)[number];

const three = z.tuple([z.number(), z.number(), z.number()]);
export const adapterSchema = z.object({
  version: z.literal(1).default(1),
  kind: z.enum(adapterKinds),
  /** Names in the graph. */
  input: z.string(),
  output: z.string(),
  /** Second input: mask of a filler, noise level of a denoiser. */
  second: z.string().nullable().default(null),
  layout: z.enum(['nchw', 'nhwc']).default('nchw'),
  order: z.enum(['rgb', 'bgr']).default('rgb'),
  /** Fixed size; null: any. */
  size: z
    .object({ width: z.number().int().min(16).max(4096), height: z.number().int().min(16).max(4096) })
    .nullable()
    .default(null),
  /** Sides are multiples of this. */
  multiple: z.number().int().min(1).max(512).default(1),
  /** A value 0..1 is multiplied by this; then mean is taken away and it is divided by std. */
  range: z.number().positive().default(1),
  mean: three.default([0, 0, 0]),
  std: three.default([1, 1, 1]),
  /** Output value = (0..1) * outRange + outOffset. For chroma: Lab units * outRange. */
  outRange: z.number().positive().default(1),
  outOffset: z.number().default(0),
  /** Output pixels for one of the input. */
  scale: z.number().int().min(1).max(8).default(1),
  /** Chroma of each bin, a* and b*. */
  bins: z
    .array(z.tuple([z.number(), z.number()]))
    .max(4096)
    .nullable()
    .default(null),
  /** Pixels around a place that its result depends on, for tiles. */
  reach: z.number().int().min(0).max(512).default(32),
});
export type Adapter = z.infer<typeof adapterSchema>;

/** The step that a kind serves. */
export function taskOf(adapter: Pick<Adapter, 'kind' | 'scale'>): Exclude<NetworkTask, 'one' | 'faces'> {
  switch (adapter.kind) {
    case 'image':
      return adapter.scale > 1 ? 'upscaler' : 'restorer';
    case 'denoise':
      return 'restorer';
    case 'deoldify':
    case 'ddcolor':
    case 'bins':
      return 'colorist';
    case 'lama':
    case 'migan':
      return 'filler';
  }
}

/** Channels that a kind's picture input and output have; null: any number from 2 up. */
const CHANNELS: Record<AdapterKind, [number, number | null]> = {
  image: [3, 3],
  denoise: [3, 3],
  deoldify: [3, 3],
  ddcolor: [3, 2],
  bins: [1, null],
  lama: [3, 3],
  migan: [4, 3],
};
/** Numbers that a kind commonly wants, where they are not 0..1. */
const HABITS: Partial<Record<AdapterKind, Partial<Adapter>>> = {
  deoldify: { range: 255, outRange: 255 },
  bins: { range: 100 },
  migan: { range: 2, mean: [1, 1, 1], outRange: 2, outOffset: -1 },
};

const words = (v: OnnxValue): string => `${v.name} [${v.shape.map((d) => d ?? '?').join(', ')}] ${v.type}`;
const unknown = (file: string, facts: OnnxFacts): RevealError =>
  new RevealError(
    'bad-input',
    say('model-unknown', {
      file,
      inputs: facts.inputs.map(words).join('; '),
      outputs: facts.outputs.map(words).join('; '),
    }),
  );

/** Channels and sides of a picture-like value; null: it is none. */
function pictureOf(
  v: OnnxValue,
): { layout: 'nchw' | 'nhwc'; channels: number | null; sides: OnnxValue['shape'] } | null {
  if (v.shape.length !== 4) return null;
  const [, c, , last] = v.shape;
  if (typeof last === 'number' && last <= 4 && !(typeof c === 'number' && c <= 4))
    return { layout: 'nhwc', channels: last, sides: [v.shape[1], v.shape[2]] };
  return { layout: 'nchw', channels: typeof c === 'number' ? c : null, sides: [v.shape[2], v.shape[3]] };
}

/**
 * The adapter for a graph.
 * @param given a kind that a person names, or parts of an adapter; the rest is read off the graph
 * @throws RevealError 'bad-input' when the graph is of no kind that is known, or does not fit the one that was named
 */
export function adapterFor(facts: OnnxFacts, file: string, given: Partial<Adapter> = {}): Adapter {
  const pictures = facts.inputs.filter((v) => pictureOf(v) && !isLevel(v));
  const main = given.input
    ? facts.inputs.find((v) => v.name === given.input)
    : (pictures.find((v) => [3, 4].includes(pictureOf(v)?.channels ?? 0)) ?? pictures[0]);
  const out = given.output ? facts.outputs.find((v) => v.name === given.output) : facts.outputs[0];
  const picture = main && pictureOf(main);
  const answer = out && pictureOf(out);
  if (!main || !out || !picture || !answer || facts.inputs.length > 2) throw unknown(file, facts);
  const second = facts.inputs.find((v) => v !== main) ?? null;
  for (const v of [main, out, ...(second ? [second] : [])])
    if (v.type !== 'float32')
      throw new RevealError(
        'bad-input',
        say('model-adapter-wrong', {
          file,
          adapter: given.kind ?? 'image',
          detail: `${words(v)}; models here take and give float32`,
        }),
      );
  const kind = given.kind ?? kindOf(picture.channels, answer.channels, second, file);
  if (!kind) throw unknown(file, facts);
  const wrong = (detail: string): RevealError =>
    new RevealError('bad-input', say('model-adapter-wrong', { file, adapter: kind, detail }));
  const [inChannels, outChannels] = CHANNELS[kind];
  if (picture.channels !== null && picture.channels !== inChannels)
    throw wrong(`${words(main)}; it takes ${inChannels} channels`);
  if (outChannels !== null && answer.channels !== null && answer.channels !== outChannels)
    throw wrong(`${words(out)}; it gives ${outChannels} channels`);
  const wantsSecond = kind === 'denoise' || kind === 'lama';
  if (wantsSecond !== (second !== null))
    throw wrong(wantsSecond ? 'a second input is missing' : `${second?.name}: there is an input too many`);
  const [h, w] = picture.sides;
  const fixed = typeof h === 'number' && typeof w === 'number' ? { width: w, height: h } : null;
  const parsed = adapterSchema.safeParse({
    layout: picture.layout,
    size: fixed,
    ...HABITS[kind],
    ...given,
    kind,
    input: main.name,
    output: out.name,
    second: second?.name ?? null,
  });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw wrong(`${issue.path.join('.')}: ${issue.message}`);
  }
  const adapter = parsed.data;
  const many = kind === 'bins' && (answer.channels ?? 2) > 2;
  if (many && adapter.bins?.length !== answer.channels)
    throw wrong(
      `it scores ${answer.channels} bins of chroma; name their centres with "bins" in a description`,
    );
  return adapter;
}

/** One number in the form of a tensor: a noise level. */
const isLevel = (v: OnnxValue): boolean => v.shape.every((d) => d === 1) || v.shape.length < 3;

function kindOf(
  channels: number | null,
  out: number | null,
  second: OnnxValue | null,
  file: string,
): AdapterKind | null {
  const named = file.toLowerCase();
  if (second) return channels === 3 && out !== 2 ? (isLevel(second) ? 'denoise' : 'lama') : null;
  if (channels === 4) return out === 3 || out === null ? 'migan' : null;
  if (channels === 1) return out !== 1 ? 'bins' : null;
  if (channels !== 3) return null;
  if (out === 2) return 'ddcolor';
  if (/deoldify|coloriz|colouri[sz]/.test(named)) return 'deoldify';
  return out === 3 || out === null ? 'image' : null;
}
