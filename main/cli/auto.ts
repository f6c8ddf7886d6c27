/** `revelado auto`: what each picture is and needs is found out, said, and done. Never colour, unless it is asked for. */
import type { CommandHost } from './commands.ts';
import { parseRenew, renewCommand, type RenewCommand } from './renew-options.ts';
import { runRenew } from './renew.ts';
import { AUTO_HELP, UsageError } from './usage.ts';

/** Reads the arguments after `auto`; null: help was asked for. @throws UsageError */
export function parseAuto(argv: string[], cwd = process.cwd()): RenewCommand | null {
  const { values: v, positionals } = parseRenew(argv, {
    colorize: { type: 'boolean' },
    clean: { type: 'boolean' },
    neutral: { type: 'boolean' },
    'one-model': { type: 'boolean' },
  });
  if (v.help) return null;
  const oneModel = v['one-model'] === true;
  if (oneModel && (v.colorize || v.clean || v.neutral || v.set || v.recipe || v.film))
    throw new UsageError(
      '--one-model does everything with one network: it takes no --colorize, --clean, --neutral, --film, --set or --recipe.',
    );
  const command = renewCommand('auto', v, positionals, {}, () => ({}), cwd);
  const wish = { colorize: v.colorize === true, grain: v.clean === true, neutral: v.neutral === true };
  return { ...command, auto: { wish, oneModel } };
}

export async function autoCommand(argv: string[], host: CommandHost = {}): Promise<number> {
  const command = parseAuto(argv);
  if (command) return runRenew(command, host);
  process.stdout.write(AUTO_HELP);
  return 0;
}
