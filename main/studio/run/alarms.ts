/**
 * Signs that a training goes wrong, told in words, with what is to be done. Skin and neutral tones drift first
 * when a critic pushes colours too far (jantic's "NoGAN" notes: stop just before skin turns orange), so they are
 * watched on the test pictures; a critic that is always right teaches nothing; a loss that is not finite ends the
 * run with the last good weights.
 */
import { RevealError } from '../../../app/contract/messages.ts';
import { say, type Sentence } from '../../../app/words/sentences.ts';

export interface Alarm {
  kind: 'not-finite' | 'skin-drift' | 'neutral-drift' | 'critic-wins';
  /** `stop`: the run ends on its last good checkpoint; `warn`: the person should look. */
  action: 'stop' | 'warn';
  text: Sentence;
}

/** Losses and the gradient norm of a step must be finite. */
export function finiteAlarm(step: number, values: Readonly<Record<string, number>>): Alarm | null {
  const bad = Object.entries(values).find(([, v]) => !Number.isFinite(v));
  return bad
    ? {
        kind: 'not-finite',
        action: 'stop',
        text: say('studio-not-finite', { step: String(step), name: bad[0] }),
      }
    : null;
}

/** How far hues may drift from where they stood, and how much of it counts, in the run's own figures. */
export interface DriftLimits {
  /** Degrees of mean skin hue against the truth, beyond what it was at the start of the phase. */
  skin: number;
  /** Chroma (CIE Lab) of what is neutral in the truth, beyond what it was. */
  neutral: number;
}
export const driftDefaults: DriftLimits = { skin: 8, neutral: 3 };

/** Figures on the test pictures that the alarm reads; absent when no picture shows skin or neutrals. */
export interface DriftFigures {
  /** Signed mean hue error of skin, degrees: negative is towards red. */
  skinHue?: number;
  /** Mean chroma of what is neutral in the truth. */
  neutralChroma?: number;
}

/** Compares with the figures at the start of the phase. Only adversarial phases stop; others warn. */
export function driftAlarms(
  start: DriftFigures,
  now: DriftFigures,
  phase: 'generator' | 'critic' | 'gan',
  limits: DriftLimits = driftDefaults,
): Alarm[] {
  const alarms: Alarm[] = [];
  const action = phase === 'gan' ? 'stop' : 'warn';
  if (start.skinHue !== undefined && now.skinHue !== undefined) {
    const moved = now.skinHue - start.skinHue;
    const degrees = Math.abs(moved).toFixed(1);
    if (Math.abs(moved) > limits.skin && Math.abs(now.skinHue) > Math.abs(start.skinHue))
      alarms.push({
        kind: 'skin-drift',
        action,
        text: moved < 0 ? say('studio-skin-red', { degrees }) : say('studio-skin-yellow', { degrees }),
      });
  }
  if (start.neutralChroma !== undefined && now.neutralChroma !== undefined) {
    const grown = now.neutralChroma - start.neutralChroma;
    if (grown > limits.neutral)
      alarms.push({
        kind: 'neutral-drift',
        action,
        text: say('studio-neutral-drift', { chroma: grown.toFixed(1) }),
      });
  }
  return alarms;
}

/** Watches the critic: `wins` counts steps in a row in which the generator learnt and still was always recognised. */
export interface CriticWatch {
  wins: number;
}
/**
 * After a step of the generator.
 * @param accuracy share of its pictures that the critic recognised, 0..1
 * @param limit steps in a row after which the game is over
 */
export function criticAlarm(
  watch: CriticWatch,
  accuracy: number,
  limit = 200,
): { watch: CriticWatch; alarm: Alarm | null } {
  const wins = accuracy >= 0.98 ? watch.wins + 1 : 0;
  if (wins < limit) return { watch: { wins }, alarm: null };
  return {
    watch: { wins: 0 },
    alarm: {
      kind: 'critic-wins',
      action: 'stop',
      text: say('studio-critic-wins', { steps: String(limit) }),
    },
  };
}

/** A run that ended on an alarm: the last good checkpoint stays. */
export class RunAlarm extends RevealError {
  readonly alarm: Alarm;
  constructor(alarm: Alarm) {
    // Not 'engine': a queue would take that for a process that died, and try again.
    super('bad-input', alarm.text);
    this.alarm = alarm;
  }
}
