/** Models for the make-believe window: ours with their figures, one of a Studio run, two that somebody brought along. */
import type { CallArgs, CallName, CallResult } from '../../app/contract/index.ts';
import { RevealError } from '../../app/contract/messages.ts';
import type { Settings } from '../../app/contract/host.ts';
import type { ChosenModels, ModelCardView, ModelWish } from '../../app/contract/models.ts';

type Calls = { [N in CallName]?: (args: CallArgs<N>) => CallResult<N> };

const card = (over: Partial<ModelCardView> & Pick<ModelCardView, 'name' | 'task'>): ModelCardView => ({
  source: 'own',
  kind: '',
  ready: true,
  scale: 1,
  sha256: 'd2949ce3325b0eed15530474e6f68fa08565f7e2596cf465f0c628657cba688a',
  bytes: 852_064,
  parameters: 424_000,
  license:
    'MIT as far as the weights are ours to license; they were trained mostly on photographs that are for research only',
  origin: '',
  importedAt: '',
  trainedOn: '8,906 photographs, 15 minutes at 64 and 128 px on two cores',
  limits: 'A beginning: strong noise leaves blotches.',
  metrics: { 'noise25.psnr': 27.5, 'jpeg.psnr': 29.85, 'clean.psnr': 43.02, 'clean.deltaEMedian': 0.7928 },
  measuredBy: 'revelado eval --data PHOTOGRAPHS --model restorer --count 100 --size 128',
  speed: null,
  chosen: true,
  ...over,
});
const imported = {
  source: 'imported',
  trainedOn: '',
  limits: '',
  metrics: {},
  measuredBy: '',
  chosen: false,
} as const;

export function mockModels(set: (patch: Partial<Settings>) => void) {
  let models: ModelCardView[] = [
    card({
      name: 'filler',
      task: 'filler',
      metrics: { 'missing.insidePsnr': 21.24, 'stains.insidePsnr': 20.65, 'scratches.insidePsnr': 26.9 },
    }),
    card({
      name: 'restorer',
      task: 'restorer',
      speed: { width: 512, height: 512, milliseconds: 412, device: 'cpu' },
    }),
    card({
      ...imported,
      name: 'ffdnet-color',
      task: 'restorer',
      kind: 'denoise',
      license: 'MIT',
      origin: 'ffdnet_color.onnx',
      importedAt: '2026-11-20T10:00:00Z',
      bytes: 3_410_000,
      parameters: 852_108,
      sha256: 'a'.repeat(64),
    }),
    card({
      name: 'colorist',
      task: 'colorist',
      parameters: 2_320_000,
      bytes: 4_654_112,
      metrics: { 'bw.deltaE': 12.51, 'bw.colourfulnessRatio': 0.8, 'plates-green.deltaE': 11.5 },
    }),
    card({
      ...imported,
      name: 'realesrgan-x2',
      task: 'upscaler',
      kind: 'image',
      scale: 2,
      license: 'BSD-3-Clause',
      origin: 'RealESRGAN_x2plus.onnx',
      importedAt: '2026-11-21T10:00:00Z',
      bytes: 67_100_000,
      parameters: 16_700_000,
      sha256: 'b'.repeat(64),
      speed: { width: 256, height: 256, milliseconds: 2890, device: 'cpu' },
    }),
    card({
      name: 'one',
      task: 'one',
      metrics: { 'negative.psnr': 20.9, 'bw.deltaE': 13.6, 'clean.deltaEMedian': 0.66 },
    }),
  ];
  const removed = new Map<string, ModelCardView>();
  const chosen: ChosenModels = { restorer: '', colorist: '', filler: '', upscaler: '' };
  const settle = () => {
    models = models.map((m) => ({
      ...m,
      chosen: m.task !== 'one' && chosen[m.task] !== '' ? m.name === chosen[m.task] : m.source !== 'imported',
    }));
    set({ models: { ...chosen } });
  };
  const found = (name: string): ModelCardView => {
    const model = models.find((m) => m.name === name);
    if (!model) throw new RevealError('not-found', `The model ${name} is not there any more.`);
    return model;
  };
  const take = (origin: string, wish: ModelWish): ModelCardView => {
    if (/broken/.test(origin))
      throw new RevealError(
        'bad-input',
        `${origin} is not an ONNX file, or it is cut short: unexpected end.`,
      );
    const model = card({
      ...imported,
      name: wish.name ?? origin.replace(/\.onnx$/, ''),
      task: wish.kind === 'ddcolor' ? 'colorist' : 'restorer',
      kind: wish.kind ?? 'image',
      license: wish.license ?? '',
      origin,
      importedAt: '2026-11-23T10:00:00Z',
      sha256: origin.padEnd(64, '0').slice(0, 64),
    });
    models = [...models, model];
    return model;
  };
  const answers: Calls = {
    'models.list': () => ({ models }),
    'models.import': ({ path, ...wish }) => take(path.split('/').at(-1) ?? path, wish),
    'models.verify': ({ name }) => found(name),
    'models.remove': ({ name }) => {
      removed.set(name, found(name));
      models = models.filter((m) => m.name !== name);
      return { undoToken: name };
    },
    'models.restore': ({ undoToken }) => {
      const model = removed.get(undoToken);
      if (model) models = [...models, model];
      return { ok: true };
    },
    'models.choose': ({ task, name }) => {
      const before = chosen[task];
      chosen[task] = name;
      settle();
      return { before };
    },
    'models.measure': ({ name }) => {
      const speed = { width: 512, height: 512, milliseconds: 388, device: 'cpu' };
      models = models.map((m) => (m.name === name ? { ...m, speed } : m));
      return found(name);
    },
  };
  return {
    answers,
    importModel: async (file: File, wish: ModelWish): Promise<ModelCardView> => {
      await Promise.resolve();
      return structuredClone(take(file.name, wish));
    },
  };
}
