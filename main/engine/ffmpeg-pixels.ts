/**
 * ffmpeg's names of sample layouts, and the planes a reel's frames have: every layout that only packs the same samples
 * otherwise (NV12, P010, YUYV, RGB24, …) is unpacked into planes without touching a sample. Alpha and palettes are
 * left behind and said to be. What no plane of 8 to 16 bits can hold (floating point, XYZ, raw Bayer) is not read.
 */
import type { FrameFormat, Sampling } from '../../app/film/frame.ts';

export interface PixelLayout {
  sampling: Sampling;
  bits: number;
  /** Full range by its name: yuvj…, RGB, or null where tags decide. */
  range: 'full' | null;
  alpha: boolean;
}

const SEMIPLANAR: Record<string, [Sampling, number]> = {
  nv12: ['420', 8],
  nv21: ['420', 8],
  nv16: ['422', 8],
  nv20: ['422', 10],
  nv24: ['444', 8],
  nv42: ['444', 8],
  p010: ['420', 10],
  p012: ['420', 12],
  p016: ['420', 16],
  p210: ['422', 10],
  p212: ['422', 12],
  p216: ['422', 16],
  p410: ['444', 10],
  p412: ['444', 12],
  p416: ['444', 16],
  yuyv422: ['422', 8],
  uyvy422: ['422', 8],
  yvyu422: ['422', 8],
  uyyvyy411: ['411', 8],
  y210: ['422', 10],
  y212: ['422', 12],
  vyu444: ['444', 8],
  vuyx: ['444', 8],
  xv30: ['444', 10],
  xv36: ['444', 12],
  xv48: ['444', 16],
};
const PACKED_ALPHA: Record<string, [Sampling, number]> = {
  ayuv64: ['444', 16],
  vuya: ['444', 8],
  uyva: ['444', 8],
  ayuv: ['444', 8],
  ya8: ['400', 8],
  ya16: ['400', 16],
  pal8: ['rgb', 8],
};

/** Samplings that ffmpeg has at this depth in planes. */
function planar(sampling: Sampling, bits: number): boolean {
  if (bits === 8) return true;
  if (sampling === '400') return [9, 10, 12, 14, 16].includes(bits);
  if (sampling === '411' || sampling === '410') return false;
  if (sampling === '440') return bits === 10 || bits === 12;
  return [9, 10, 12, 14, 16].includes(bits);
}

/** @returns what ffmpeg's `name` holds, null where frames cannot hold it */
export function pixelLayout(name: string): PixelLayout | null {
  const bare = name.replace(/(?:le|be)$/, '');
  const yuv = /^yuv(j|a)?(410|411|420|422|440|444)p(\d+)?$/.exec(bare);
  if (yuv) {
    const layout = { sampling: yuv[2] as Sampling, bits: Number(yuv[3] ?? 8) };
    if (!planar(layout.sampling, layout.bits)) return null;
    return { ...layout, range: yuv[1] === 'j' ? 'full' : null, alpha: yuv[1] === 'a' };
  }
  const grey = /^gray(\d+)?$/.exec(bare);
  if (grey) {
    const bits = Number(grey[1] ?? 8);
    return planar('400', bits) ? { sampling: '400', bits, range: null, alpha: false } : null;
  }
  const gbr = /^gbr(a)?p(\d+)?$/.exec(bare);
  if (gbr) {
    const bits = Number(gbr[2] ?? 8);
    return planar('rgb', bits) ? { sampling: 'rgb', bits, range: 'full', alpha: gbr[1] === 'a' } : null;
  }
  const packed = SEMIPLANAR[bare] as [Sampling, number] | undefined;
  if (packed) return { sampling: packed[0], bits: packed[1], range: null, alpha: false };
  const withAlpha = PACKED_ALPHA[bare] as [Sampling, number] | undefined;
  if (withAlpha)
    return {
      sampling: withAlpha[0],
      bits: withAlpha[1],
      range: withAlpha[0] === 'rgb' ? 'full' : null,
      alpha: true,
    };
  if (bare === 'monow' || bare === 'monob') return { sampling: '400', bits: 8, range: 'full', alpha: false };
  if (/^x2(?:rgb|bgr)10$/.test(bare)) return { sampling: 'rgb', bits: 10, range: 'full', alpha: false };
  const rgb = /^(a|0)?(?:rgb|bgr)(24|48|64|555|565|444|8|4|4_byte)?(a|0)?(64)?$/.exec(bare);
  if (rgb) {
    const alpha = rgb[1] === 'a' || rgb[3] === 'a' || rgb[2] === '64' || rgb[4] === '64';
    const bits = rgb[2] === '48' || rgb[2] === '64' || rgb[4] === '64' ? 16 : 8;
    return { sampling: 'rgb', bits, range: 'full', alpha };
  }
  return null;
}

/** ffmpeg's name of the planes in which frames of this layout travel through a pipe, little endian. */
export function pipeFormat(format: Pick<FrameFormat, 'sampling' | 'bits'>, source = ''): string {
  const { sampling, bits } = format;
  // Asked for by another name than its own, ffmpeg would convert full range to limited.
  if (/^yuvj/.test(source)) return source;
  const depth = bits > 8 ? `${bits}le` : '';
  if (sampling === '400') return `gray${depth}`;
  if (sampling === 'rgb') return `gbrp${depth}`;
  return `yuv${sampling}p${depth}`;
}

/** For each plane of a frame its place in a pipe: ffmpeg sends G, B, R. */
export const planeOrder = (sampling: Sampling): number[] =>
  sampling === 'rgb' ? [2, 0, 1] : sampling === '400' ? [0] : [0, 1, 2];
