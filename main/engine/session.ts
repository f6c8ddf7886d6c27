/**
 * onnxruntime behind a small interface: the only file that knows it. A session is asked for with a list of
 * execution providers in order of preference; what is missing, throws at creation, or dies in mid-run is
 * left behind with its reason, and the session is made again on the next safer provider. Asking for CUDA
 * where its libraries are missing throws, and a driver may crash the process: so providers are first probed
 * in a throwaway process (process-probe.ts). Sessions are few and live long, because creating and releasing
 * them leaks.
 */
import { createRequire } from 'node:module';
import { RevealError } from '../../app/contract/messages.ts';

export type ProviderName = 'cpu' | 'cuda' | 'dml' | 'coreml' | 'webgpu';

export interface TensorData {
  dims: readonly number[];
  data: Float32Array;
}
/** Indices and comparisons; what a model takes and gives is float32 nearly everywhere. */
export interface IntegerData {
  dims: readonly number[];
  data: BigInt64Array;
}
export interface BooleanData {
  dims: readonly number[];
  /** 0 or 1. */
  data: Uint8Array;
}
export type AnyTensorData = TensorData | IntegerData | BooleanData;
export type Feeds = Record<string, AnyTensorData>;
/**
 * Where outputs are to be written: into the memory of the given tensor, or into new memory (null). Outputs that
 * are not named are not handed out. Only float32.
 */
export type Targets = Record<string, TensorData | null>;

/** How a session is made; what is left out is onnxruntime's default. */
export interface SessionOptions {
  /** How far the graph is rearranged. 'all' also changes the memory layout of convolutions with constant weights. */
  optimisation?: 'disabled' | 'basic' | 'extended' | 'layout' | 'all';
  /** Plan memory once for fixed shapes. */
  memoryPattern?: boolean;
  /** Keep freed memory for the next run. */
  arena?: boolean;
  /** Path prefix: writes the time of each node to PREFIX_*.json when the session is released. */
  profile?: string;
  /** onnxruntime's session configuration entries, e.g. {'session.set_denormal_as_zero': '1'}. */
  entries?: Readonly<Record<string, string>>;
}

/** One created session of the binding. */
export interface RawSession {
  run(feeds: Feeds, into?: Targets): Promise<Record<string, TensorData>>;
  release(): Promise<void>;
}
/** The part of onnxruntime that we use; a fake of it tests the fallbacks. */
export interface Binding {
  create(
    model: Uint8Array,
    provider: ProviderName,
    threads: number,
    options?: SessionOptions,
  ): Promise<RawSession>;
  /** Providers built into the binding, whether or not their drivers are there. */
  listed(): ProviderName[];
}

/** Why a provider was left: told to the person and written into the change record. */
export interface ProviderFailure {
  provider: ProviderName;
  when: 'missing' | 'creation' | 'run';
  reason: string;
}

/** Preference by platform, fastest first; the CPU always stands last. */
export function providerOrder(device: string, platform: NodeJS.Platform = process.platform): ProviderName[] {
  if (device === 'cpu') return ['cpu'];
  const auto: ProviderName[] =
    platform === 'win32'
      ? ['cuda', 'dml', 'webgpu', 'cpu']
      : platform === 'darwin'
        ? ['coreml', 'webgpu', 'cpu']
        : ['cuda', 'webgpu', 'cpu'];
  if (device === 'auto') return auto;
  return [device as ProviderName, ...auto.filter((p) => p !== device)];
}

interface OrtTensor {
  dims: readonly number[];
  data: Float32Array;
}
type Fetches = Record<string, OrtTensor | null>;
interface OrtModule {
  InferenceSession: {
    create(
      model: Uint8Array,
      options: Record<string, unknown>,
    ): Promise<{
      run(feeds: Record<string, OrtTensor>, fetches?: Fetches): Promise<Record<string, OrtTensor>>;
      release(): Promise<void>;
      /** Only here can profiling be ended: the public interface has no way. */
      handler?: { endProfiling?(): void };
    }>;
  };
  Tensor: new (
    type: 'float32' | 'int64' | 'bool',
    data: Float32Array | BigInt64Array | Uint8Array,
    dims: readonly number[],
  ) => OrtTensor;
  listSupportedBackends(): { name: string; bundled: boolean }[];
}

/** `{'session.x': '1'}` as the nested object that the binding wants. */
function nested(entries: Readonly<Record<string, string>>): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(entries)) {
    const path = key.split('.');
    let at = root;
    for (const step of path.slice(0, -1)) at = (at[step] ??= {}) as Record<string, unknown>;
    at[path[path.length - 1]] = value;
  }
  return root;
}

/** The real binding. Loading it costs tens of milliseconds, so it happens when first asked for. */
export function onnxBinding(): Binding {
  const ort = createRequire(import.meta.url)('onnxruntime-node') as OrtModule;
  // A training step feeds the same few hundred tensors again and again: each is wrapped once.
  const wrapped = new WeakMap<AnyTensorData, { data: AnyTensorData['data']; tensor: OrtTensor }>();
  const wrap = (t: AnyTensorData): OrtTensor => {
    const known = wrapped.get(t);
    if (known && known.data === t.data) return known.tensor;
    const type = t.data instanceof Float32Array ? 'float32' : t.data instanceof Uint8Array ? 'bool' : 'int64';
    const tensor = new ort.Tensor(type, t.data, t.dims);
    wrapped.set(t, { data: t.data, tensor });
    return tensor;
  };
  return {
    listed: () => ort.listSupportedBackends().map((b) => b.name as ProviderName),
    create: async (model, provider, threads, options = {}) => {
      const { optimisation, memoryPattern, arena, profile, entries } = options;
      const session = await ort.InferenceSession.create(model, {
        executionProviders: [provider],
        executionMode: 'sequential',
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        logSeverityLevel: 3,
        ...(optimisation !== undefined && { graphOptimizationLevel: optimisation }),
        ...(memoryPattern !== undefined && { enableMemPattern: memoryPattern }),
        ...(arena !== undefined && { enableCpuMemArena: arena }),
        ...(profile !== undefined && { enableProfiling: true, profileFilePrefix: profile }),
        ...(entries && { extra: nested(entries) }),
      });
      return {
        run: (feeds, into) => {
          const inputs: Record<string, OrtTensor> = {};
          for (const name in feeds) inputs[name] = wrap(feeds[name]);
          if (!into) return session.run(inputs);
          const fetches: Fetches = {};
          for (const name in into) {
            const target = into[name];
            fetches[name] = target ? wrap(target) : null;
          }
          return session.run(inputs, fetches);
        },
        release: () => {
          if (profile !== undefined) session.handler?.endProfiling?.();
          return session.release();
        },
      };
    },
  };
}

/** A session that survives its provider. */
export interface Session {
  /**
   * Runs the model; falls back to the next provider when this one dies in mid-run. With `into`, outputs are
   * written where it says; without, all outputs come in new memory.
   */
  run(feeds: Feeds, into?: Targets): Promise<Record<string, TensorData>>;
  readonly provider: ProviderName;
  readonly failures: readonly ProviderFailure[];
}

const message = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).slice(0, 400);

/** Errors that say that the model or its input is wrong: no other provider would do better. */
function isInputError(error: unknown): boolean {
  return /invalid (feed|rank|dimension|argument|input)|got invalid dimensions|unexpected input data type|is missing in 'feeds'|invalid_protobuf|invalidprotobuf/i.test(
    message(error),
  );
}

/** The device has no memory for tensors of this size: smaller ones may do. The session lives on. */
export class TooBigError extends RevealError {
  constructor(provider: ProviderName, reason: string) {
    super('engine', `There is not enough memory on the device (${provider}): ${reason}`);
    this.name = 'TooBigError';
  }
}

/** What onnxruntime and its providers say when memory is short. */
function isMemoryError(error: unknown): boolean {
  return /bad_alloc|out of memory|failed to allocate|available memory of|outofmemory|E_OUTOFMEMORY|cudaErrorMemoryAllocation|alloc(ation)? failed/i.test(
    message(error),
  );
}

/** Keeps sessions by model and provider. One store an engine. */
export class SessionStore {
  private readonly binding: () => Binding;
  private readonly threads: number;
  private readonly blocked = new Map<ProviderName, ProviderFailure>();
  private readonly sessions = new Map<string, Promise<Session>>();
  private readonly raws = new Set<RawSession>();
  private readonly rawOf = new WeakMap<object, () => RawSession>();

  /** @param unusable providers that a probe found unusable, with reasons */
  constructor(binding: () => Binding, threads: number, unusable: ProviderFailure[] = []) {
    this.binding = binding;
    this.threads = threads;
    for (const failure of unusable) this.blocked.set(failure.provider, failure);
  }

  /** The first provider of an order that has not failed. */
  first(order: readonly ProviderName[]): ProviderName {
    return order.find((provider) => !this.blocked.has(provider)) ?? 'cpu';
  }

  /** What is known not to work, so far. */
  get failures(): ProviderFailure[] {
    return [...this.blocked.values()];
  }

  /**
   * A session for a model (identified by the hash of its bytes).
   * @throws RevealError 'engine' when not even the CPU runs it, 'bad-input' when the model is at fault; its runs
   *   throw TooBigError when there is no memory for tensors of their size
   */
  open(
    hash: string,
    model: () => Promise<Uint8Array>,
    order: ProviderName[],
    options: SessionOptions = {},
  ): Promise<Session> {
    const key = `${hash} ${order.join(',')} ${JSON.stringify(options)}`;
    let session = this.sessions.get(key);
    if (!session) {
      session = this.make(model, order, options);
      this.sessions.set(key, session);
      session.catch(() => this.sessions.delete(key));
    }
    return session;
  }

  /** Gives a session up that will not be asked for any more. */
  async drop(hash: string, order: ProviderName[], options: SessionOptions = {}): Promise<void> {
    const key = `${hash} ${order.join(',')} ${JSON.stringify(options)}`;
    const session = this.sessions.get(key);
    this.sessions.delete(key);
    const raw = session && this.rawOf.get((await session.catch(() => null)) ?? {})?.();
    if (!raw || !this.raws.delete(raw)) return;
    await raw.release().catch(() => undefined);
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.raws].map((raw) => raw.release()));
    this.raws.clear();
    this.sessions.clear();
  }

  private async make(
    model: () => Promise<Uint8Array>,
    order: ProviderName[],
    options: SessionOptions,
  ): Promise<Session> {
    const failures: ProviderFailure[] = [];
    let current = await this.create(model, order, failures, options);
    let replacing: Promise<void> | null = null;
    const run: Session['run'] = async (feeds, into) => {
      for (;;) {
        const used = current;
        try {
          return await used.raw.run(feeds, into);
        } catch (error) {
          if (isInputError(error))
            throw new RevealError('bad-input', `The model refused its input: ${message(error)}`, {
              cause: error,
            });
          if (isMemoryError(error)) throw new TooBigError(used.provider, message(error));
          // Several runs may see the same death; one of them makes the next session.
          if (used === current) {
            replacing ??= (async () => {
              const failure: ProviderFailure = {
                provider: used.provider,
                when: 'run',
                reason: message(error),
              };
              this.blocked.set(used.provider, failure);
              failures.push(failure);
              this.raws.delete(used.raw);
              await used.raw.release().catch(() => undefined);
              current = await this.create(model, order, failures, options);
            })().finally(() => {
              replacing = null;
            });
          }
          if (replacing) await replacing;
        }
      }
    };
    const session: Session = {
      run,
      get provider() {
        return current.provider;
      },
      failures,
    };
    this.rawOf.set(session, () => current.raw);
    return session;
  }

  private async create(
    model: () => Promise<Uint8Array>,
    order: ProviderName[],
    failures: ProviderFailure[],
    options: SessionOptions,
  ): Promise<{ raw: RawSession; provider: ProviderName }> {
    let binding: Binding;
    try {
      binding = this.binding();
    } catch (error) {
      throw new RevealError(
        'engine',
        `onnxruntime cannot be loaded: ${message(error)}. Run \`npm ci\` again.`,
        { cause: error },
      );
    }
    const listed = new Set(binding.listed());
    const bytes = await model();
    for (const provider of order) {
      if (this.blocked.has(provider)) continue;
      if (!listed.has(provider)) {
        failures.push({ provider, when: 'missing', reason: `this build of onnxruntime has no ${provider}` });
        continue;
      }
      try {
        const raw = await binding.create(bytes, provider, this.threads, options);
        this.raws.add(raw);
        return { raw, provider };
      } catch (error) {
        if (isInputError(error))
          throw new RevealError('bad-input', `The model cannot be read: ${message(error)}`, { cause: error });
        if (isMemoryError(error)) throw new TooBigError(provider, message(error));
        const failure: ProviderFailure = { provider, when: 'creation', reason: message(error) };
        failures.push(failure);
        // A model that one provider cannot take may still suit others: only a probe blocks for good.
      }
    }
    const reasons = [...this.blocked.values(), ...failures].map((f) => `${f.provider}: ${f.reason}`);
    throw new RevealError('engine', `No device can run the model. ${[...new Set(reasons)].join('; ')}`);
  }
}
