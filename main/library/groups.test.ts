/** Film bases compared, and what a roll's frames tell its baseline. */
import { describe, expect, it } from 'vitest';
import type { DevelopAnalysis } from '../actions/develop/types.ts';
import { openDatabase } from './database.ts';
import { fakeBaseline } from './fake-engine.ts';
import { baseDistance, baselineOf, createGroup, groupRow, refreshRoll, sameBase } from './groups.ts';

describe('film bases', () => {
  const base = (rgb: [number, number, number], confidence = 0.9): DevelopAnalysis['base'] => ({
    rgb,
    source: 'rebate',
    confidence,
  });
  it('are compared by colour, not by exposure', () => {
    // Half the exposure: the same film.
    expect(baseDistance([0.6, 0.3, 0.2], [0.3, 0.15, 0.1])).toBeCloseTo(0, 12);
    // Blue ten times denser against green: one density apart.
    expect(baseDistance([0.6, 0.3, 0.2], [0.6, 0.3, 0.02])).toBeCloseTo(1, 12);
    expect(sameBase(base([0.6, 0.3, 0.2]), base([0.6, 0.3, 0.17]))).toBe(true);
    expect(sameBase(base([0.6, 0.3, 0.2]), base([0.6, 0.2, 0.1]))).toBe(false);
    // Rebates seen clearly tell films apart that look much alike.
    expect(sameBase(base([0.565, 0.189, 0.124], 1), base([0.551, 0.21, 0.14], 1))).toBe(false);
    expect(sameBase(base([0.565, 0.189, 0.124], 1), base([0.57, 0.193, 0.125], 1))).toBe(true);
    // A guess parts nobody.
    expect(sameBase(base([0.6, 0.3, 0.2]), base([0.6, 0.2, 0.1], 0.3))).toBe(true);
  });
});

describe('refreshRoll', () => {
  it('compares no camera exposures where only some frames know theirs', () => {
    const db = openDatabase(':memory:');
    const roll = createGroup(db, { kind: 'roll', name: 'r', film: 'c41', automatic: true });
    const add = (n: number, cameraExposure: number) => {
      const analysis = {
        version: 1,
        film: 'c41',
        role: 'picture',
        frames: [],
        base: { rgb: [0.6, 0.3, 0.2] },
        exposure: 0,
        cameraExposure,
      };
      db.run(
        `INSERT INTO scans (id, path, hash, size, mtime, info, analysis, added_at) VALUES (?, ?, '', 1, 1, '{}', ?, 0)`,
        [n, `/${n}.tif`, JSON.stringify(analysis)],
      );
      db.run(
        `INSERT INTO items (id, scan_id, hash, name, name_key, folder, kind, width, height, bits, group_id, added_at)
         VALUES (?, ?, '', '', '', '', 'colour-negative', 1, 1, 8, ?, 0)`,
        [n, n, roll],
      );
    };
    const heard: number[][] = [];
    const baseline = (analyses: DevelopAnalysis[], ids: string[]) => {
      heard.push(analyses.map((a) => a.cameraExposure));
      return { ...fakeBaseline(analyses, ids), cameraExposure: 0.5 };
    };
    add(1, 0.25);
    expect(refreshRoll(db, roll, baseline)).toEqual([1]);
    expect(baselineOf(groupRow(db, roll)!)?.cameraExposure).toBe(0.5);
    add(2, 1);
    expect(refreshRoll(db, roll, baseline)).toEqual([1, 2]);
    expect(baselineOf(groupRow(db, roll)!)).not.toHaveProperty('cameraExposure');
    expect(heard).toEqual([[0.25], [1, 1]]);
    // Nothing new: nothing to draw.
    expect(refreshRoll(db, roll, baseline)).toEqual([]);
    db.close();
  });
});
