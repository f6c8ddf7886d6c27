/** `revelado restore`: damage, ageing and noise taken out of prints and photographs. Never colour, unless it is set. */
import type { CommandHost } from './commands.ts';
import { existingFile, numberIn } from './options.ts';
import { parseRenew, renewCommand, type RawParams, type RenewCommand } from './renew-options.ts';
import { runRenew } from './renew.ts';
import { RESTORE_HELP, UsageError } from './usage.ts';

/** What is on by itself. */
const DEFAULTS: RawParams = { ageing: { on: true }, repair: { on: true }, clean: { on: true } };
/** The setting at which every step does its ordinary work. */
const ORDINARY = 0.5;
/** Faces get less of the noise reduction than the rest. */
const FACES = 0.8;

/** Reads the arguments after `restore`; null: help was asked for. @throws UsageError */
export function parseRestore(argv: string[], cwd = process.cwd()): RenewCommand | null {
  const { values: v, positionals } = parseRenew(argv, {
    mask: { type: 'string' },
    evidence: { type: 'string', multiple: true },
    album: { type: 'boolean' },
    strength: { type: 'string' },
    'no-inpaint': { type: 'boolean' },
  });
  if (v.help) return null;
  return renewCommand(
    'restore',
    v,
    positionals,
    DEFAULTS,
    (put) => {
      if (v.strength !== undefined) {
        const s = numberIn('strength', v.strength, 0, 1, false);
        put('ageing', 'strength', Math.min(1, s / ORDINARY));
        put('repair', 'sensitivity', s);
        put('clean', 'strength', s);
        put('clean', 'faces', s * FACES);
      }
      if (v['no-inpaint']) {
        if (v.mask !== undefined)
          throw new UsageError(
            '--mask says what is to be filled, --no-inpaint that nothing is: give one of them.',
          );
        put('repair', 'on', false);
      }
      const evidence = (v.evidence ?? []).map((file) => existingFile('evidence', file, cwd));
      const own = { evidence, album: v.album === true };
      if (v.mask === undefined) return own;
      put('repair', 'on', true);
      put('repair', 'find', 'marks');
      return { ...own, maskFile: existingFile('mask', v.mask, cwd) };
    },
    cwd,
  );
}

export async function restoreCommand(argv: string[], host: CommandHost = {}): Promise<number> {
  const command = parseRestore(argv);
  if (command) return runRenew(command, host);
  process.stdout.write(RESTORE_HELP);
  return 0;
}
