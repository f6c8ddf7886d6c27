/** Kinds: the decision on plain numbers, and all real samples, of which the confusion is printed. */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { scanKinds, type ScanKind } from '../../../app/contract/library.ts';
import { decodeScan, probeScan } from '../../files/index.ts';
import { analyseScan } from './analyse.ts';
import { decide, kindOfContainer } from './kind.ts';
import type { KindFeatures } from './kind-features.ts';

const PLAIN: KindFeatures = {
  across: 0.2,
  scatter: 0.4,
  cool: 0.4,
  clearGreen: 0,
  clearBlue: 0,
  clearShare: 0.1,
  typicalGreen: 0,
  orange: 0.2,
  range: 1.6,
  skew: -0.6,
  darkest: -1.6,
  darkRedOverBlue: 0.1,
  underRing: Number.NaN,
  grey: false,
};
const kind = (f: Partial<KindFeatures>, says: boolean | null = null, perforated = false): ScanKind =>
  decide({ ...PLAIN, ...f }, says, perforated).kind;

describe('the decision', () => {
  const masked = { clearGreen: -0.34, clearBlue: -0.55, orange: 0.98, range: 0.8 };
  it('an orange mask makes a colour negative', () => expect(kind(masked)).toBe('colour-negative'));
  it('one hue without mask and with clear perforations makes a black-and-white negative', () =>
    expect(
      kind(
        {
          clearGreen: -0.17,
          clearBlue: -1.1,
          orange: 1,
          across: 0.02,
          scatter: 0.05,
          underRing: 0.95,
          range: 0.9,
        },
        null,
        true,
      ),
    ).toBe('bw-negative'));
  it('the software has the last word', () => {
    expect(kind(masked, false)).toBe('slide');
    expect(kind({}, true)).toBe('colour-negative');
  });
  it('black film around perforations makes a slide', () =>
    expect(kind({ underRing: 0.05 }, null, true)).toBe('slide'));
  it('many hues and a long range make a print', () => expect(kind({})).toBe('print'));
  it('a brown hue with a long range makes a black-and-white print', () => {
    const found = decide(
      { ...PLAIN, across: 0.05, cool: 0, orange: 0.95, clearBlue: -0.4, clearGreen: -0.09 },
      null,
      false,
    );
    expect(found.kind).toBe('bw-print');
    expect(found.reasons.join(' ')).toMatch(/warm/);
  });
  it('a grey picture is judged by its tones', () => {
    expect(kind({ grey: true, across: 0, scatter: 0, range: 0.8, skew: 0.6 })).toBe('bw-negative');
    expect(kind({ grey: true, across: 0, scatter: 0, range: 1.5, skew: -0.6 })).toBe('bw-print');
  });
  it('a film file is a reel', () => {
    expect(kindOfContainer({ format: 'video' })?.kind).toBe('reel');
    expect(kindOfContainer({ format: 'tiff' })).toBeNull();
  });
});

const samples = path.resolve('../shared/samples');
/** What each sample is; several where good people differ; null where the question makes no sense. */
function truth(file: string): ScanKind[] | null {
  if (/mask|flatfield/.test(file)) return null;
  if (/\.(mp4|mkv)$/.test(file)) return ['reel'];
  if (/bw_.*negative/.test(file)) return ['bw-negative'];
  if (/c41.*(negative|leader|\.tif)/.test(file)) return ['colour-negative'];
  if (/nimslo.*positive|super8/.test(file)) return ['print', 'slide'];
  if (/c41.*positive|us_army|pg_colour|autochrome|boy_col|family_colour|ai_restored/.test(file))
    return ['print'];
  return ['bw-print'];
}

describe.skipIf(!existsSync(samples))('real samples (skipped where they are absent)', () => {
  it('at most one in forty is wrong, and no negative is', async () => {
    const table = new Map<string, number>();
    const wrong: string[] = [];
    let count = 0;
    for (const folder of ['negatives', 'prints', 'bw', 'films'])
      for (const name of readdirSync(path.join(samples, folder))) {
        const right = truth(name);
        if (!right) continue;
        const file = path.join(samples, folder, name);
        const container = kindOfContainer(await probeScan(file));
        // What the pixels say, even where the scanner's software says it as well.
        let found = container?.kind;
        if (!found) {
          const scan = await decodeScan(file, { maxSide: 1000 });
          found = analyseScan({ ...scan, info: { ...scan.info, saysNegative: null } }, { film: 'auto' }).kind;
        }
        const key = `${right[0]} -> ${found}`;
        table.set(key, (table.get(key) ?? 0) + 1);
        count++;
        if (!right.includes(found)) wrong.push(`${name}: ${found}`);
      }
    const rows = scanKinds.flatMap((t) =>
      scanKinds.flatMap((k) =>
        table.has(`${t} -> ${k}`) ? [`${t} -> ${k}: ${table.get(`${t} -> ${k}`)}`] : [],
      ),
    );
    console.log(
      `kinds of ${count} samples, truth -> found\n  ${rows.join('\n  ')}\n  wrong: ${wrong.join(', ') || 'none'}`,
    );
    expect(wrong.filter((w) => /negative|\.tif/.test(w))).toEqual([]);
    expect(wrong.length).toBeLessThanOrEqual(count / 40);
  }, 180_000);
});
