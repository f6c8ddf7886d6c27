/** What a run's diary says of its stages and devices, as sentences of the catalogue. */
import { isMelodyNetwork } from '../../../app/contract/studio.ts';
import { say, type Sentence } from '../../../app/words/sentences.ts';
import type { ProviderFailure } from '../../engine/session.ts';
import { ENCODER_PACE, type Encoder } from './plan.ts';
import type { TimedStage } from './position.ts';

/** What begins with a stage of the run of a network. */
export function stageWords(network: string, stage: TimedStage, device: string): Sentence {
  if (isMelodyNetwork(network)) {
    const many = { batch: String(stage.batch) };
    if (stage.phase === 'generator') return say('studio-melodies-generator', many);
    return stage.phase === 'critic' ? say('studio-melodies-critic', many) : say('studio-melodies-gan', many);
  }
  const values = { size: String(stage.size), batch: String(stage.batch), device };
  if (stage.phase === 'generator') return say('studio-stage-generator', values);
  return stage.phase === 'critic' ? say('studio-stage-critic', values) : say('studio-stage-gan', values);
}

/** What a pre-trained encoder does from here on. */
export function encoderEvent(encoder: Encoder): { kind: string; text: Sentence } {
  return encoder === 'frozen'
    ? { kind: 'freeze', text: say('studio-encoder-frozen') }
    : {
        kind: 'unfreeze',
        text: say('studio-encoder-learns', {
          percent: String(encoder === 'slow' ? 100 * ENCODER_PACE : 100),
        }),
      };
}

/** A device that was left, and the one that stands in for it. */
export function deviceWords({ provider, reason }: ProviderFailure, to: string): Sentence {
  // One line of the driver's words, ended like a sentence.
  const line = reason.split('\n')[0].trim();
  return say('studio-device', { from: provider, detail: /[.!?]$/.test(line) ? line : `${line}.`, to });
}
