/**
 * The language in which an action describes its parameters. Every screen control, every command-line check
 * and every default comes from these descriptions; a parameter that is not described here does not exist.
 * Labels and help texts are translation keys: `params.<step>.<key>.label` / `.help`.
 */

interface Common {
  /** Key inside the step's parameter object. */
  key: string;
  /** Rarely needed: shown only when the card is unfolded. */
  advanced?: boolean;
  /** Shared by the roll (base, slopes, curve) rather than by the frame (exposure, geometry). */
  scope?: 'roll' | 'frame';
}

export interface NumberSpec extends Common {
  type: 'number';
  min: number;
  max: number;
  step: number;
  default: number;
  /** Shown behind the value: EV, CC, D, %, °, σ … ('' for a plain ratio). */
  unit: string;
}
export interface ChoiceSpec extends Common {
  type: 'choice';
  options: readonly string[];
  default: string;
}
export interface SwitchSpec extends Common {
  type: 'switch';
  default: boolean;
}
/** Three linear values or null ("find it yourself"). */
export interface RgbSpec extends Common {
  type: 'rgb';
  default: readonly [number, number, number] | null;
  min: number;
  max: number;
  unit: string;
}
/** Rectangle as fractions 0..1 of the scan, or null ("find it yourself"). */
export interface RectSpec extends Common {
  type: 'rect';
  default: { x: number; y: number; w: number; h: number } | null;
}
/** What a person drew on the picture (`Mark[]` of marks.ts); changed by tools, not by a row of a card. */
export interface MarksSpec extends Common {
  type: 'marks';
  default: readonly [];
}
/** Colours that a person put on points (`Hint[]` of marks.ts). */
export interface HintsSpec extends Common {
  type: 'hints';
  default: readonly [];
}
/** Other pictures of the library, by their ids: a second print, the negative. */
export interface SourcesSpec extends Common {
  type: 'sources';
  default: readonly [];
}
/** Name of a model of this task in the model store; '' is our own. */
export interface ModelSpec extends Common {
  type: 'model';
  task: 'restorer' | 'colorist' | 'filler' | 'upscaler';
  default: string;
}
export type ParamSpec =
  NumberSpec | ChoiceSpec | SwitchSpec | RgbSpec | RectSpec | MarksSpec | HintsSpec | SourcesSpec | ModelSpec;

/** One card in the lightbox. `switchable` steps can be turned off as a whole. */
export interface StepSpec {
  id: string;
  switchable: boolean;
  /** Off until somebody turns it on; else a step begins switched on. */
  offByDefault?: boolean;
  params: readonly ParamSpec[];
}
