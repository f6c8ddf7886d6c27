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
/** One created session of the binding. */
export interface RawSession {
  run(feeds: Record<string, TensorData>): Promise<Record<string, TensorData>>;
  release(): Promise<void>;
}
/** The part of onnxruntime that we use; a fake of it tests the fallbacks. */
export interface Binding {
  create(model: Uint8Array, provider: ProviderName, threads: number): Promise<RawSession>;
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
interface OrtModule {
  InferenceSession: {
    create(
      model: Uint8Array,
      options: Record<string, unknown>,
    ): Promise<{
      run(feeds: Record<string, unknown>): Promise<Record<string, OrtTensor>>;
      release(): Promise<void>;
    }>;
  };
  Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => OrtTensor;
  listSupportedBackends(): { name: string; bundled: boolean }[];
}

/** The real binding. Loading it costs tens of milliseconds, so it happens when first asked for. */
export function onnxBinding(): Binding {
  const ort = createRequire(import.meta.url)('onnxruntime-node') as OrtModule;
  return {
    listed: () => ort.listSupportedBackends().map((b) => b.name as ProviderName),
    create: async (model, provider, threads) => {
      const session = await ort.InferenceSession.create(model, {
        executionProviders: [provider],
        executionMode: 'sequential',
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        logSeverityLevel: 3,
      });
      return {
        run: async (feeds) =>
          session.run(
            Object.fromEntries(
              Object.entries(feeds).map(([name, t]) => [name, new ort.Tensor('float32', t.data, t.dims)]),
            ),
          ),
        release: () => session.release(),
      };
    },
  };
}

/** A session that survives its provider. */
export interface Session {
  /** Runs the model; falls back to the next provider when this one dies in mid-run. */
  run(feeds: Record<string, TensorData>): Promise<Record<string, TensorData>>;
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

/** Keeps sessions by model and provider. One store an engine. */
export class SessionStore {
  private readonly binding: () => Binding;
  private readonly threads: number;
  private readonly blocked = new Map<ProviderName, ProviderFailure>();
  private readonly sessions = new Map<string, Promise<Session>>();
  private readonly raws = new Set<RawSession>();

  /** @param unusable providers that a probe found unusable, with reasons */
  constructor(binding: () => Binding, threads: number, unusable: ProviderFailure[] = []) {
    this.binding = binding;
    this.threads = threads;
    for (const failure of unusable) this.blocked.set(failure.provider, failure);
  }

  /** What is known not to work, so far. */
  get failures(): ProviderFailure[] {
    return [...this.blocked.values()];
  }

  /**
   * A session for a model (identified by the hash of its bytes).
   * @throws RevealError 'engine' when not even the CPU runs it, 'bad-input' when the model is at fault
   */
  open(hash: string, model: () => Promise<Uint8Array>, order: ProviderName[]): Promise<Session> {
    const key = `${hash} ${order.join(',')}`;
    let session = this.sessions.get(key);
    if (!session) {
      session = this.make(model, order);
      this.sessions.set(key, session);
      session.catch(() => this.sessions.delete(key));
    }
    return session;
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.raws].map((raw) => raw.release()));
    this.raws.clear();
    this.sessions.clear();
  }

  private async make(model: () => Promise<Uint8Array>, order: ProviderName[]): Promise<Session> {
    const failures: ProviderFailure[] = [];
    let current = await this.create(model, order, failures);
    let replacing: Promise<void> | null = null;
    const run: Session['run'] = async (feeds) => {
      for (;;) {
        const used = current;
        try {
          return await used.raw.run(feeds);
        } catch (error) {
          if (isInputError(error))
            throw new RevealError('bad-input', `The model refused its input: ${message(error)}`, {
              cause: error,
            });
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
              current = await this.create(model, order, failures);
            })().finally(() => {
              replacing = null;
            });
          }
          if (replacing) await replacing;
        }
      }
    };
    return {
      run,
      get provider() {
        return current.provider;
      },
      failures,
    };
  }

  private async create(
    model: () => Promise<Uint8Array>,
    order: ProviderName[],
    failures: ProviderFailure[],
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
        const raw = await binding.create(bytes, provider, this.threads);
        this.raws.add(raw);
        return { raw, provider };
      } catch (error) {
        if (isInputError(error))
          throw new RevealError('bad-input', `The model cannot be read: ${message(error)}`, { cause: error });
        const failure: ProviderFailure = { provider, when: 'creation', reason: message(error) };
        failures.push(failure);
        // A model that one provider cannot take may still suit others: only a probe blocks for good.
      }
    }
    const reasons = [...this.blocked.values(), ...failures].map((f) => `${f.provider}: ${f.reason}`);
    throw new RevealError('engine', `No device can run the model. ${[...new Set(reasons)].join('; ')}`);
  }
}
