/**
 * A melody as a printed line of music: SVG by Verovio (LGPL, unchanged, as the package `verovio` carries it), from ABC text.
 * The engraver is loaded when it is first asked for and then kept; its names of elements are seeded, so that the same melody
 * is the same file.
 */
import { melodyEnd, type Melody } from '../../../../app/melody/types.ts';
import { RevealError } from '../../../../app/contract/messages.ts';
import { say } from '../../../../app/words/sentences.ts';
import { melodyToAbc } from './abc.ts';

/** What is used of Verovio's toolkit. */
interface Toolkit {
  setOptions(options: Record<string, unknown>): void;
  loadData(data: string): boolean;
  getPageCount(): number;
  renderToSVG(page: number): string;
  renderToTimemap(): unknown;
  getMIDIValuesForElement(id: string): { time: number; pitch: number; duration: number };
  resetXmlIdSeed(seed: number): void;
}

let toolkit: Promise<Toolkit> | null = null;

async function load(): Promise<Toolkit> {
  const [{ default: createModule }, { enableLog, LOG_OFF, VerovioToolkit }] = await Promise.all([
    import('verovio/wasm'),
    import('verovio/esm'),
  ]);
  const module = await createModule();
  enableLog(LOG_OFF, module);
  return new VerovioToolkit(module);
}

async function engraver(): Promise<Toolkit> {
  toolkit ??= load();
  try {
    return await toolkit;
  } catch (error) {
    toolkit = null;
    throw new RevealError(
      'engine',
      say('score-no-engraver', { detail: error instanceof Error ? error.message : String(error) }),
    );
  }
}

export interface EngraveOptions {
  title?: string;
  /** Width of the page in pixels of the SVG's own scale; lines of music break to fit. */
  width?: number;
}

/** A note of the engraved picture: its element's id and its place in the melody. */
export interface EngravedNote {
  readonly id: string;
  /** Index in `melody.notes`. A note that is tied over a bar line has several elements. */
  readonly note: number;
}

export interface Engraved {
  readonly svg: string;
  /** For lighting notes up while they sound. */
  readonly notes: readonly EngravedNote[];
}

/** What Verovio calls 100 %: a staff 40 units high. */
const SCALE = 40;

/**
 * Engraves a melody. A melody without notes is an empty staff.
 * @throws RevealError 'engine' where the engraver is missing, 'bad-input' for what it cannot set
 */
export async function engrave(
  melody: Melody,
  { title = '', width = 960 }: EngraveOptions = {},
): Promise<Engraved> {
  const tk = await engraver();
  tk.setOptions({
    inputFrom: 'abc',
    scale: SCALE,
    pageWidth: Math.round((width * 100) / SCALE),
    adjustPageHeight: true,
    pageHeight: 60_000,
    breaks: 'auto',
    header: title ? 'auto' : 'none',
    footer: 'none',
    svgViewBox: true,
    minLastJustification: 0.75,
    xmlIdSeed: 1,
  });
  tk.resetXmlIdSeed(1);
  const abc = melodyToAbc(melody, title);
  if (!tk.loadData(abc) || tk.getPageCount() < 1)
    throw new RevealError('bad-input', say('score-not-engraved', { detail: abc.slice(0, 200) }));
  const svg = tk.renderToSVG(1);
  return { svg, notes: elements(tk, svg, melody) };
}

/** Which note of the melody each drawn note is, by its place among the sounding ones. */
function elements(tk: Toolkit, svg: string, melody: Melody): EngravedNote[] {
  // The clock of elements is wound by this.
  tk.renderToTimemap();
  const ids = [...svg.matchAll(/<g id="([^"]+)" class="note"/g)].map((match) => match[1]);
  const first = ids.length ? tk.getMIDIValuesForElement(ids[0]).time : 0;
  const last = ids.length ? tk.getMIDIValuesForElement(ids[ids.length - 1]) : null;
  const span = last ? last.time + last.duration - first : 0;
  const from = melody.notes[0]?.onset ?? 0;
  const unit = span / Math.max(1, melodyEnd(melody) - from);
  return ids.map((id) => {
    const onset = from + Math.round((tk.getMIDIValuesForElement(id).time - first) / unit);
    let note = melody.notes.findIndex((n) => onset >= n.onset && onset < n.onset + n.duration);
    if (note < 0) note = 0;
    return { id, note };
  });
}
