/**
 * Which simulated scans the accuracy script develops. Every stock is scanned by every scanner; the scene turns
 * with them, so that each meets several. Held out of all tuning: one stock, one scanner, one scene.
 */
import { type Scanner, scanners } from '../film/scanner.ts';
import { colourStocks, type Stock } from '../film/stocks.ts';
import type { Layout } from '../film/render.ts';

export interface Case {
  stock: Stock;
  scanner: Scanner;
  scene: string;
  stops: number;
  layout: Layout;
  light: string;
  heldOut: boolean;
}

export const ALL_STOPS = [-2, -1, 0, 1, 2, 3];
const TUNING_SCENES = ['garden', 'studio', 'street', 'workshop'];
export const HELD_OUT_SCENE = 'beach';

export interface Choice {
  stops: readonly number[];
  stock?: string;
  scanner?: string;
  scene?: string;
  light: string;
}

/** The cases of a run: tuning scenes at all exposures, and the held-out scene at the nominal one. */
export function casesOf(choice: Choice): Case[] {
  const cases: Case[] = [];
  colourStocks.forEach((stock, s) => {
    scanners.forEach((scanner, c) => {
      if (choice.stock && stock.name !== choice.stock) return;
      if (choice.scanner && scanner.name !== choice.scanner) return;
      const heldOut = stock.heldOut || scanner.heldOut;
      const add = (scene: string, stops: number, turn: number) => {
        const withRebate: Layout = turn % 2 === 0 ? 'strip' : 'rebate';
        for (const layout of [withRebate, 'bare'] as const)
          cases.push({ stock, scanner, scene, stops, layout, light: choice.light, heldOut });
      };
      choice.stops.forEach((stops, k) =>
        add(choice.scene ?? TUNING_SCENES[(s + 2 * c + k) % TUNING_SCENES.length], stops, s + c + k),
      );
      if (!choice.scene) add(HELD_OUT_SCENE, 0, s + c);
    });
  });
  return cases;
}
