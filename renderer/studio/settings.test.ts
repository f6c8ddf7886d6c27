import { describe, expect, it } from 'vitest';
import type { StudioDataset, StudioNetwork } from '../../app/contract/studio.ts';
import { runSettingsSchema } from '../../app/contract/studio.ts';
import {
  encoderChoice,
  encoderChoices,
  encoderSettings,
  fixedSizes,
  proposed,
  readMinutes,
  readRate,
  readSeed,
} from './settings.ts';

const network = (patch: Partial<StudioNetwork>): StudioNetwork => ({
  name: 'one',
  task: '',
  widths: [],
  starts: [],
  critics: [],
  before: null,
  phases: ['generator', 'critic', 'gan'],
  freezable: false,
  ...patch,
});
const colorist = network({
  name: 'colorist',
  freezable: true,
  starts: [
    { model: 'shipped', label: 'Revelado', width: 'base' },
    { model: 'run-1', label: 'run-1', width: 'small' },
  ],
});
const dataset = { id: 'beach' } as StudioDataset;

describe('a new run', () => {
  it('begins with our weights where there are any, else from nothing', () => {
    expect(proposed({}, [network({})], dataset)).toMatchObject({
      network: 'one',
      start: null,
      width: 'small',
    });
    expect(proposed({ network: 'colorist' }, [network({}), colorist], dataset)).toMatchObject({
      start: 'shipped',
      width: 'base',
      freeze: false,
      unfreezeAfter: 0,
    });
  });
  it('drops a start that does not fit the width, and freezes only what can be frozen', () => {
    expect(proposed({ start: 'run-1', width: 'base' }, [colorist], dataset)?.start).toBe('shipped');
    expect(proposed({ start: null, width: 'base' }, [colorist], dataset)).toMatchObject({
      start: null,
      freeze: false,
      unfreezeAfter: 50,
    });
    expect(proposed({ freeze: true }, [colorist], dataset)?.freeze).toBe(true);
    expect(proposed({ freeze: true }, [network({})], dataset)?.freeze).toBe(false);
    expect(proposed({}, [], dataset)).toBeNull();
  });
  it('begins with a critic only where one learns, and of its own width', () => {
    const judged = { ...colorist, critics: [{ run: 'judge', width: 'small' as const }] };
    const given = { network: 'colorist', width: 'small', critic: 'judge' } as const;
    expect(proposed({ ...given, phase: 'gan' }, [judged], dataset)?.critic).toBe('judge');
    expect(proposed({ ...given, phase: 'generator' }, [judged], dataset)?.critic).toBeNull();
    expect(proposed({ ...given, phase: 'gan', width: 'base' }, [judged], dataset)?.critic).toBeNull();
  });
  it('tells the three ways of the encoder apart', () => {
    for (const choice of encoderChoices) expect(encoderChoice(encoderSettings[choice])).toBe(choice);
  });
  it('is what the host accepts', () => {
    for (const size of [null, ...fixedSizes])
      expect(runSettingsSchema.safeParse(proposed({ size }, [colorist], dataset)).success).toBe(true);
  });
});

it('minutes and seeds are read as people write them', () => {
  expect(readMinutes('2,5')).toBe(2.5);
  expect(readMinutes('0')).toBeNull();
  expect(readMinutes('')).toBeNull();
  expect(readMinutes('soon')).toBeNull();
  expect(readRate('0,3')).toBe(0.3);
  expect(readRate('0')).toBeNull();
  expect(readRate('11')).toBeNull();
  expect(readSeed('42')).toBe(42);
  expect(readSeed('-1')).toBeNull();
  expect(readSeed('99999999999')).toBeNull();
});
