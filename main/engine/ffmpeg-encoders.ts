/**
 * How a codec is asked for: the encoder that the found ffmpeg has, the sample layout in which the film loses nothing, and
 * settings that give the same bytes each time. A layout that a codec does not have is replaced by the nearest that holds
 * all its samples (more bits, finer chroma), and said; where there is none, the codec is refused with a sentence.
 */
import { execFile } from 'node:child_process';
import { RevealError } from '../../app/contract/messages.ts';
import { chromaShift, type FrameFormat, type Sampling } from '../../app/film/frame.ts';
import type { Ratio } from '../../app/film/probe.ts';
import type { FilmCodec } from '../../app/recipe/film.ts';
import { say } from '../../app/words/sentences.ts';
import type { FoundTool } from './ffmpeg-find.ts';
import { pipeFormat, pixelLayout } from './ffmpeg-pixels.ts';

/** Names of codecs for a person. */
export const codecNames: Record<FilmCodec, string> = {
  h264: 'H.264',
  h265: 'H.265',
  prores: 'ProRes',
  ffv1: 'FFV1',
  av1: 'AV1',
};

/** Encoders by preference; those for RGB apart. */
const ENCODERS: Record<FilmCodec, readonly string[]> = {
  h264: ['libx264', 'libx264rgb'],
  h265: ['libx265'],
  prores: ['prores_ks'],
  ffv1: ['ffv1'],
  av1: ['libsvtav1', 'libaom-av1'],
};

export interface Encoding {
  codec: FilmCodec;
  encoder: string;
  /** ffmpeg's name of the layout that is stored, and what it holds. */
  pixelFormat: string;
  sampling: Sampling;
  bits: number;
  /** Size that is stored: columns and rows are added where the codec wants even numbers. */
  width: number;
  height: number;
  /** Container of pieces: both are read by main/files/video-mov. */
  container: 'mov' | 'mp4';
  /** Where the film is not stored just as it is, in sentences. */
  notes: string[];
}

const listed = new Map<string, Promise<string[]>>();

/** Layouts an encoder takes, as ffmpeg lists them; empty: it has no such encoder. */
function layoutsOf(tool: FoundTool, encoder: string): Promise<string[]> {
  const key = `${tool.path} ${encoder}`;
  const before = listed.get(key);
  if (before) return before;
  const asked = new Promise<string[]>((resolve) => {
    execFile(
      tool.path,
      ['-hide_banner', '-loglevel', 'quiet', '-h', `encoder=${encoder}`],
      { timeout: 30_000, windowsHide: true, maxBuffer: 4 << 20 },
      (error, stdout) => {
        const line = /Supported pixel formats:\s*(.+)/.exec(error ? '' : stdout);
        resolve(line ? line[1].trim().split(/\s+/) : []);
      },
    );
  });
  listed.set(key, asked);
  return asked;
}

/** Codecs that this ffmpeg can write. */
export async function codecsOf(tool: FoundTool): Promise<FilmCodec[]> {
  const have: FilmCodec[] = [];
  for (const codec of Object.keys(ENCODERS) as FilmCodec[])
    for (const encoder of ENCODERS[codec])
      if (!have.includes(codec) && (await layoutsOf(tool, encoder)).length > 0) have.push(codec);
  return have;
}

/** How much more than the source a layout stores; null where it would lose something. */
function costOf(from: FrameFormat, to: { sampling: Sampling; bits: number }): number | null {
  if (to.bits < from.bits) return null;
  if ((from.sampling === 'rgb') !== (to.sampling === 'rgb')) return null;
  const deeper = to.bits - from.bits;
  if (from.sampling === '400') return deeper + (to.sampling === '400' ? 0 : 100 * (5 - spread(to.sampling)));
  if (to.sampling === '400') return null;
  const [a, b] = [chromaShift(from.sampling), chromaShift(to.sampling)];
  if (b.x > a.x || b.y > a.y) return null;
  return deeper + 100 * (a.x - b.x + a.y - b.y);
}
const spread = (sampling: Sampling): number => chromaShift(sampling).x + chromaShift(sampling).y;

const NAMES: Record<Sampling, string> = {
  '400': 'grey',
  '420': '4:2:0',
  '422': '4:2:2',
  '440': '4:4:0',
  '444': '4:4:4',
  '411': '4:1:1',
  '410': '4:1:0',
  rgb: 'RGB',
};
/** A layout in words, e.g. '10-bit 4:2:2'. */
export const layoutName = ({ sampling, bits }: { sampling: Sampling; bits: number }): string =>
  `${bits}-bit ${NAMES[sampling]}`;

/** How frames of `format` are stored. @throws RevealError 'bad-input' where the codec or this ffmpeg cannot hold them */
export async function encodingFor(codec: FilmCodec, format: FrameFormat, tool: FoundTool): Promise<Encoding> {
  const notes: string[] = [];
  let best: { cost: number; encoder: string; name: string; sampling: Sampling; bits: number } | null = null;
  let any = false;
  for (const encoder of ENCODERS[codec]) {
    for (const name of await layoutsOf(tool, encoder)) {
      any = true;
      const layout = pixelLayout(name);
      const packed = layout !== null && name !== pipeFormat(layout) && !/^(?:bgr0|bgr24|rgb24)$/.test(name);
      if (!layout || layout.alpha || packed) continue;
      const cost = costOf(format, layout);
      if (cost !== null && (best === null || cost < best.cost))
        best = { cost, encoder, name, sampling: layout.sampling, bits: layout.bits };
    }
  }
  if (!any) throw new RevealError('bad-input', say('film-no-encoder', { codec: codecNames[codec] }));
  if (!best)
    throw new RevealError(
      'bad-input',
      say('film-codec-cannot', { codec: codecNames[codec], layout: layoutName(format) }),
    );
  if (best.cost > 0)
    notes.push(
      say('film-stored-as', {
        codec: codecNames[codec],
        layout: layoutName(format),
        stored: layoutName(best),
      }),
    );
  // These two refuse sizes that their chroma does not divide; the others round up as the film does.
  const even = codec !== 'ffv1' && best.encoder !== 'libaom-av1' && best.sampling !== 'rgb';
  const shift = even ? chromaShift(best.sampling) : { x: 0, y: 0 };
  if (best.encoder === 'libsvtav1' || codec === 'prores') shift.x = 1;
  if (best.encoder === 'libsvtav1') shift.y = 1;
  const up = (size: number, by: number): number => ((size + (1 << by) - 1) >> by) << by;
  const [width, height] = [up(format.width, shift.x), up(format.height, shift.y)];
  if (width !== format.width || height !== format.height)
    notes.push(
      say('film-padded', {
        codec: codecNames[codec],
        width: String(width),
        height: String(height),
      }),
    );
  if (codec === 'prores') notes.push(say('film-intermediate'));
  return {
    codec,
    encoder: best.encoder,
    pixelFormat: best.name,
    sampling: best.sampling,
    bits: best.bits,
    width,
    height,
    container: codec === 'prores' || codec === 'ffv1' ? 'mov' : 'mp4',
    notes,
  };
}

/* Colour tags by number (ISO/IEC 23091-2): their names differ between versions of ffmpeg. */
const PRIMARIES: Record<string, number> = {
  ...{ bt709: 1, bt470m: 4, bt470bg: 5, smpte170m: 6, smpte240m: 7, film: 8, bt2020: 9, smpte428: 10 },
  ...{ smpte431: 11, smpte432: 12, ebu3213: 22, 'jedec-p22': 22 },
};
const TRANSFERS: Record<string, number> = {
  ...{ bt709: 1, gamma22: 4, bt470m: 4, gamma28: 5, bt470bg: 5, smpte170m: 6, smpte240m: 7, linear: 8 },
  ...{ log100: 9, log: 9, log316: 10, log_sqrt: 10, 'iec61966-2-4': 11, bt1361e: 12, 'iec61966-2-1': 13 },
  ...{ 'bt2020-10': 14, 'bt2020-12': 15, smpte2084: 16, smpte428: 17, 'arib-std-b67': 18 },
};
const MATRICES: Record<string, number> = {
  ...{ gbr: 0, rgb: 0, bt709: 1, fcc: 4, bt470bg: 5, smpte170m: 6, smpte240m: 7, ycgco: 8, bt2020nc: 9 },
  ...{ bt2020c: 10, smpte2085: 11, 'chroma-derived-nc': 12, 'chroma-derived-c': 13, ictcp: 14 },
};
const LOCATIONS: Record<string, number> = {
  ...{ left: 1, center: 2, topleft: 3, top: 4, bottomleft: 5, bottom: 6 },
};

/** Options that say what the samples mean; the same before the input and for the encoder, so that nothing is converted. */
export function colourArguments(format: FrameFormat): string[] {
  const rgb = format.sampling === 'rgb';
  const tag = (option: string, table: Record<string, number>, name: string | null): string[] =>
    name !== null && name in table ? [option, String(table[name])] : [];
  return [
    ...(rgb ? [] : ['-color_range', format.range === 'full' ? '2' : '1']),
    ...(rgb ? [] : tag('-colorspace', MATRICES, format.matrix)),
    ...tag('-color_primaries', PRIMARIES, format.primaries),
    ...tag('-color_trc', TRANSFERS, format.transfer),
    ...(rgb ? [] : tag('-chroma_sample_location', LOCATIONS, format.chromaLocation)),
  ];
}

/** Slices of an FFV1 frame: by size, not by threads, which would decide about bytes. */
const slicesOf = (width: number, height: number): number =>
  width * height > 1920 * 1088 ? 24 : width * height > 720 * 576 ? 16 : 4;

/**
 * Settings of the encoder. `quality`: x264's scale; `threads` decide about the bytes of H.264 and H.265.
 * `rate`: frames a second, for key frames two seconds apart
 */
export function encoderArguments(
  encoding: Encoding,
  quality: number,
  rate: Ratio,
  threads: number,
): string[] {
  const every = Math.max(1, Math.min(250, Math.round((2 * rate.num) / rate.den)));
  const many = String(Math.max(1, threads));
  const common = ['-c:v', encoding.encoder, '-pix_fmt', encoding.pixelFormat];
  switch (encoding.codec) {
    case 'h264':
      return [
        ...common,
        ...['-preset', 'medium', '-crf', String(quality), '-g', String(every), '-threads', many],
      ];
    case 'h265': {
      // x265 calls 28 what x264 calls 23.
      const crf = ((quality * 28) / 23).toFixed(1);
      const params = `log-level=error:open-gop=0:keyint=${every}:frame-threads=1:pools=${many}:info=0`;
      return [...common, '-preset', 'medium', '-crf', crf, '-x265-params', params, '-tag:v', 'hvc1'];
    }
    case 'prores':
      return [
        ...common,
        ...['-profile:v', encoding.sampling === '444' ? '4' : '3', '-vendor', 'apl0', '-threads', many],
      ];
    case 'ffv1':
      return [
        ...common,
        ...['-level', '3', '-coder', '1', '-context', '1', '-g', '1', '-slicecrc', '1'],
        ...['-slices', String(slicesOf(encoding.width, encoding.height)), '-threads', many],
      ];
    case 'av1': {
      // libaom and SVT call about 35 what x264 calls 23.
      const crf = String(Math.min(63, Math.round((quality * 35) / 23)));
      const key = ['-crf', crf, '-b:v', '0', '-g', String(every), '-threads', many];
      return encoding.encoder === 'libaom-av1'
        ? [...common, ...key, '-cpu-used', '6', '-strict', '-2']
        : [...common, '-crf', crf, '-g', String(every), '-preset', '8'];
    }
  }
}
