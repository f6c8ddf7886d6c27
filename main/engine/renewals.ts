/**
 * Where renewals come from in one engine: networks, findings and the chains of open pictures, for preview (kept while
 * somebody moves sliders) and for export (one picture, bounded memory, then forgotten).
 */
import path from 'node:path';
import { RevealError } from '../../app/contract/messages.ts';
import type { SpaceName } from '../../app/color/spaces.ts';
import type { Picture } from '../../app/picture.ts';
import { say } from '../../app/words/sentences.ts';
import { applyGeometry, resolveGeometry } from '../actions/develop/index.ts';
import type { AgeingAnalysis } from '../actions/ageing/index.ts';
import type { ColourModel } from '../actions/colorize/index.ts';
import type { NetworkTask, OpenNetwork } from '../actions/picture/networks.ts';
import { DAMAGED, type Mask } from '../actions/repair/index.ts';
import { decodeScan, hashFile, show } from '../files/index.ts';
import type { ScanInfo } from '../files/types.ts';
import { StudioFolders } from '../studio/host/folders.ts';
import { Findings } from './findings.ts';
import { openEvidence } from './evidence.ts';
import { EngineNetworks, type ModelsInUse } from './networks.ts';
import { Positive, type PositiveTask } from './positive.ts';
import { Renewal, type Chain, type RenewDeps, type RenewInput } from './renew.ts';
import { Memo, plainBytes } from './memo.ts';
import { fileKey } from './scans.ts';
import { CACHE_TILE, TileShelf } from './tile-cache.ts';
import type { Workshop } from './workshop.ts';

export interface RenewalTask extends PositiveTask {
  /** A picture whose white says where damage is. */
  maskFile?: string | null;
  seed?: number;
  /** Longest side on which damage is looked for. */
  damageSide?: number;
  /** Files of other pictures of the same: the recipe's `repair.sources`, or what a person named. */
  evidence?: readonly string[];
  /** One setting for an album (`poolAgeing`); prints of another kind keep what is found in them. */
  ageing?: AgeingAnalysis | null;
}

/** Chains kept for the window: every step of the picture that is shown, at two sizes; and bytes of all their tiles. */
const SHOWN = 14;
const SHOWN_TILES = 192e6;
/** Positives kept for the window: the view, and the copies that findings are made on; and bytes of their samples. */
const OPEN = 4;
const OPEN_BYTES = 400e6;
/** Plans of colours put together that are kept, and their bytes: some 13 MB each. */
const TINTS = 4;
const TINT_BYTES = 48e6;
/** Bytes of tiles that an export keeps at least, all steps together. */
const EXPORT_TILES = 64e6;
/** Rows of tiles that an export keeps: three of the step that fills, two of each that follows on it. */
const EXPORT_ROWS = 5;
/** Share of a picture that a mask may cover; beyond, nothing is left to fill from. */
const MOST_COVERED = 0.75;

export class Renewals {
  readonly networks: EngineNetworks;
  private readonly shop: Workshop;
  private readonly findings: Findings;
  private readonly studio: StudioFolders | null;
  private readonly shown = new Memo<Chain>(SHOWN);
  private readonly open = new Memo<Chain>(OPEN, {
    bytesOf: ({ positive }) => positive.bytes,
    most: OPEN_BYTES,
  });
  private readonly tiles = new TileShelf(SHOWN_TILES);
  private readonly tints = new Memo<ColourModel>(TINTS, { bytesOf: plainBytes, most: TINT_BYTES });
  private readonly hashes = new Memo<string>(512);

  /**
   * @param dataDir the library's folder, where the Studio keeps the models in use
   * @param modelsDir folder of the models that were imported
   */
  constructor(
    shop: Workshop,
    device: string,
    dataDir: string | undefined,
    modelsDir = dataDir === undefined ? undefined : path.join(dataDir, 'models'),
  ) {
    this.shop = shop;
    this.networks = new EngineNetworks({
      threads: shop.threads,
      device,
      cores: shop.cores,
      ...(modelsDir === undefined ? {} : { modelsDir }),
    });
    this.findings = new Findings(dataDir === undefined ? null : shop.cacheDir);
    this.studio = dataDir === undefined ? null : new StudioFolders(dataDir);
  }

  /** Models that a person has put in the place of the shipped ones. */
  private inUse(): ModelsInUse {
    const { studio } = this;
    if (!studio) return {};
    return Object.fromEntries(
      Object.entries(studio.inUse()).map(([network, run]) => [
        network,
        path.join(studio.dir('runs', run), 'model'),
      ]),
    );
  }

  /** The network for a task with the models in use, or one by its name; null: there is none. */
  network(task: NetworkTask, name = ''): Promise<OpenNetwork | null> {
    return this.networks.with(this.inUse()).open(task, name);
  }

  /**
   * The steps of one picture.
   * @param space what a negative is developed to; a print keeps its own
   * @param use 'shown': chains are kept for the next request; 'export': only as long as this one lives, with a few rows
   *   of tiles
   */
  async of(
    task: RenewalTask,
    space: SpaceName,
    use: 'shown' | 'export',
    signal?: AbortSignal,
  ): Promise<Renewal> {
    const info = await this.shop.scans.info(task.path);
    const key = await fileKey(task.path);
    const positive = new Positive(this.shop, task, info, space);
    const inUse = this.inUse();
    const deps: RenewDeps = {
      pool: this.shop.pool,
      findings: this.findings,
      networks: this.networks.with(inUse),
      tints: this.tints,
      tiles:
        use === 'shown'
          ? this.tiles
          : new TileShelf(Math.max(EXPORT_TILES, EXPORT_ROWS * CACHE_TILE * (info.width + CACHE_TILE) * 12)),
      positives: use === 'shown' ? this.open : new Memo<Chain>(4),
      stages: use === 'shown' ? this.shown : new Memo<Chain>(16),
      evidence: (file, side, signal) => openEvidence(this.shop, file, side, signal),
    };
    const input: RenewInput = {
      positive,
      hash: await this.hashes.get(key, () => this.shop.pool.hash(task.path)),
      params: task.params,
      mask: task.maskFile ? await this.mask(task.maskFile, task.path, info, signal) : null,
      models: JSON.stringify(inUse),
      ...(task.damageSide === undefined ? {} : { damageSide: task.damageSide }),
      evidence: await Promise.all((task.evidence ?? []).map((file) => this.named(file))),
      album: task.ageing ?? null,
      seed: task.seed ?? 0,
    };
    return new Renewal(deps, input);
  }

  private async named(file: string): Promise<RenewInput['evidence'][number]> {
    const key = await fileKey(file);
    const sha256 = await this.hashes.get(key, () => this.shop.pool.hash(file));
    return { path: file, name: show(path.basename(file)), sha256 };
  }

  /** A mask as it lies on the scan: white (or any light) is damage. @throws RevealError 'bad-input' in words */
  private async mask(
    file: string,
    scan: string,
    info: ScanInfo,
    signal?: AbortSignal,
  ): Promise<RenewInput['mask']> {
    const { picture } = await decodeScan(file, { infrared: false, ...(signal ? { signal } : {}) });
    const name = show(path.basename(file));
    const data = upright(picture, info.orientation, greyOf(picture));
    const refuse = (): never => {
      throw new RevealError(
        'bad-input',
        say('renew-mask-size', {
          mask: name,
          width: String(picture.width),
          height: String(picture.height),
          file: show(path.basename(scan)),
          wide: String(info.width),
          high: String(info.height),
        }),
      );
    };
    if (data.width !== info.width || data.height !== info.height) refuse();
    let covered = 0;
    for (const v of data.data) if (v >= DAMAGED) covered++;
    const share = covered / data.data.length;
    if (share > MOST_COVERED)
      throw new RevealError(
        'bad-input',
        say('renew-mask-all', {
          mask: name,
          file: show(path.basename(scan)),
          percent: String(Math.round(share * 100)),
        }),
      );
    return { ...data, name, sha256: await hashFile(file) };
  }

  async close(): Promise<void> {
    await this.networks.close();
  }
}

/** One byte a pixel: the lightest channel. */
function greyOf({ width, height, channels, data }: Picture): Mask {
  const out = new Uint8Array(width * height);
  const scale = data instanceof Uint8Array ? 1 : data instanceof Uint16Array ? 1 / 257 : 255;
  for (let i = 0; i < out.length; i++) {
    let most = 0;
    for (let c = 0; c < channels; c++) most = Math.max(most, data[i * channels + c]);
    out[i] = Math.min(255, Math.round(most * scale));
  }
  return { width, height, data: out };
}

/** A mask is drawn over the picture as it is seen: turned back to the scan as it is stored. */
function upright(picture: Pick<Picture, 'orientation'>, orientation: number, mask: Mask): Mask {
  if (picture.orientation === orientation || orientation === 1) return mask;
  const stored = orientation >= 5 ? { width: mask.height, height: mask.width } : mask;
  const frame = { on: true, crop: null, format: 'none', straighten: 0, rotate: '0', mirror: false } as const;
  const seen = resolveGeometry(frame, { ...stored, orientation, frame: null });
  // The way back is the transpose of the way there.
  const [a, b, c, d, e, f] = seen.map;
  const back = {
    sourceWidth: mask.width,
    sourceHeight: mask.height,
    width: stored.width,
    height: stored.height,
    map: [a, d, -(a * c + d * f), b, e, -(b * c + e * f)] as const,
    exact: true,
  };
  const data = new Uint8Array(stored.width * stored.height);
  applyGeometry(
    back,
    { data: mask.data, x: 0, y: 0, width: mask.width, height: mask.height },
    1,
    data,
    0,
    stored.height,
  );
  return { width: stored.width, height: stored.height, data };
}
