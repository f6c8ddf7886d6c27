import { describe, expect, it } from 'vitest';
import { RunControl } from '../studio/run/gate.ts';
import { interrupts, parseTrain } from './train.ts';
import { UsageError } from './usage.ts';

const parsed = (...more: string[]) => {
  const command = parseTrain(['--data', 'pictures', '--out', 'run', ...more]);
  if (command.help) throw new Error('no help was asked for');
  return command.open;
};

describe('the options of train', () => {
  it('are what a run is opened with, and those that were given are known', () => {
    const open = parsed('--network', 'colorist', '--unfreeze-after', '30', '--rate', '0.3', '--minutes', '5');
    expect(open.settings).toMatchObject({
      network: 'colorist',
      unfreezeAfter: 30,
      freeze: false,
      rate: 0.3,
      minutes: 5,
      critic: null,
    });
    expect(open.given).toEqual(['network', 'unfreezeAfter', 'rate', 'minutes']);
    expect(parsed('--resume', '--threads', '2', '--device', 'cpu').given).toEqual([]);
  });
  it('name a critic only for a run in which one learns', () => {
    expect(parsed('--phase', 'gan', '--critic', 'judge')).toMatchObject({
      criticDir: expect.stringMatching(/judge$/),
      settings: { phase: 'gan', critic: 'given' },
    });
    expect(() => parsed('--critic', 'judge')).toThrow(UsageError);
    expect(() => parsed('--freeze', '--unfreeze-after', '10')).toThrow(/not both/);
    expect(() => parsed('--rate', '0')).toThrow(UsageError);
  });
});

it('the first Ctrl-C lets the step end, the second does not wait for it', () => {
  const control = new RunControl();
  const exits: number[] = [];
  const said: string[] = [];
  const press = interrupts(
    control,
    (text) => said.push(text),
    (status) => exits.push(status),
  );
  press();
  expect([control.stopped, exits]).toEqual([true, []]);
  press();
  expect(exits).toEqual([130]);
  expect(said).toHaveLength(2);
});
