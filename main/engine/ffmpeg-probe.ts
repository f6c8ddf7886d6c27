/**
 * Looks at a film before anything is done to it: what ffprobe says of its streams, the time stamp of every packet, and
 * fields and repeats of its first frames. Whatever cannot be worked on truly is refused here with a sentence: playlists,
 * no picture, no frames, absurd sizes and rates, codecs that are not known. The packets' list is taken for the frames'
 * until somebody counts by decoding (countReel, or pass one of the pipeline with `counted`).
 */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { RevealError } from '../../app/contract/messages.ts';
import {
  compactTimes,
  frameCount,
  reduced,
  type Damage,
  type FieldOrder,
  type Ratio,
  type ReelFacts,
} from '../../app/film/probe.ts';
import { isSequencePicture } from '../../app/film/sequence.ts';
import { say } from '../../app/words/sentences.ts';
import { filmBeginning } from '../files/video-sniff.ts';
import { decodeReel } from './ffmpeg-decode.ts';
import type { FoundTool } from './ffmpeg-find.ts';
import { readPackets, type PacketList } from './ffmpeg-packets.ts';
import { pixelLayout } from './ffmpeg-pixels.ts';
import { collect, ffmpegProgram, filmInput, MAX_SIDE, unreadable } from './ffmpeg-run.ts';
import { findSequence, SEQUENCE_RATE, sequenceFacts } from './ffmpeg-sequence.ts';
import { streamsOf, type ProbeAnswer, type ProbeStream } from './ffmpeg-streams.ts';

export interface ProbeOptions {
  signal?: AbortSignal;
  /** ffprobe and ffmpeg to use; left out: this machine's. */
  tools?: { ffprobe: FoundTool; ffmpeg: FoundTool };
  /** Frames a second of a sequence of pictures; 24 where nobody says. */
  rate?: Ratio;
  /** Decode the whole film and take the time stamps from its frames. */
  count?: boolean;
}

const MAX_STREAMS = 64;
/** More frames a second than any film has; a list that says so is broken. */
const MAX_RATE = 1000;
const MAX_FRAMES = 5_000_000;
/** Frames looked at for fields and repeats. */
const LOOKED_AT = 120;
/** Codecs whose every frame stands alone. */
const INTRA = new Set([
  ...['prores', 'mjpeg', 'mjpegb', 'dnxhd', 'dvvideo', 'rawvideo', 'huffyuv', 'ffvhuff', 'utvideo', 'v210'],
  ...[
    'v308',
    'v408',
    'v410',
    'png',
    'jpeg2000',
    'cfhd',
    'magicyuv',
    'dpx',
    'tiff',
    'bmp',
    'lagarith',
    'y41p',
  ],
  ...['r210', 'yuv4', 'hap', 'jpegls'],
]);

const refuse = (message: string): RevealError => new RevealError('bad-input', message);

/** '30000/1001', '16:11' or '0/0' as a fraction; null where it says nothing. */
export function ratioOf(text: string | undefined): Ratio | null {
  const found = /^(\d+)[/:](\d+)$/.exec(text ?? '');
  if (!found || Number(found[1]) === 0 || Number(found[2]) === 0) return null;
  return reduced({ num: Number(found[1]), den: Number(found[2]) });
}

function fieldsOf(order: string | undefined): FieldOrder {
  if (order === 'progressive') return 'progressive';
  if (order === 'tt' || order === 'bt') return 'top-first';
  if (order === 'bb' || order === 'tb') return 'bottom-first';
  return 'unknown';
}

interface FirstFrames {
  fields: FieldOrder | null;
  repeats: boolean;
}

/** Fields and repeats of the first frames, as the decoder sees them. */
function looked(answer: { frames?: Record<string, unknown>[] }): FirstFrames {
  let [top, bottom, whole, repeats] = [0, 0, 0, 0];
  for (const frame of answer.frames ?? []) {
    const interlaced = Number(frame['interlaced_frame']) === 1;
    if (!interlaced) whole++;
    else if (Number(frame['top_field_first']) === 1) top++;
    else bottom++;
    if (Number(frame['repeat_pict']) > 0) repeats++;
  }
  const kinds = [top, bottom, whole].filter((n) => n > 0).length;
  const fields: FieldOrder | null =
    kinds === 0
      ? null
      : kinds > 1
        ? 'mixed'
        : whole > 0
          ? 'progressive'
          : top > 0
            ? 'top-first'
            : 'bottom-first';
  return { fields, repeats: repeats > 0 };
}

/**
 * How long the last frame stands where the stream says when it ends; a packet's own duration is the time to the next
 * one in coded order, which is another frame.
 */
function lastOf(packets: PacketList, stream: ProbeStream): number | null {
  const { pts } = packets;
  if (pts.length < 2 || stream.duration_ts === undefined || stream.start_pts === undefined) return null;
  const last = stream.start_pts + stream.duration_ts - pts[pts.length - 1];
  const mean = (pts[pts.length - 1] - pts[0]) / (pts.length - 1);
  return Number.isInteger(last) && last > 0 && last < 10 * mean ? last : null;
}

const named = (value: string | undefined): string | null =>
  value === undefined || value === 'unknown' || value === 'unspecified' || value === '' ? null : value;

/** What the file says; without a word grey is full range and everything else limited, as ffmpeg has it. */
function rangeOf(sampling: string, said: string | undefined): 'limited' | 'full' {
  if (said === 'pc' || said === 'tv') return said === 'pc' ? 'full' : 'limited';
  return sampling === '400' ? 'full' : 'limited';
}

/** Size, layout and colour tags of the picture's stream. @throws RevealError where frames cannot hold it */
function formatOf(
  name: string,
  stream: ProbeStream,
): Pick<ReelFacts, 'format' | 'pixelFormat' | 'dropsAlpha'> {
  const width = stream.width ?? 0;
  const height = stream.height ?? 0;
  if (width > MAX_SIDE || height > MAX_SIDE)
    throw refuse(say('film-too-large', { file: name, width: String(width), height: String(height) }));
  const codec = stream.codec_name ?? 'unknown';
  const layout = pixelLayout(stream.pix_fmt ?? '');
  if (codec === 'unknown' || codec === 'none' || codec === '')
    throw refuse(say('film-codec', { file: name, codec: named(stream.codec_tag_string) ?? 'unknown' }));
  if (width <= 0 || height <= 0 || stream.pix_fmt === undefined)
    throw refuse(say('film-no-frames', { file: name }));
  if (!layout) throw refuse(say('film-layout', { file: name, layout: stream.pix_fmt }));
  return {
    pixelFormat: stream.pix_fmt,
    dropsAlpha: layout.alpha,
    format: {
      width,
      height,
      sampling: layout.sampling,
      bits: layout.bits,
      range: layout.range ?? rangeOf(layout.sampling, stream.color_range),
      matrix: named(stream.color_space),
      primaries: named(stream.color_primaries),
      transfer: named(stream.color_transfer),
      chromaLocation: named(stream.chroma_location),
    },
  };
}

/** Average rate of these times, from the first frame's begin to the last one's end. */
function rateOf(facts: Pick<ReelFacts, 'times' | 'timeBase' | 'lastDuration'>, nominal: Ratio): Ratio {
  const count = frameCount(facts);
  const { times, timeBase } = facts;
  const span =
    (times.kind === 'constant'
      ? (times.count - 1) * times.step
      : times.pts[times.pts.length - 1] - times.pts[0]) + facts.lastDuration;
  return count > 1 && span > 0 ? reduced({ num: count * timeBase.den, den: span * timeBase.num }) : nominal;
}

/** The facts with these time stamps. `damage`: what the decoder said while they were counted. */
function timed(facts: ReelFacts, pts: number[], lastDuration: number): ReelFacts {
  const times = compactTimes(pts);
  const next = { ...facts, times, lastDuration };
  const averageRate = rateOf(next, facts.nominalRate);
  const steps = pts[pts.length - 1] - pts[0];
  const rate = steps > 0 ? ((pts.length - 1) * facts.timeBase.den) / (steps * facts.timeBase.num) : 0;
  if (rate > MAX_RATE)
    throw refuse(say('film-absurd-rate', { file: facts.name, rate: String(Math.round(rate)) }));
  const span = pts[pts.length - 1] - pts[0] + lastDuration;
  return {
    ...next,
    averageRate,
    // Times in coarse ticks are never equal steps, but nowhere further than a tick from them.
    variableRate: pts.some((at, k) => Math.abs(at - (pts[0] + (k * span) / pts.length)) > 1.01),
    seconds: (span * facts.timeBase.num) / facts.timeBase.den,
  };
}

/**
 * The facts after every frame was decoded once from the start: `pts` as the frames had them. From then on each frame
 * is known, and the film may be entered in the middle.
 */
export function counted(facts: ReelFacts, pts: readonly number[], damage: readonly Damage[] = []): ReelFacts {
  if (pts.length === 0) throw refuse(say('film-no-frames', { file: facts.name }));
  const same = pts.length === frameCount(facts);
  const next = timed(facts, [...pts], facts.lastDuration);
  const keys = facts.keyFrames;
  return {
    ...next,
    counted: true,
    damage: [...damage],
    // Places came from packets: only where each gave a frame are they the frames' places.
    keyFrames: keys === 'all' || same ? keys : [],
  };
}

/** Decodes the whole film for the time stamps of its frames. */
export async function countReel(
  file: string,
  facts: ReelFacts,
  options: { signal?: AbortSignal; tool?: FoundTool; onFrame?: (index: number) => void } = {},
): Promise<ReelFacts> {
  const pts: number[] = [];
  const damage: Damage[] = [];
  for await (const frame of decodeReel(
    file,
    { ...facts, counted: false },
    {
      luma8: { width: 16, height: 16 },
      ...(options.signal ? { signal: options.signal } : {}),
      ...(options.tool ? { tool: options.tool } : {}),
      onDamage: (found) => void (damage.length < 100 && damage.push(found)),
    },
  )) {
    pts.push(frame.pts);
    options.onFrame?.(frame.index);
  }
  return counted(facts, pts, damage);
}

/** What the notes say of this film. */
function notesOf(facts: ReelFacts, packets: PacketList, claimed: number | null): string[] {
  const notes: string[] = [];
  const file = facts.name;
  if (facts.dropsAlpha) notes.push(say('film-alpha', { file }));
  if (claimed !== null && facts.seconds < claimed - Math.max(1, claimed * 0.02))
    notes.push(
      say('film-breaks-off', { file, seconds: facts.seconds.toFixed(1), claimed: claimed.toFixed(1) }),
    );
  if (packets.corrupt > 0) notes.push(say('film-corrupt-packets', { file, count: String(packets.corrupt) }));
  return notes;
}

const isFolder = (file: string): Promise<boolean> =>
  stat(file).then(
    (found) => found.isDirectory(),
    () => false,
  );

/** Facts of a folder of numbered pictures. */
async function probeSequence(file: string, options: ProbeOptions): Promise<ReelFacts> {
  const found = await findSequence(file);
  const name = path.basename(file);
  const tool = options.tools?.ffprobe ?? (await ffmpegProgram('ffprobe'));
  const first = path.join(found.folder, found.pictures[0]);
  const args = [
    ...['-hide_banner', '-loglevel', 'error', '-show_streams', '-of', 'json'],
    ...['-protocol_whitelist', 'file,pipe', '-f', 'image2', '-pattern_type', 'none', '-i', `file:${first}`],
  ];
  const said = await collect({ tool, args, name, signal: options.signal }, 1 << 20);
  const answer = JSON.parse(said.toString('utf8')) as ProbeAnswer;
  const stream = answer.streams?.[0];
  if (!stream) throw refuse(say('film-no-picture', { file: name }));
  const rate = options.rate ?? SEQUENCE_RATE;
  const count = found.pictures.length;
  const shape = formatOf(found.pictures[0], stream);
  const notes = [
    ...(shape.dropsAlpha ? [say('film-alpha', { file: name })] : []),
    ...(found.gaps.length > 0
      ? [say('film-gaps', { file: name, gaps: found.gaps.slice(0, 20).join(', ') })]
      : []),
  ];
  return {
    version: 1,
    name,
    bytes: found.bytes,
    kind: 'sequence',
    stream: 0,
    container: 'image2',
    codec: stream.codec_name ?? 'unknown',
    profile: null,
    ...shape,
    ...sequenceFacts(count, rate),
    counted: true,
    keyFrames: 'all',
    damage: [],
    nominalRate: rate,
    averageRate: rate,
    variableRate: false,
    sampleAspect: ratioOf(stream.sample_aspect_ratio) ?? { num: 1, den: 1 },
    fields: 'progressive',
    repeatsFields: false,
    rotation: 0,
    audio: [],
    subtitles: [],
    timecode: streamsOf(answer, stream).timecode,
    chapters: [],
    tags: {},
    seconds: (count * rate.den) / rate.num,
    start: 0,
    pictures: found.pictures,
    notes,
  };
}

/**
 * Probes a film file. @throws RevealError 'bad-input' with the reason, 'engine' where ffmpeg is missing, 'cancelled'
 */
export async function probeReel(file: string, options: ProbeOptions = {}): Promise<ReelFacts> {
  const full = path.resolve(file);
  const name = path.basename(full);
  const { signal } = options;
  if (isSequencePicture(full) || (await isFolder(full))) return probeSequence(full, options);
  const beginning = await filmBeginning(full);
  if (beginning.kind === 'empty') throw refuse(say('film-empty', { file: name }));
  if (beginning.kind === 'playlist') throw refuse(say('film-playlist', { file: name }));
  const tool = options.tools?.ffprobe ?? (await ffmpegProgram('ffprobe'));
  const ask = async (...what: string[]): Promise<unknown> => {
    const args = ['-hide_banner', '-loglevel', 'error', ...what, '-of', 'json', ...filmInput(full)];
    const answer = await collect({ tool, args, name, signal }, 64 << 20, (reason) =>
      beginning.boxes && /moov atom not found/.test(reason)
        ? refuse(say('film-truncated', { file: name }))
        : unreadable(name)(reason),
    );
    return JSON.parse(answer.toString('utf8')) as unknown;
  };
  const answer = (await ask('-show_format', '-show_streams', '-show_chapters')) as ProbeAnswer;
  const streams = answer.streams ?? [];
  if (streams.length > MAX_STREAMS)
    throw refuse(say('film-many-streams', { file: name, count: String(streams.length) }));
  const stream = streams.find((s) => s.codec_type === 'video' && s.disposition?.['attached_pic'] !== 1);
  if (!stream) throw refuse(say('film-no-picture', { file: name }));
  const timeBase = ratioOf(stream.time_base);
  const shape = formatOf(name, stream);
  if (!timeBase) throw refuse(say('film-no-frames', { file: name }));
  const packets = await readPackets(full, stream.index, { tool, name, signal, most: MAX_FRAMES });
  if (packets.pts.length === 0 && !packets.incomplete) throw refuse(say('film-no-frames', { file: name }));
  const first = looked(
    (await ask(
      ...['-select_streams', String(stream.index), '-read_intervals', `%+#${LOOKED_AT}`, '-show_frames'],
      ...['-show_entries', 'frame=interlaced_frame,top_field_first,repeat_pict'],
    ).catch((error: unknown) => {
      if (error instanceof RevealError && error.code === 'cancelled') throw error;
      return {};
    })) as { frames?: Record<string, unknown>[] },
  );
  const nominalRate = ratioOf(stream.r_frame_rate) ?? ratioOf(stream.avg_frame_rate) ?? { num: 25, den: 1 };
  const codec = stream.codec_name ?? 'unknown';
  const step = Math.max(1, Math.round((nominalRate.den * timeBase.den) / (nominalRate.num * timeBase.num)));
  const before =
    packets.pts.length > 1 ? packets.pts[packets.pts.length - 1] - packets.pts[packets.pts.length - 2] : step;
  const facts: ReelFacts = {
    version: 1,
    name,
    bytes: beginning.bytes,
    kind: 'film',
    stream: stream.index,
    container: answer.format?.format_name ?? 'unknown',
    codec,
    profile: named(stream.profile),
    ...shape,
    timeBase,
    times: { kind: 'list', pts: [] },
    counted: false,
    keyFrames: INTRA.has(codec) ? 'all' : packets.keyFrames,
    damage: [],
    lastDuration: lastOf(packets, stream) ?? (packets.lastDuration > 0 ? packets.lastDuration : before),
    nominalRate,
    averageRate: nominalRate,
    variableRate: false,
    sampleAspect: ratioOf(stream.sample_aspect_ratio) ?? { num: 1, den: 1 },
    fields: first.fields ?? fieldsOf(stream.field_order),
    repeatsFields: first.repeats,
    ...streamsOf(answer, stream),
    seconds: 0,
    start: Number.isFinite(Number(answer.format?.start_time)) ? Number(answer.format?.start_time) : 0,
    notes: [],
  };
  const rate = nominalRate.num / nominalRate.den;
  if (packets.incomplete && rate > MAX_RATE && !packets.pts.length)
    throw refuse(say('film-absurd-rate', { file: name, rate: String(Math.round(rate)) }));
  let known = facts;
  if (packets.incomplete || options.count) {
    const counting = { ...facts, keyFrames: INTRA.has(codec) ? ('all' as const) : [] };
    known = await countReel(
      full,
      packets.incomplete ? counting : timed(facts, packets.pts, facts.lastDuration),
      {
        ...(signal ? { signal } : {}),
        ...(options.tools ? { tool: options.tools.ffmpeg } : {}),
      },
    );
  } else known = timed(facts, packets.pts, facts.lastDuration);
  const claimed = Number(stream.duration ?? answer.format?.duration);
  return { ...known, notes: notesOf(known, packets, Number.isFinite(claimed) ? claimed : null) };
}
