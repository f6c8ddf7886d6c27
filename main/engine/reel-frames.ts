/**
 * Where a thread's segments take their frames from. A film that can be entered in the middle gets a decoder for each
 * segment. One that cannot (damaged, or without key frames) would be decoded from its start for every segment: there one
 * decoder goes on from segment to segment, and the few frames that the next segment wants to see again are kept.
 */
import { RevealError } from '../../app/contract/messages.ts';
import type { Frame } from '../../app/film/frame.ts';
import type { ReelFacts } from '../../app/film/probe.ts';
import { say } from '../../app/words/sentences.ts';
import { decodeReel, entryFor, type DecodeOptions } from './ffmpeg-decode.ts';
import type { FoundTool } from './ffmpeg-find.ts';

/** Whether every frame of the film can be had without decoding all before it. */
export const enterable = (facts: ReelFacts): boolean =>
  facts.counted && facts.damage.length === 0 && (facts.keyFrames === 'all' || facts.keyFrames.length > 1);

const copy = (frame: Frame): Frame => ({ ...frame, planes: frame.planes.map((plane) => plane.slice()) });

export class ReelSource {
  private readonly file: string;
  private readonly facts: ReelFacts;
  /** Frames that a following segment may want again. */
  private readonly keep: number;
  private readonly options: Pick<DecodeOptions, 'threads' | 'tool' | 'hardware' | 'onDamage'>;
  private damage: string | null = null;
  private running: AsyncGenerator<Frame> | null = null;
  private next = 0;
  private kept: Frame[] = [];

  /**
   * @param keep most frames that two segments have in common
   * @param how `strict`: nobody looked at the film before, so the decoder must have nothing to complain of
   */
  constructor(
    file: string,
    facts: ReelFacts,
    keep: number,
    tool: FoundTool,
    how: { strict?: boolean; hardware?: boolean } = {},
  ) {
    this.file = file;
    this.facts = facts;
    this.keep = keep;
    this.options = {
      ...{ threads: 1, tool },
      ...(how.hardware ? { hardware: true } : {}),
      ...(how.strict ? { onDamage: ({ detail }) => (this.damage ??= detail) } : {}),
    };
  }

  /** Frames `from`..`to`, both included. @throws RevealError 'bad-input' at the end of damaged ones, where it is strict */
  async *frames(from: number, to: number, signal: AbortSignal): AsyncGenerator<Frame> {
    yield* this.decoded(from, to, signal);
    if (this.damage !== null)
      throw new RevealError(
        'bad-input',
        say('film-unreadable', { file: this.facts.name, detail: this.damage }),
      );
  }

  private async *decoded(from: number, to: number, signal: AbortSignal): AsyncGenerator<Frame> {
    const { file, facts, options } = this;
    if (enterable(facts) || (from > 0 && entryFor(facts, from) !== null)) {
      yield* decodeReel(file, facts, { ...options, from, to, signal });
      return;
    }
    if (!this.running || from < (this.kept[0]?.index ?? this.next)) {
      await this.close();
      this.running = decodeReel(file, facts, { ...options, signal });
    }
    for (const frame of this.kept.filter((f) => f.index >= from && f.index <= to)) yield copy(frame);
    while (this.next <= to) {
      const { value, done } = await this.running.next();
      if (done) return;
      this.next = value.index + 1;
      if (this.keep > 0 && value.index > to - this.keep) this.kept.push(copy(value));
      while (this.kept.length > this.keep) this.kept.shift();
      if (value.index >= from) yield value;
    }
  }

  async close(): Promise<void> {
    await this.running?.return(undefined);
    this.running = null;
    this.next = 0;
    this.kept = [];
  }
}
