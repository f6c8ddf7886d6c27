/** A change record as an export writes it, for looking at its page and for tests. */
import { defaultDevelopParams, DEVELOP_VERSION } from '../../app/recipe/develop.ts';

/** The record of a frame of a roll: exposure and grade set by hand, dust repaired, the rest automatic. */
export function mockRecord(name: string) {
  const params = defaultDevelopParams();
  params.lights.exposure = 0.35;
  params.lights.red = -4;
  params.print.grade = 2.5;
  params.frame.rotate = '90';
  return {
    what: 'Revelado change record',
    action: 'develop',
    recipeVersion: DEVELOP_VERSION,
    appVersion: '0.1.0',
    source: {
      name,
      sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      width: 6048,
      height: 4024,
    },
    params,
    analysis: {
      kind: 'colour-negative',
      reasons: ['As a whole it is orange, as behind the mask of colour negative film.'],
      warnings: [],
      film: 'c41',
      frames: [{ rect: { x: 120, y: 96, w: 5790, h: 3830 }, angle: 0.3, format: '3:2', confidence: 0.9 }],
      base: { rgb: [0.56, 0.26, 0.15], source: 'rebate', confidence: 0.9 },
      infrared: {
        slope: 0.02,
        usable: true,
        reason: 'The dyes let infrared through (slope 0.02): dust shows alone.',
      },
    },
    roll: { base: [0.56, 0.26, 0.15], baseSpread: [0.004, 0.006, 0.011], exposure: -0.21 },
    frame: 0,
    plan: {
      film: 'c41',
      stock: 'portra',
      base: [0.56, 0.26, 0.15],
      slope: [1.084, 1, 0.941],
      exposure: -0.11,
      lights: [-0.04, 0, 0],
    },
    geometry: { width: 3830, height: 5790 },
    output: { width: 3830, height: 5790, bits: 16, space: 'adobe-rgb', format: 'tiff' },
    masks: [{ name: 'dust', share: 0.0007, places: 214, how: 'infrared, threshold 6 sigma' }],
  };
}
