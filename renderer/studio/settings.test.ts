import { describe, expect, it } from 'vitest';
import type { StudioDataset, StudioNetwork } from '../../app/contract/studio.ts';
import { runSettingsSchema } from '../../app/contract/studio.ts';
import { fixedSizes, proposed, readMinutes, readSeed } from './settings.ts';

const network = (patch: Partial<StudioNetwork>): StudioNetwork => ({
  name: 'one',
  task: '',
  widths: [],
  starts: [],
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
    });
  });
  it('drops a start that does not fit the width, and freezes only what can be frozen', () => {
    expect(proposed({ start: 'run-1', width: 'base' }, [colorist], dataset)?.start).toBe('shipped');
    expect(proposed({ start: null, width: 'base' }, [colorist], dataset)).toMatchObject({
      start: null,
      freeze: true,
    });
    expect(proposed({ freeze: true }, [network({})], dataset)?.freeze).toBe(false);
    expect(proposed({}, [], dataset)).toBeNull();
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
  expect(readSeed('42')).toBe(42);
  expect(readSeed('-1')).toBeNull();
  expect(readSeed('99999999999')).toBeNull();
});
