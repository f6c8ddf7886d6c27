import { describe, expect, it } from 'vitest';
import { developRecordSchema } from '../../../app/contract/record.ts';
import { defaultDevelopParams } from '../../../app/recipe/develop.ts';
import { identityGeometry } from './geometry.ts';
import { planNumbers } from './plan.ts';
import { canonicalJson, developRecord, type RecordInput } from './record.ts';

const params = defaultDevelopParams();
const input = (): RecordInput => ({
  appVersion: '0.1.0',
  source: { name: 'roll 1 — 07.tif', sha256: 'ab'.repeat(32), width: 600, height: 400 },
  params,
  analysis: null,
  roll: null,
  frame: 0,
  numbers: planNumbers(params, { analysis: null, roll: null }),
  geometry: identityGeometry(600, 400),
  output: { width: 600, height: 400, bits: 16, space: 'srgb', format: 'tiff' },
  masks: [{ name: 'dust', share: 0.001, places: 12, how: 'infrared, threshold 6 σ' }],
});

describe('change record', () => {
  it('is the same text for the same develop, whatever the order of keys', () => {
    const a = developRecord(input());
    const shuffled = Object.fromEntries(Object.entries(input()).reverse()) as unknown as RecordInput;
    const b = developRecord(shuffled);
    expect(b.json).toBe(a.json);
    expect(b.sha256).toBe(a.sha256);
    expect(a.sha256).toMatch(/^[0-9a-f]{64}$/);
  });
  it('changes its hash with any parameter, and holds what is needed to do it again', () => {
    const a = developRecord(input());
    const other = input();
    other.params = structuredClone(params);
    other.params.print.grade = 2.1;
    expect(developRecord(other).sha256).not.toBe(a.sha256);
    expect(a.record['source']).toEqual(input().source);
    expect(a.record['params']).toEqual(params);
    expect(Object.keys(a.record['plan'] as object)).toEqual(
      expect.arrayContaining(['base', 'matrix', 'slope', 'gain', 'offset', 'exposure', 'curve']),
    );
    expect(a.record['masks']).toEqual(input().masks);
  });
  it('is what the window reads', () => {
    const { record } = developRecord(input());
    const read = developRecordSchema.parse(record);
    expect(read).toMatchObject({ action: 'develop', source: input().source, masks: input().masks });
    expect(read.plan?.base).toEqual(input().numbers?.base);
  });
  it('writes numbers and arrays plainly', () => {
    expect(canonicalJson({ b: 0.1 + 0.2, a: new Float32Array([0.5]), n: NaN, u: undefined })).toBe(
      '{\n  "a": [\n    0.5\n  ],\n  "b": 0.3,\n  "n": null\n}\n',
    );
  });
});
