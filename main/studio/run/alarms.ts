/**
 * Signs that a training goes wrong, told in words, with what is to be done. Skin and neutral tones drift first
 * when a critic pushes colours too far (jantic's "NoGAN" notes: stop just before skin turns orange), so they are
 * watched on the test pictures; a critic that is always right teaches nothing; a loss that is not finite ends the
 * run with the last good weights.
 */
export interface Alarm {
  kind: 'not-finite' | 'skin-drift' | 'neutral-drift' | 'critic-wins';
  /** `stop`: the run ends on its last good checkpoint; `warn`: the person should look. */
  action: 'stop' | 'warn';
  text: string;
}

/** Losses and the gradient norm of a step must be finite. */
export function finiteAlarm(step: number, values: Readonly<Record<string, number>>): Alarm | null {
  const bad = Object.entries(values).find(([, v]) => !Number.isFinite(v));
  return bad
    ? {
        kind: 'not-finite',
        action: 'stop',
        text: `Step ${step}: ${bad[0]} is not a finite number. The weights of the last good checkpoint are kept. Try a lower learning rate.`,
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
    if (Math.abs(moved) > limits.skin && Math.abs(now.skinHue) > Math.abs(start.skinHue))
      alarms.push({
        kind: 'skin-drift',
        action,
        text: `Skin has moved ${Math.abs(moved).toFixed(1)} degrees towards ${moved < 0 ? 'red' : 'yellow'} since this phase began, the first sign of a training that goes wrong.`,
      });
  }
  if (start.neutralChroma !== undefined && now.neutralChroma !== undefined) {
    const grown = now.neutralChroma - start.neutralChroma;
    if (grown > limits.neutral)
      alarms.push({
        kind: 'neutral-drift',
        action,
        text: `What should be grey has gained ${grown.toFixed(1)} units of colour since this phase began.`,
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
      text: `The critic has recognised nearly every picture for ${limit} steps of the generator: there is nothing left to learn from it. Go on with the generator alone, or start the critic afresh.`,
    },
  };
}
