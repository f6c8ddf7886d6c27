/**
 * A make-believe Studio: datasets, runs in every state, curves that fall and a run that goes on while one looks.
 * Figures here are drawn, not measured. Never in the product.
 */
import type { CallArgs, CallName, CallResult, TopicEvent, TopicName } from '../../app/contract/index.ts';
import { RevealError } from '../../app/contract/messages.ts';
import {
  studioNetworkNames,
  networkWidths,
  runPhases,
  runSettingsSchema,
  type RunEvent,
  type RunFigures,
  type RunPoint,
  type StudioDataset,
  type StudioRun,
} from '../../app/contract/studio.ts';
import { say } from '../../app/words/sentences.ts';
import { chance } from './data.ts';
import { paint } from './paint.ts';
import { mockMelody } from './score.ts';

type StudioCall = Extract<CallName, `studio.${string}`>;
type Answers = { [N in StudioCall]: (args: CallArgs<N>) => CallResult<N> };
type Publish = <N extends TopicName>(topic: N, event: TopicEvent<N>) => void;

const now = Date.now();
const dataset = (patch: Partial<StudioDataset>): StudioDataset => ({
  id: 'beach',
  name: 'Super 8, beach',
  state: 'ready',
  error: null,
  jobId: null,
  kind: 'pictures',
  preset: 'print',
  createdAt: now - 86_400_000,
  train: 1284,
  test: 143,
  rejects: [
    { reason: 'near-duplicate', count: 212 },
    { reason: 'blurred', count: 31 },
    { reason: 'black and white', count: 18 },
    { reason: 'unreadable', count: 1 },
  ],
  sources: [
    { name: 'Wedding album', pictures: 86, film: false },
    { name: 'beach-1974.mp4', pictures: 912, film: true },
    { name: '1998 Getaria', pictures: 429, film: false },
  ],
  hues: [0.05, 0.09, 0.21, 0.13, 0.1, 0.04, 0.015, 0.03, 0.06, 0.22, 0.05, 0.005],
  gaps: [6, 11],
  advice: [say('gap-blue-green'), say('gap-purple')],
  ...patch,
});

function point(step: number, gan: boolean): RunPoint {
  const t = step / 4000;
  const noise = (k: number) => 1 + 0.08 * (chance(step * 31 + k) - 0.5);
  const error = (0.06 + 0.3 * Math.exp(-4 * t)) * noise(1);
  const structure = (0.12 + 0.6 * Math.exp(-3 * t)) * noise(2);
  return {
    step,
    seconds: step * 0.42,
    phase: gan ? (Math.floor(step / 90) % 2 ? 'critic' : 'generator') : 'generator',
    size: step < 2000 ? 64 : 96,
    lr: 1e-3 * (1 - t / 2),
    losses: { total: error + 0.15 * structure, error, structure },
    wait: 0.012 * noise(3),
  };
}
function figures(step: number, of: RunFigures['of'] = 'run', better = 0): RunFigures {
  const t = Math.min(1, step / 4000);
  const fall = Math.exp(-3.2 * t);
  const all = {
    deltaE: 7.9 + 14 * fall - better,
    deltaEMedian: 5.6 + 11 * fall - better,
    psnr: 25.1 - 9 * fall + better,
    ssim: 0.862 - 0.3 * fall,
    colourfulnessRatio: 0.93 - 0.5 * fall,
    redLean: -1.4 + 6 * fall,
    blueLean: 0.8 - 3 * fall,
    highlightRatio: 0.81 + 0.7 * fall,
    skinHueError: 9.1 + 20 * fall,
    skyHueError: 12.4 + 24 * fall,
    neutralChroma: 1.2 + 4 * fall,
    residualNoise: 0.6 + 3 * fall,
    sharpness: 0.88 - 0.4 * fall,
  };
  return { of, step, seconds: step * 0.42, figures: all };
}

const settings = (patch: object) =>
  runSettingsSchema.parse({ dataset: 'beach', network: 'one', minutes: 60, ...patch });
const evaluations = (upTo: number) => Array.from({ length: Math.floor(upTo / 250) + 1 }, (_, k) => k * 250);

function run(id: string, step: number, patch: Partial<StudioRun>): StudioRun {
  const steps = evaluations(step);
  return {
    id,
    settings: settings({}),
    state: 'done',
    jobId: null,
    error: null,
    createdAt: now - 3_600_000,
    step,
    secondsDone: step * 0.42,
    secondsLeft: null,
    device: 'cpu',
    memoryBytes: 1_420_000_000,
    imagesPerSecond: 38.1,
    last: point(step, false),
    figures: figures(steps.at(-1)!),
    figuresInUse: figures(2600, 'in-use'),
    samples: steps,
    melodies: [],
    model: id,
    critic: false,
    inUse: false,
    ...patch,
  };
}

/** Answers of the Studio; `empty` for the room before anything was trained. */
export function mockStudio(publish: Publish, empty: boolean) {
  let datasets: StudioDataset[] = empty
    ? []
    : [
        dataset({
          id: 'album',
          name: 'Wedding album',
          state: 'building',
          jobId: 7,
          createdAt: now - 30_000,
          hues: null,
          gaps: [],
          advice: [],
          sources: [],
          rejects: [],
          train: 0,
          test: 0,
        }),
        dataset({}),
        dataset({
          id: 'grey',
          name: 'Grandfather’s Leica',
          state: 'failed',
          error:
            'All 20 pictures are black and white (leica-01.tif …). Colour is learnt from colour photographs or films; nothing was written.',
          train: 0,
          test: 0,
          hues: null,
          gaps: [],
          advice: [],
          createdAt: now - 90_000_000,
        }),
      ];
  let runs: StudioRun[] = empty
    ? []
    : [
        run('one-super-8-beach-2', 2730, {
          state: 'running',
          jobId: 6,
          secondsLeft: 2450,
          figures: figures(2500),
          createdAt: now - 1_200_000,
        }),
        run('one-super-8-beach', 3900, {
          inUse: true,
          createdAt: now - 90_000_000,
          figuresInUse: figures(1500, 'in-use'),
        }),
        run('colorist-getaria', 1200, {
          settings: settings({ network: 'colorist', phase: 'gan', freeze: true }),
          state: 'failed',
          createdAt: now - 180_000_000,
          error: say('studio-critic-wins', { steps: '200' }),
          figuresInUse: null,
        }),
      ];
  const bin = new Map<string, () => void>();
  const usedBefore = new Map<string, string | null>();
  const find = (id: string): StudioRun => {
    const found = runs.find((r) => r.id === id);
    if (!found) throw new RevealError('not-found', `There is no training run ${id}.`);
    return found;
  };
  const changed = () => publish('studio.changed', { datasets: true, runs: true });
  const ok = { ok: true } as const;

  const answers: Answers = {
    'studio.datasets': () => ({ datasets }),
    'studio.buildDataset': ({ name, kind, preset }) => {
      const made = dataset({ id: `d${datasets.length + 1}`, name, kind, preset, createdAt: Date.now() });
      datasets = [made, ...datasets];
      return made;
    },
    'studio.removeDataset': ({ id }) => {
      const gone = datasets.find((d) => d.id === id);
      datasets = datasets.filter((d) => d.id !== id);
      bin.set(`datasets/${id}`, () => {
        if (gone) datasets = [gone, ...datasets];
      });
      return { undoToken: `datasets/${id}` };
    },
    'studio.networks': () => ({
      networks: studioNetworkNames.map((name) => ({
        name,
        task: '',
        widths: networkWidths.map((width, k) => ({
          width,
          parameters: 1_240_000 * 4 ** k,
          madds: 9_800 * 4 ** k,
        })),
        starts: [
          { model: 'shipped', label: 'Revelado', width: 'small' as const },
          ...runs
            .filter((r) => r.settings.network === name)
            .map((r) => ({ model: r.id, label: r.id, width: r.settings.width })),
        ],
        critics: runs
          .filter((r) => r.settings.network === name && r.critic)
          .map((r) => ({ run: r.id, width: r.settings.width })),
        before: usedBefore.get(name) ?? null,
        phases: [...runPhases],
        freezable: name === 'colorist',
      })),
    }),
    'studio.runs': () => ({ runs }),
    'studio.startRun': (args) => {
      const made = run(`${args.network}-${runs.length + 1}`, 0, {
        settings: runSettingsSchema.parse(args),
        state: 'queued',
        last: null,
        figures: null,
        figuresInUse: null,
        samples: [],
        melodies: [],
        model: null,
        createdAt: Date.now(),
      });
      runs = [made, ...runs];
      return made;
    },
    'studio.stopRun': ({ id }) => {
      Object.assign(find(id), { state: 'cancelled', secondsLeft: null });
      changed();
      return ok;
    },
    'studio.continueRun': ({ id }) => Object.assign(find(id), { state: 'queued' as const }),
    'studio.removeRun': ({ id }) => {
      const gone = find(id);
      runs = runs.filter((r) => r.id !== id);
      bin.set(`runs/${id}`, () => {
        runs = [...runs, gone];
      });
      return { undoToken: `runs/${id}` };
    },
    'studio.restore': ({ undoToken }) => {
      bin.get(undoToken)?.();
      changed();
      return ok;
    },
    'studio.curves': ({ id }) => {
      const { step, settings: own } = find(id);
      if (step === 0) return { points: [], figures: [], events: [] };
      const gan = own.phase === 'gan';
      const at = (s: number, kind: string, text: string, level: RunEvent['level'] = 'info'): RunEvent => ({
        step: s,
        at: now,
        level,
        kind,
        text,
      });
      const stage = (size: number) => ({
        size: String(size),
        batch: String(size === 64 ? 16 : 7),
        device: 'cpu',
      });
      const events = [
        at(0, 'size', say('studio-stage-generator', stage(64))),
        at(13, 'plan', say('studio-plan', { steps: '2000', ms: '420' })),
        at(2000, 'size', say('studio-stage-generator', stage(96))),
        at(2250, 'alarm', say('studio-skin-red', { degrees: '8.6' }), 'warning'),
        ...(gan
          ? [1, 2, 3, 4, 5, 6].map((k) =>
              at(
                k * 180,
                'switch',
                say('studio-turn-generator', {
                  reason: say('studio-turn-sees', { percent: String(64 + k) }),
                }),
              ),
            )
          : []),
      ].filter((event) => event.step <= step);
      return {
        points: Array.from({ length: Math.min(400, step) }, (_, k) =>
          point(Math.round(((k + 1) * step) / Math.min(400, step)), gan),
        ),
        figures: [...(gan ? [] : [figures(2600, 'in-use')]), ...evaluations(step).map((s) => figures(s))],
        events: events.sort((a, b) => a.step - b.step),
      };
    },
    'studio.melody': () => ({ melody: mockMelody }),
    'studio.use': ({ network, model }) => {
      const before = runs.find((r) => r.inUse && r.settings.network === network)?.id ?? null;
      usedBefore.set(network, before);
      for (const r of runs) if (r.settings.network === network) r.inUse = r.id === model;
      changed();
      return { before };
    },
  };

  /** One second of the run at work. */
  const tick = () => {
    const going = runs.find((r) => r.state === 'running');
    if (!going) return;
    going.step += 3;
    going.last = point(going.step, false);
    going.secondsDone = going.step * 0.42;
    going.secondsLeft = Math.max(0, (going.secondsLeft ?? 0) - 1);
    publish('studio.progress', { run: structuredClone(going), point: going.last, event: null });
  };

  return {
    answers,
    tick,
    setState: (jobId: number, state: StudioRun['state']) => {
      for (const r of runs) if (r.jobId === jobId) r.state = state;
      changed();
    },
  };
}

/** A contact sheet or sample panel, painted. */
export async function mockStudioPicture(address: string): Promise<Blob> {
  const sample = /samples\/(\d+)/.exec(address);
  const [columns, rows, side, gap] = sample ? [3, 6, 96, 4] : [8, 6, 160, 8];
  const surface = new OffscreenCanvas(columns * (side + gap) - gap, rows * (side + gap) - gap);
  const context = surface.getContext('2d')!;
  context.fillStyle = '#181818';
  context.fillRect(0, 0, surface.width, surface.height);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) {
      const tile = new OffscreenCanvas(side, side);
      const pair = sample ? 0 : Math.floor(c / 2);
      const input = sample ? c === 0 : c % 2 === 0;
      paint(tile.getContext('2d')!, r * 7 + pair + 3, side, side, input && r % 3 === 0, input && r % 3 === 1);
      if (sample && c === 1) context.filter = `saturate(${Math.min(1, Number(sample[1]) / 3000)}) blur(1px)`;
      if (input && r % 3 === 2) context.filter = 'blur(2px) contrast(0.6)';
      context.drawImage(tile, c * (side + gap), r * (side + gap));
      context.filter = 'none';
    }
  return surface.convertToBlob({ type: 'image/png' });
}
