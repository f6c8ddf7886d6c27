/** Profiles that the program writes are known again; others come with their way to sRGB. */
import { describe, expect, it } from 'vitest';
import { makeProfile, parseProfile } from './icc.ts';
import { ownSpace } from './own-space.ts';
import { apply, spaceNames, type Matrix } from './spaces.ts';

const curveOf = (icc: Uint8Array) => parseProfile(icc).curve ?? { kind: 'linear' as const };

describe('own space of a file', () => {
  it.each(spaceNames)('knows %s by its profile', (name) => {
    const icc = makeProfile(name);
    expect(ownSpace(icc, curveOf(icc), 3).space).toBe(name);
  });
  it('takes grey by its curve', () => {
    const icc = makeProfile('srgb', 1);
    expect(ownSpace(icc, curveOf(icc), 1)).toEqual({ space: 'srgb', toSrgb: null });
    expect(ownSpace(null, { kind: 'gamma', gamma: 2.2 }, 1).space).toBe('adobe-rgb');
  });
  it('converts what is none of ours, white to white', () => {
    const icc = makeProfile('display-p3').slice();
    // Another green: the second colorant's X.
    const view = new DataView(icc.buffer);
    const count = view.getUint32(128);
    for (let i = 0; i < count; i++) {
      const at = 132 + i * 12;
      const tag = String.fromCharCode(...icc.subarray(at, at + 4));
      if (tag === 'gXYZ') view.setInt32(view.getUint32(at + 4) + 8, Math.round(0.35 * 65536));
    }
    const own = ownSpace(icc, curveOf(icc), 3);
    expect(own.space).toBeNull();
    const red = apply(own.toSrgb as Matrix, [1, 0, 0]);
    expect(red[0]).toBeGreaterThan(1);
  });
  it('assumes sRGB without a profile, and nothing of a damaged one', () => {
    expect(ownSpace(null, { kind: 'srgb' }, 3).space).toBe('srgb');
    expect(ownSpace(new Uint8Array(40), { kind: 'srgb' }, 3).space).toBe('srgb');
    expect(ownSpace(null, { kind: 'linear' }, 3)).toEqual({ space: null, toSrgb: null });
  });
});
