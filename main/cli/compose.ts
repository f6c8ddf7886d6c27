/** `revelado compose`: a melody into a MIDI file, a sound file or a printed line of music. */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { NEURRIAK } from '../../app/melody/neurri.ts';
import { melodyEnd, melodyKinds, sixteenthSeconds } from '../../app/melody/types.ts';
import { accompaniments, instruments } from '../../app/sound/performance.ts';
import { compose, generators } from '../actions/compose/index.ts';
import { readMelodyFile, writeMidiFile } from '../files/melody-file.ts';
import { existingFile, numberIn, oneOf } from './options.ts';
import { UsageError } from './usage.ts';

const KINDS = ['.mid', '.wav', '.svg'] as const;

export const COMPOSE_HELP = `Usage: revelado compose --out FILE [options]

Writes a melody in bertso metre: one note for each syllable of the verse. The networks that write it have learnt from
public-domain songs and tunes of other countries; no melody of the bertsolaris was among them.

  --out FILE.mid|.wav|.svg   notes, sound, or a printed line of music
  --neurri NAME              ${NEURRIAK.map((n) => n.name).join(', ')},
                             a pattern of syllables such as 7-6-7-6, or none (zortziko-txikia; for tunes none)
  --kind vocal|tune          sung, or a dance to be played (vocal)
  --seconds N                about how long; verses are repeated (one verse)
  --bars N                   how many bars, where there is no neurri
  --seed N                   another melody (1)
  --temperature T            0 (the likeliest) to 2 (wild) (1)
  --generator G              ${generators.join(', ')} (auto)
  --model DIR                weights of your own: the folder of a training run
Over an improvisation
  --begin FILE               a first phrase (MIDI, ABC or MusicXML) that is kept and continued
  --vary FILE                a melody that is varied
  --amount A                 how much of it, 0 to 1 (0.4)
Sound
  --instrument I             ${instruments.join(', ')} (flute)
  --accompaniment A          ${accompaniments.join(', ')} (none)
  --tempo N                  quarter notes a minute, 20 to 300 (the melody's own)
Machine
  --overwrite                replace the file when it is there
  --json                     one JSON object on stdout

Exit status: 0 done, 1 it could not be done, 2 wrong usage.
`;

const OPTIONS = {
  out: { type: 'string' },
  neurri: { type: 'string' },
  kind: { type: 'string' },
  seconds: { type: 'string' },
  bars: { type: 'string' },
  seed: { type: 'string' },
  temperature: { type: 'string' },
  generator: { type: 'string' },
  model: { type: 'string' },
  begin: { type: 'string' },
  vary: { type: 'string' },
  amount: { type: 'string' },
  instrument: { type: 'string' },
  accompaniment: { type: 'string' },
  tempo: { type: 'string' },
  overwrite: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** What `compose` was asked to do; null: its help. @throws UsageError */
export function parseCompose(argv: string[], cwd = process.cwd()) {
  let values;
  try {
    ({ values } = parseArgs({ args: argv, options: OPTIONS, strict: true }));
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0] + '.');
  }
  if (values.help) return null;
  if (values.out === undefined) throw new UsageError(`compose needs --out FILE (${KINDS.join(', ')}).`);
  const extension = path.extname(values.out).toLowerCase().replace('.midi', '.mid');
  const format = KINDS.find((k) => k === extension);
  if (!format) throw new UsageError(`--out ${values.out}: it must end in ${KINDS.join(', ')}.`);
  if (values.begin !== undefined && values.vary !== undefined)
    throw new UsageError('Give --begin or --vary, not both.');
  if (values.amount !== undefined && values.vary === undefined)
    throw new UsageError('--amount needs --vary FILE.');
  const number = (
    name: 'seconds' | 'bars' | 'seed' | 'temperature' | 'amount' | 'tempo',
    least: number,
    most: number,
    whole = false,
  ): number | undefined =>
    values[name] === undefined ? undefined : numberIn(name, values[name], least, most, whole);
  const kind = oneOf('kind', values.kind ?? 'vocal', melodyKinds);
  const neurri =
    values.neurri === 'none' ? null : (values.neurri ?? (kind === 'tune' || values.bars ? null : undefined));
  if (values.bars !== undefined && neurri !== null)
    throw new UsageError('--bars is for melodies without a neurri: give --neurri none.');
  return {
    out: path.resolve(cwd, values.out),
    format,
    begin: values.begin === undefined ? null : existingFile('begin', values.begin, cwd),
    vary: values.vary === undefined ? null : existingFile('vary', values.vary, cwd),
    amount: number('amount', 0, 1) ?? 0.4,
    compose: {
      neurri,
      kind,
      seconds: number('seconds', 2, 7200),
      bars: number('bars', 2, 200, true),
      seed: number('seed', 0, 2 ** 31 - 1, true) ?? 1,
      temperature: number('temperature', 0, 2),
      generator: oneOf('generator', values.generator ?? 'auto', generators),
      model: values.model === undefined ? undefined : path.resolve(cwd, values.model),
    },
    instrument: oneOf('instrument', values.instrument ?? 'flute', instruments),
    accompaniment: oneOf('accompaniment', values.accompaniment ?? 'none', accompaniments),
    tempo: number('tempo', 20, 300),
    overwrite: values.overwrite === true,
    json: values.json === true,
  };
}

/** @returns exit status. @throws UsageError, RevealError */
export async function composeCommand(argv: string[]): Promise<number> {
  const command = parseCompose(argv);
  if (!command) {
    process.stdout.write(COMPOSE_HELP);
    return 0;
  }
  const begun = performance.now();
  const { out, overwrite, format } = command;
  const composed = await compose({
    ...command.compose,
    ...(command.begin !== null && { begin: await readMelodyFile(command.begin) }),
    ...(command.vary !== null && {
      vary: { melody: await readMelodyFile(command.vary), amount: command.amount },
    }),
  });
  const melody = command.tempo === undefined ? composed : { ...composed, tempo: command.tempo };
  const seconds = melodyEnd(melody) * sixteenthSeconds(melody.tempo ?? 96);
  if (format === '.mid') await writeMidiFile(out, melody, overwrite);
  else if (format === '.wav') {
    const [{ renderMelody }, { writeWav }] = await Promise.all([
      import('../actions/compose/sound/render.ts'),
      import('../actions/compose/sound/wav.ts'),
    ]);
    const { instrument, accompaniment } = command;
    await writeWav(out, await renderMelody(melody, { instrument, accompaniment }), overwrite);
  } else {
    const [{ engrave }, { writeAtomic }] = await Promise.all([
      import('../actions/compose/engrave/index.ts'),
      import('../files/atomic.ts'),
    ]);
    const { svg } = await engrave(melody);
    await writeAtomic(out, overwrite, (sink) => sink.write(new TextEncoder().encode(svg)));
  }
  const took = (performance.now() - begun) / 1000;
  if (command.json)
    process.stdout.write(
      `${JSON.stringify({ output: out, action: 'compose', ok: true, seconds: took, sounds: seconds, neurri: melody.neurri, notes: melody.notes.length, syllables: melody.syllables, seed: melody.seed, tempo: melody.tempo })}\n`,
    );
  else
    process.stderr.write(
      `${path.basename(out)}: ${melody.neurri ?? command.compose.kind}, ${melody.notes.length} notes, ${seconds.toFixed(0)} s at ${melody.tempo} quarter notes a minute.\n`,
    );
  return 0;
}
