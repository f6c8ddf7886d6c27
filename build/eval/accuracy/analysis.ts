/**
 * What the develop is told about a simulated scan: the product's own analysis, or (`given`) one in which base
 * and frame are the true ones and only the balance is the product's, to tell the two sources of error apart.
 */
import type { SimulatedScan } from '../film/render.ts';
import type { Scanner } from '../film/scanner.ts';
import { analyseScan } from '../../../main/actions/develop/analyse.ts';
import { balanceFromSamples } from '../../../main/actions/develop/index.ts';
import { rollBaseline } from '../../../main/actions/develop/roll.ts';
import type { DevelopAnalysis, RollBaseline } from '../../../main/actions/develop/types.ts';
import type { DecodedScan, ScanInfo } from '../../../main/files/types.ts';

/** A simulated scan as the file layer would hand it over. */
export function decoded(scan: SimulatedScan, scanner: Scanner): DecodedScan {
  const { picture } = scan;
  const bits = picture.data instanceof Uint8Array ? 8 : 16;
  const info: ScanInfo = {
    format: 'tiff',
    width: picture.width,
    height: picture.height,
    bits,
    channels: 3,
    pages: 1,
    infrared: null,
    orientation: 1,
    dpi: null,
    iccName: null,
    make: scanner.exposure === 'camera' ? 'Camera' : 'Scanner',
    model: scanner.name,
    software: null,
    dateTimeOriginal: null,
    dateTimeDigitized: null,
    cameraExposure: null,
    saysNegative: null,
    curveReason: 'simulated',
    bytes: picture.data.byteLength,
    modifiedMs: 0,
  };
  return { info, picture, scale: 1 };
}

/** What the product is told beforehand. */
export interface Told {
  /** True base and frame are given. */
  given: boolean;
  /** 'auto', or what the person says the film is. */
  film: 'auto' | 'c41';
}

/** The product's analysis, or, with `given`, one in which base and frame are the true ones. */
export function analysisOf(scan: SimulatedScan, scanner: Scanner, told: Told): DevelopAnalysis {
  if (!told.given) return analyseScan(decoded(scan, scanner), { film: told.film });
  const { data, width } = scan.picture;
  const { x, y, w, h } = scan.image;
  const stride = 3;
  const n = Math.floor((w - 8) / stride) * Math.floor((h - 8) / stride);
  const samples = { r: new Float32Array(n), g: new Float32Array(n), b: new Float32Array(n) };
  let i = 0;
  for (let py = 0; py < Math.floor((h - 8) / stride); py++)
    for (let px = 0; px < Math.floor((w - 8) / stride); px++, i++) {
      const o = ((y + 4 + py * stride) * width + x + 4 + px * stride) * 3;
      samples.r[i] = Math.log10(scan.base[0] / Math.max(1 / 65535, data[o] / 65535));
      samples.g[i] = Math.log10(scan.base[1] / Math.max(1 / 65535, data[o + 1] / 65535));
      samples.b[i] = Math.log10(scan.base[2] / Math.max(1 / 65535, data[o + 2] / 65535));
    }
  const found = balanceFromSamples(samples, 'c41', true);
  return {
    version: 1,
    kind: 'colour-negative',
    reasons: [],
    film: 'c41',
    frames: [{ rect: scan.image, angle: 0, format: '3:2', confidence: 1 }],
    base: { rgb: scan.base, source: 'rebate', confidence: 1 },
    densities: found.percentiles,
    balance: found.balance,
    exposure: found.exposure,
    cameraExposure: 1,
    role: 'picture',
    warnings: [],
  };
}

/** What the frames of a roll share, as the product finds it. */
export function rollOf(analyses: DevelopAnalysis[]): RollBaseline {
  return rollBaseline(
    analyses,
    analyses.map((_, i) => String(i)),
  );
}
