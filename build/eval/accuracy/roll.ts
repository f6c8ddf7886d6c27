/**
 * A roll: twelve frames with different scenes and exposures on one film, whose fog differs by a few thousandths
 * of density from frame to frame. Measures how far the base found in each frame lies from the roll's, and the
 * roll's from the truth.
 */
import { rollFog, takeAndScan, type Layout } from '../film/render.ts';
import { type Scanner, scanners } from '../film/scanner.ts';
import { sceneNames } from '../film/scene.ts';
import { colourStocks, type Stock } from '../film/stocks.ts';
import { analysisOf, rollOf, type Told } from './analysis.ts';
import { sceneOf } from './measure.ts';

export interface RollFigures {
  rows: { name: string; frames: number; spread: number; error: number; worst: number }[];
}

const FRAMES = 12;

function oneRoll(
  stock: Stock,
  scanner: Scanner,
  layout: Layout,
  seed: number,
  film: Told['film'],
): RollFigures['rows'][number] {
  const truth = [0, 0, 0];
  const analyses = Array.from({ length: FRAMES }, (_, i) => {
    const scan = takeAndScan({
      scene: sceneOf(sceneNames[(i * 2 + 1) % sceneNames.length], 1 + (i % 3), i % 4 === 0),
      stock,
      scanner,
      light: i % 5 === 4 ? 'D65' : 'D55',
      stops: [0, 0.4, -0.5, 1, 0, -1, 0.7, 0, 1.6, -0.2, 0.3, -0.8][i],
      layout,
      seed: seed * 100 + i,
      fog: rollFog(i, seed),
    });
    scan.base.forEach((b, c) => (truth[c] += Math.log10(b) / FRAMES));
    return analysisOf(scan, scanner, { given: false, film });
  });
  const roll = rollOf(analyses);
  const far = (base: readonly number[], from: readonly number[]) =>
    Math.max(...base.map((b, c) => Math.abs(Math.log10(b) - from[c])));
  const own = roll.base.map((b) => Math.log10(b));
  return {
    name: `${stock.name} / ${scanner.name}, ${layout}${stock.heldOut || scanner.heldOut ? ' *' : ''}`,
    frames: FRAMES,
    spread: Math.max(...analyses.map((a) => far(a.base.rgb, own))),
    error: far(roll.base, truth),
    worst: Math.max(...analyses.map((a) => far(a.base.rgb, truth))),
  };
}

/** Rolls with rebate on four scanners, and one roll of bare pictures. */
export function measureRoll(seed: number, film: Told['film']): RollFigures {
  return {
    rows: [
      ...scanners.map((s, i) => oneRoll(colourStocks[i], s, i % 2 === 0 ? 'strip' : 'rebate', seed, film)),
      oneRoll(colourStocks[colourStocks.length - 1], scanners[0], 'rebate', seed + 1, film),
      oneRoll(colourStocks[1], scanners[0], 'bare', seed + 2, film),
    ],
  };
}
