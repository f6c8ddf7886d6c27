/** Sound, subtitles, chapters, tags, turn and timecode of a film, out of ffprobe's answer. */
import type { AudioTrack, Chapter, ReelFacts, SubtitleTrack } from '../../app/film/probe.ts';

export interface ProbeStream {
  index: number;
  codec_type?: string;
  codec_name?: string;
  codec_tag_string?: string;
  profile?: string;
  width?: number;
  height?: number;
  pix_fmt?: string;
  sample_aspect_ratio?: string;
  color_range?: string;
  color_space?: string;
  color_transfer?: string;
  color_primaries?: string;
  chroma_location?: string;
  field_order?: string;
  r_frame_rate?: string;
  avg_frame_rate?: string;
  time_base?: string;
  start_time?: string;
  duration?: string;
  start_pts?: number;
  duration_ts?: number;
  channels?: number;
  channel_layout?: string;
  sample_rate?: string;
  disposition?: Record<string, number>;
  tags?: Record<string, string>;
  side_data_list?: Record<string, unknown>[];
}
export interface ProbeAnswer {
  streams?: ProbeStream[];
  format?: {
    format_name?: string;
    duration?: string;
    start_time?: string;
    tags?: Record<string, string>;
  };
  chapters?: { start_time?: string; end_time?: string; tags?: Record<string, string> }[];
}

const tag = (stream: ProbeStream | undefined, key: string): string | null => {
  const tags = stream?.tags ?? {};
  const found = Object.keys(tags).find((k) => k.toLowerCase() === key);
  return found && tags[found] !== '' ? tags[found] : null;
};
const seconds = (text: string | undefined): number | null => {
  const value = Number(text);
  return text === undefined || !Number.isFinite(value) ? null : value;
};
const language = (stream: ProbeStream): string | null => {
  const found = tag(stream, 'language');
  return found === 'und' ? null : found;
};

function audioOf(stream: ProbeStream): AudioTrack {
  return {
    stream: stream.index,
    codec: stream.codec_name ?? 'unknown',
    tag: stream.codec_tag_string ?? '',
    channels: stream.channels ?? 0,
    layout: stream.channel_layout ?? null,
    sampleRate: Number(stream.sample_rate ?? 0),
    language: language(stream),
    title: tag(stream, 'title'),
    default: stream.disposition?.['default'] === 1,
    start: seconds(stream.start_time) ?? 0,
    seconds: seconds(stream.duration),
  };
}

/** Clockwise turn for showing, from the display matrix or an old tag; other angles than quarters count as none. */
export function rotationOf(stream: ProbeStream): 0 | 90 | 180 | 270 {
  const matrix = stream.side_data_list?.find((data) => data['rotation'] !== undefined);
  const clockwise = matrix ? -Number(matrix['rotation']) : Number(tag(stream, 'rotate') ?? 0);
  const turn = (((Math.round(clockwise) % 360) + 360) % 360) as 0 | 90 | 180 | 270;
  return [90, 180, 270].includes(turn) ? turn : 0;
}

const TIMECODE = /^\d\d:\d\d:\d\d[:;.]\d\d$/;

/** Everything beside the picture itself. */
export function streamsOf(
  answer: ProbeAnswer,
  video: ProbeStream,
): Pick<ReelFacts, 'rotation' | 'audio' | 'subtitles' | 'timecode' | 'chapters' | 'tags'> {
  const streams = answer.streams ?? [];
  const timecodes = [
    tag(video, 'timecode'),
    answer.format?.tags?.['timecode'] ?? null,
    ...streams.map((s) => tag(s, 'timecode')),
  ];
  const subtitles: SubtitleTrack[] = streams
    .filter((s) => s.codec_type === 'subtitle')
    .map((s) => ({
      stream: s.index,
      codec: s.codec_name ?? 'unknown',
      language: language(s),
      title: tag(s, 'title'),
    }));
  const chapters: Chapter[] = (answer.chapters ?? []).map((c) => ({
    start: seconds(c.start_time) ?? 0,
    end: seconds(c.end_time) ?? 0,
    title: c.tags?.['title'] ?? null,
  }));
  return {
    rotation: rotationOf(video),
    audio: streams.filter((s) => s.codec_type === 'audio').map(audioOf),
    subtitles,
    timecode: timecodes.find((code) => code !== null && TIMECODE.test(code)) ?? null,
    chapters,
    tags: { ...(answer.format?.tags ?? {}) },
  };
}
