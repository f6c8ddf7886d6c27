import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seeded } from '../../app/random.ts';
import { sub } from '../../app/graph/ops/arithmetic.ts';
import { abs } from '../../app/graph/ops/elementwise.ts';
import { mean } from '../../app/graph/ops/reduce.ts';
import { declareParameters, initialWeights } from '../../app/graph/scope.ts';
import {
  buildMicroSteps,
  buildStep,
  learningRate,
  type PartSpec,
  type StepContext,
} from '../../app/graph/step/index.ts';
import { sampleNetwork } from '../../app/graph/step/sample-network.ts';
import { loadCheckpoint, saveCheckpoint } from './train-checkpoint.ts';
import { onnxBinding, SessionStore, type Feeds } from './session.ts';
import { TrainSession, TrainState } from './train-session.ts';

const store = new SessionStore(onnxBinding, 1);
const folder = mkdtempSync(path.join(tmpdir(), 'train-session-'));
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const PIXELS = 16;
const BATCH = 2;
const SHAPE = [BATCH, 3, PIXELS, PIXELS];
const parametersOf = (width: number) =>
  declareParameters((s) => void sampleNetwork(s, s.graph.input('x', [1, 3, 16, 16]), width));
const parameters = parametersOf(4);
const weights = initialWeights(parameters, 7);
const forward = (c: StepContext, shape = SHAPE) => ({
  total: mean(abs(sub(sampleNetwork(c.scope('net'), c.input('x', shape), 4), c.input('y', shape)))),
});
const part = (more: Partial<PartSpec> = {}): PartSpec => ({
  name: 'net',
  parameters,
  mode: 'trained',
  weights,
  ...more,
});

async function start(more: Partial<PartSpec> = {}) {
  const state = new TrainState();
  const graph = buildStep({ parts: [part(more)], forward: (c) => forward(c) });
  const session = await TrainSession.create({ graph, state, store, order: ['cpu'] });
  state.setWeights('net', weights);
  return { state, session };
}
function batchOf(step: number, batch = BATCH): Feeds {
  const random = seeded('batch', step);
  const y = Float32Array.from({ length: batch * 3 * PIXELS * PIXELS }, () => random.next());
  const dims = [batch, 3, PIXELS, PIXELS];
  return { x: { dims, data: y.map((v) => v ** 0.6) }, y: { dims, data: y } };
}
const settings = (step: number) => ({
  lr: learningRate({ kind: 'cosine', rate: 2e-3, steps: 20, warmup: 2 }, step),
  decay: 0.01,
  clip: 1,
});

describe('a training session', () => {
  it('learns, and goes on from a checkpoint as if it had never stopped, bit by bit', async () => {
    const whole = await start();
    const curve: number[] = [];
    for (let k = 0; k < 20; k++)
      curve.push((await whole.session.step(batchOf(k), settings(k))).losses['total']);
    expect(curve[19]).toBeLessThan(curve[0] * 0.8);

    const file = path.join(folder, 'resume.rvc');
    const first = await start();
    const again: number[] = [];
    for (let k = 0; k < 10; k++)
      again.push((await first.session.step(batchOf(k), settings(k))).losses['total']);
    await saveCheckpoint(file, first.state, { step: 10, seed: 3 });

    const second = await start();
    expect(await loadCheckpoint(file, second.state)).toEqual({ step: 10, seed: 3 });
    expect(second.state.counts.get('net')).toBe(10);
    for (let k = 10; k < 20; k++)
      again.push((await second.session.step(batchOf(k), settings(k))).losses['total']);
    expect(again).toEqual(curve);
    for (const name of ['net/theta', 'net/m', 'net/v', 'net/ema'])
      expect(Buffer.compare(bytes(second.state, name), bytes(whole.state, name)), name).toBe(0);
  });

  it('undoes a step whose loss is not finite', async () => {
    const { state, session } = await start();
    await session.step(batchOf(0), settings(0));
    const before = Object.fromEntries(state.names.map((name) => [name, state.get(name).slice()]));
    const bad = batchOf(1);
    bad['y'].data[5] = NaN;
    expect((await session.step(bad, settings(1))).finite).toBe(false);
    for (const name of state.names) expect(state.get(name), name).toEqual(before[name]);
    expect(state.counts.get('net')).toBe(1);
    expect((await session.step(batchOf(1), settings(1))).finite).toBe(true);
  });

  it('lets paced weights learn and decay as if at so much lower a rate, and the others as ever', async () => {
    const paced = await start({ pace: { of: ['fine.*', 'middle.*'], factor: 0.1 } });
    const full = await start();
    const tenth = await start();
    const at = (rate: number) => ({ lr: rate, decay: 0.5, average: 0 });
    await paced.session.step(batchOf(0), at(1e-2));
    await full.session.step(batchOf(0), at(1e-2));
    await tenth.session.step(batchOf(0), at(1e-3));
    for (const [name, { data }] of paced.state.weights('net')) {
      const slow = /^(fine|middle)\./.test(name);
      const [same, other] = slow ? [tenth, full] : [full, tenth];
      const distance = (state: TrainState): number =>
        Math.max(...(state.weights('net').get(name)?.data ?? []).map((v, i) => Math.abs(v - data[i])));
      expect(distance(same.state), name).toBeLessThan(1e-6);
      expect(distance(other.state), name).toBeGreaterThan(1e-3);
    }
  });

  it('keeps frozen weights bit-equal while the others change', async () => {
    const { state, session } = await start({ frozen: ['fine.*', 'middle.*'] });
    for (let k = 0; k < 3; k++) await session.step(batchOf(k), settings(k));
    const learnt = state.weights('net');
    expect([...learnt.keys()].some((name) => name.startsWith('fine.'))).toBe(false);
    expect(learnt.get('coarse.a.weight')?.data).not.toEqual(weights.get('coarse.a.weight')?.data);

    // The frozen ones are constants of the graph: with the same others, it gives what all given weights give.
    const all = new Map([...weights, ...learnt]);
    const look = await TrainSession.create({
      graph: buildStep({
        parts: [part({ mode: 'constant', weights: all })],
        forward: (c) => ({ losses: { l1: forward(c).total } }),
      }),
      state: new TrainState(),
      store,
      order: ['cpu'],
    });
    const { losses } = await look.look(batchOf(9));
    expect(losses['l1']).toBeCloseTo((await session.step(batchOf(9), { lr: 0 })).losses['total'], 6);
  });

  it('reads the averaged weights when asked, and shares its state with other sessions', async () => {
    const { state, session } = await start();
    const graphOf = (from: 'theta' | 'ema') =>
      buildStep({
        parts: [part({ mode: 'given', from })],
        forward: (c) => ({ losses: { l1: forward(c).total } }),
      });
    const [learnt, averaged] = await Promise.all(
      (['theta', 'ema'] as const).map((from) =>
        TrainSession.create({ graph: graphOf(from), state, store, order: ['cpu'] }),
      ),
    );
    for (let k = 0; k < 6; k++) await session.step(batchOf(0), { lr: 2e-3, average: 0.9 });
    const now = await learnt.look(batchOf(0));
    const mean = await averaged.look(batchOf(0));
    const next = await session.step(batchOf(0), { lr: 2e-3 });
    expect(now.losses['l1']).toBe(next.losses['total']);
    expect(mean.losses['l1']).toBeGreaterThan(now.losses['l1']);
  });

  it('takes a step in micro-batches that is the step of the whole batch', async () => {
    const shape = [2 * BATCH, 3, PIXELS, PIXELS];
    const whole = new TrainState();
    const one = await TrainSession.create({
      graph: buildStep({ parts: [part()], forward: (c) => forward(c, shape) }),
      state: whole,
      store,
      order: ['cpu'],
    });
    const parts = new TrainState();
    const two = await TrainSession.create({
      graph: buildMicroSteps({ parts: [part()], forward: (c) => forward(c) }),
      state: parts,
      store,
      order: ['cpu'],
    });
    whole.setWeights('net', weights);
    parts.setWeights('net', weights);
    for (let k = 0; k < 3; k++) {
      const halves = [batchOf(2 * k), batchOf(2 * k + 1)];
      const join = (name: string) => ({
        dims: shape,
        data: Float32Array.from(halves.flatMap((h) => Array.from(h[name].data as Float32Array))),
      });
      const a = await one.step({ x: join('x'), y: join('y') }, { lr: 1e-3, clip: 0.5 });
      const b = await two.step(halves, { lr: 1e-3, clip: 0.5 });
      expect(b.losses['total']).toBeCloseTo(a.losses['total'], 5);
      expect(b.losses['gradient']).toBeCloseTo(a.losses['gradient'], 4);
    }
    const [a, b] = [whole.get('net/m'), parts.get('net/m')];
    expect(a.reduce((worst, v, i) => Math.max(worst, Math.abs(v - b[i])), 0)).toBeLessThan(1e-5);
  });

  it('names a tensor that is missing or of another shape', async () => {
    const { session } = await start();
    await expect(session.step({ x: batchOf(0)['x'] }, { lr: 0 })).rejects.toThrow(/no tensor y/);
    await expect(session.step(batchOf(0, 4), { lr: 0 })).rejects.toThrow(
      /\[4, 3, 16, 16\], the step wants \[2/,
    );
  });

  it('keeps its memory over hundreds of steps', async () => {
    const { session } = await start();
    const batch = batchOf(0);
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const after = async (steps: number) => {
      for (let k = 0; k < steps; k++) await session.step(batch, { lr: 1e-4 });
      collect();
      await new Promise((done) => setTimeout(done, 20));
      collect();
      return process.memoryUsage();
    };
    const before = await after(300);
    const now = await after(500);
    // A leak of one batch a step would be 6 MB, of one copy of the vectors 90 MB.
    expect(now.external - before.external).toBeLessThan(1e6);
    expect(now.rss - before.rss).toBeLessThan(30e6);
  });
});
const bytes = (state: TrainState, name: string): Buffer => {
  const { buffer, byteOffset, byteLength } = state.get(name);
  return Buffer.from(buffer, byteOffset, byteLength);
};

describe('a checkpoint', () => {
  const file = path.join(folder, 'run.rvc');
  let made: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    made = await start();
    await made.session.step(batchOf(0), settings(0));
    await saveCheckpoint(file, made.state, { step: 1 });
  });
  const refused = async (change: (b: Buffer) => Buffer, message: RegExp) => {
    const other = path.join(folder, 'other.rvc');
    writeFileSync(other, change(readFileSync(file)));
    const { state } = await start();
    const before = bytes(state, 'net/theta').toString('base64');
    await expect(loadCheckpoint(other, state)).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(message),
    });
    expect(bytes(state, 'net/theta').toString('base64')).toBe(before);
  };
  it('is refused when it is cut short, wherever that is', async () => {
    for (const n of [13, 200, 5000]) await refused((b) => b.subarray(0, n), /other\.rvc: .*cut short/);
    await refused((b) => b.subarray(0, b.length - 1), /cut short/);
  });
  it('is refused when it is damaged or no checkpoint', async () => {
    await refused((b) => {
      b[b.length - 100] ^= 1;
      return b;
    }, /damaged/);
    await refused((b) => {
      b[14] = 0;
      return b;
    }, /damaged/);
    await refused((b) => Buffer.concat([b, Buffer.from([0])]), /damaged/);
    await refused(() => Buffer.from('a picture'), /not a checkpoint/);
    const { state } = await start();
    await expect(loadCheckpoint(path.join(folder, 'none.rvc'), state)).rejects.toMatchObject({
      code: 'not-found',
    });
  });
  it('is refused by another network, in words that say so', async () => {
    const { state } = await start({ frozen: ['fine.*'] });
    await expect(loadCheckpoint(file, state)).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(/run\.rvc: .*another network, width or set of frozen weights/),
    });
  });
  it.skipIf(process.platform === 'win32')(
    'survives a disk that fills while a new one is written',
    async () => {
      const good = readFileSync(file);
      const script = path.join(folder, 'fill.ts');
      writeFileSync(
        script,
        `import { saveCheckpoint } from ${JSON.stringify(path.resolve('main/engine/train-checkpoint.ts'))};
       import { TrainState } from ${JSON.stringify(path.resolve('main/engine/train-session.ts'))};
       const state = new TrainState();
       const layout = { size: 200000, blocks: [], weights: [{ name: 'w', shape: [200000], size: 200000, offset: 0 }] };
       state.prepare({ vectors: [{ name: 'net/theta', layout }] } as never);
       await saveCheckpoint(${JSON.stringify(file)}, state, null).catch((e) => console.log(e.code, e.message));`,
      );
      // No file may grow beyond 128 KiB: what the system says to a write that does not fit.
      const said = execFileSync(
        'bash',
        ['-c', `trap '' XFSZ; ulimit -f 128; exec "${process.execPath}" "${script}"`],
        { encoding: 'utf8' },
      );
      expect(said).toMatch(/^disk .*run\.rvc/);
      expect(readFileSync(file)).toEqual(good);
      expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
      const { state } = await start();
      expect(await loadCheckpoint(file, state)).toEqual({ step: 1 });
      expect(state.get('net/theta')).toEqual(made.state.get('net/theta'));
    },
  );
});
