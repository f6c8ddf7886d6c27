import { describe, expect, it } from 'vitest';
import { defaultDevelopParams, allSteps, type DevelopRecipe } from '../../../app/recipe/develop.ts';
import type { StepSpec } from '../../../app/recipe/spec.ts';
import { conflicts } from '../../shortcuts.ts';
import { lightboxCommands } from '../commands.ts';
import { setParam } from './controls.ts';
import { startCrop, tiltOf } from './crop.ts';
import { addFrame, editFrame, finishFrames, readingOrder, removeFrame, splitFrame } from './frames.ts';
import { flatGeometry, rotated } from './geometry.ts';
import { pinchOf, wheelFactor } from './gesture.ts';
import { histogramHeights, histogramPath, histogramRange } from './histogram.ts';
import { readLabel, setLabel } from './labels.ts';
import { meanColour, patchAt } from './pickneutral.ts';
import { centreOn, layoutStrip, stripRange, stripWith } from './strip.ts';
import { baseDensity, swatchColour } from './swatch.ts';
import { allKeys, pasteKeys, presetTicks, stepTick, syncKeys, tickStep } from './sync.ts';

const steps = allSteps as readonly StepSpec[];
const recipe: DevelopRecipe = { action: 'develop', version: 1, params: defaultDevelopParams() };
const scan = { w: 6000, h: 2000 };
const frame = (x: number, y: number, w = 0.2, h = 0.4) => ({ x, y, w, h, angle: 0 });

describe('frames on a scan', () => {
  it('are read row by row, however they were found', () => {
    const found = [frame(0.6, 0.52), frame(0.1, 0.02), frame(0.6, 0), frame(0.1, 0.5)];
    expect(readingOrder(found).map((f) => [f.x, f.y])).toEqual([
      [0.1, 0.02],
      [0.6, 0],
      [0.1, 0.5],
      [0.6, 0.52],
    ]);
  });

  it('are added beside the last, split along the longer side, and never all removed', () => {
    const two = addFrame([frame(0.1, 0.1)]);
    expect(two[1]).toMatchObject({ y: 0.1, w: 0.2, h: 0.4 });
    expect(two[1].x).toBeCloseTo(0.31);
    expect(addFrame([frame(0.75, 0.1)])[1]).toMatchObject({ x: 0.75 });
    // 0.2 of 6000 is 1200 px, 0.4 of 2000 is 800: the longer side is the width.
    const split = splitFrame([frame(0.1, 0.1)], 0, scan);
    expect(split.map((f) => [f.w, f.h])).toEqual([
      [0.1, 0.4],
      [0.1, 0.4],
    ]);
    expect(split[1].x).toBeCloseTo(0.2);
    expect(removeFrame(split, 0)).toHaveLength(1);
    expect(removeFrame([frame(0, 0)], 0)).toHaveLength(1);
  });

  it('keep their tilt when edited, and stay on the scan when saved', () => {
    const tilted = [{ ...frame(0.1, 0.1), angle: 2 }, frame(0.5, 0.1)];
    const moved = editFrame(tilted, 0, 'move', 0.05, 0, scan);
    expect(moved[0]).toMatchObject({ angle: 2 });
    expect(moved[0].x).toBeCloseTo(0.15);
    expect(moved[1]).toEqual(tilted[1]);
    expect(finishFrames([frame(0.95, -0.1)])[0]).toMatchObject({ x: 0.8, y: 0, w: 0.2, h: 0.4 });
  });
});

describe('crop', () => {
  it('starts from the picture found, in the chosen format, else from the whole scan', () => {
    const found = { x: 0.1, y: 0.1, w: 0.5, h: 0.8, angle: 1 };
    expect(startCrop(recipe.params.frame, found, scan)).toMatchObject({ x: 0.1, w: 0.5 });
    expect(startCrop(recipe.params.frame, null, scan)).toEqual({ x: 0, y: 0, w: 1, h: 1 });
    const square = startCrop({ ...recipe.params.frame, format: '1:1' }, found, scan);
    expect((square.w * scan.w) / (square.h * scan.h)).toBeCloseTo(1, 9);
    const own = { x: 0.3, y: 0.3, w: 0.1, h: 0.1 };
    expect(startCrop({ ...recipe.params.frame, crop: own }, found, scan)).toEqual(own);
  });

  it('tilts with the found frame against straightening, the other way when mirrored', () => {
    const found = { x: 0, y: 0, w: 1, h: 1, angle: 1 };
    const f = { ...recipe.params.frame, straighten: 2 };
    expect(tiltOf(f, found, 1)).toBe(-1);
    // On the mirrored view: the found tilt the other way, straightening as seen.
    expect(tiltOf({ ...f, mirror: true }, found, -1)).toBe(-3);
    expect(tiltOf({ ...f, format: 'none' }, found, 1)).toBe(-2);
  });

  it('turns by quarters; flat geometry has no crop but stays upright', () => {
    expect(rotated('0', -1)).toBe('270');
    expect(rotated('270', 1)).toBe('0');
    const r = setParam(setParam(recipe, 'frame', 'rotate', '90'), 'print', 'grade', 4);
    const flat = flatGeometry(r);
    expect(flat.params.frame).toMatchObject({ rotate: '90', format: 'none', crop: null });
    expect(flat.params.print.grade).toBe(4);
    expect(r.params.frame.rotate).toBe('90');
  });
});

describe('histogram', () => {
  const counts = new Array<number>(768).fill(0);
  counts[0] = 1_000_000;
  counts[100] = 400;
  counts[256 + 100] = 100;
  it('scales by the inner bins, by square root, and leaves clipped pixels at the top', () => {
    const [r, g] = histogramHeights(counts);
    expect(r[100]).toBe(1);
    expect(g[100]).toBe(0.5);
    expect(r[0]).toBe(1);
    expect(histogramRange(counts)).toEqual({ from: 0, to: 100 });
    expect(histogramRange(new Array<number>(768).fill(0))).toBeNull();
    expect(histogramHeights([1, 2])[0]).toHaveLength(256);
  });
  it('draws a closed path in its box', () => {
    expect(histogramPath([0, 1, 0.5], 20, 10)).toBe('M0 10L0 10L10 0L20 5L20 10Z');
  });
});

describe('labels', () => {
  const t = (key: string, values?: Record<string, string>) =>
    values ? `${key}(${Object.values(values).join()})` : key;
  it('write a change as a code and read it in any language', () => {
    const label = setLabel('lights', 'exposure', 0.35);
    expect(label).toBe('set:lights.exposure=0.35');
    expect(readLabel(label, t, 'en')).toBe('params.lights.exposure.label +0.35\u00a0EV');
    expect(readLabel(label, t, 'es')).toContain('+0,35');
    expect(readLabel(setLabel('film', 'film', 'c41'), t, 'en')).toBe(
      'params.film.film.label: params.film.film.options.c41',
    );
    expect(readLabel(setLabel('dust', 'on', false), t, 'en')).toContain('labels.off');
    expect(readLabel(setLabel('frame', 'crop', null), t, 'en')).toContain('lightbox.automatic');
    expect(readLabel('reset:print', t, 'en')).toBe('lightbox.history.labels.reset(params.print.title)');
  });
  it('leave words alone that are no code', () => {
    expect(readLabel('Sync: film, lights.red', t, 'en')).toBe('Sync: film, lights.red');
    expect(readLabel('set:gone.param=1', t, 'en')).toBe('set:gone.param=1');
  });
});

describe('what is synced', () => {
  it('sends a whole step by its name, parts by their keys', () => {
    let ticks = presetTicks(steps, recipe, 'none');
    expect(syncKeys(steps, ticks)).toEqual([]);
    ticks = tickStep(steps[3], ticks, true);
    ticks = { ...ticks, 'lights.red': true };
    expect(syncKeys(steps, ticks)).toEqual(['lights.red', 'print']);
    expect(stepTick(steps[2], ticks)).toBe('some');
    expect(syncKeys(steps, presetTicks(steps, recipe, 'all'))).toEqual(allSteps.map((s) => s.id));
  });
  it('knows what the roll shares and what was changed', () => {
    const roll = syncKeys(steps, presetTicks(steps, recipe, 'roll'));
    expect(roll).toContain('film');
    expect(roll).not.toContain('lights');
    expect(roll).not.toContain('lights.exposure');
    expect(roll).not.toContain('frame.crop');
    const changed = setParam(recipe, 'lights', 'blue', -5);
    expect(syncKeys(steps, presetTicks(steps, changed, 'changed'))).toEqual(['lights.blue']);
  });
  it('pastes only what was named', () => {
    const from = setParam(setParam(recipe, 'print', 'grade', 4), 'lights', 'red', 9);
    const pasted = pasteKeys(steps, from, recipe, ['print']);
    expect(pasted.params.print.grade).toBe(4);
    expect(pasted.params.lights.red).toBe(0);
    const keys = allKeys(steps).filter((k) => k !== 'frame.crop');
    const crop = setParam(from, 'frame', 'crop', { x: 0, y: 0, w: 1, h: 0.5 });
    expect(pasteKeys(steps, crop, recipe, keys).params.frame.crop).toBeNull();
  });
});

describe('film-strip', () => {
  it('loses and gains the pictures of one scan where they were', () => {
    const strip = [1, 20, 21, 22, 5];
    const ofScan = (id: number) => id >= 20;
    expect(stripWith(strip, [20, 22], ofScan)).toEqual([1, 20, 22, 5]);
    expect(stripWith(strip, [20, 21, 22, 23], ofScan)).toEqual([1, 20, 21, 22, 23, 5]);
    expect(stripWith([1, 5], [20], ofScan)).toEqual([1, 5, 20]);
  });
  const layout = layoutStrip([100, 50, 100, 50, 100], 10, 12);
  it('lays frames out in their shapes', () => {
    expect([...layout.offsets]).toEqual([12, 122, 182, 292, 352, 464]);
  });
  it('draws only what is looked at', () => {
    expect(stripRange(layout, 0, 100, 0)).toEqual({ from: 0, to: 1 });
    expect(stripRange(layout, 130, 60, 0)).toEqual({ from: 1, to: 3 });
    expect(stripRange(layout, 0, 100, 2)).toEqual({ from: 0, to: 3 });
    expect(stripRange(layout, 9999, 100, 0)).toEqual({ from: 4, to: 5 });
    expect(stripRange(layoutStrip([], 10, 12), 0, 100, 3)).toEqual({ from: 0, to: 0 });
    const many = layoutStrip(new Array<number>(20_000).fill(90), 6, 12);
    const range = stripRange(many, 500_000, 1200, 6);
    expect(range.to - range.from).toBeLessThan(30);
  });
  it('brings a frame to the middle, as far as the ends allow', () => {
    expect(centreOn(layout, 2, 100)).toBe(182);
    expect(centreOn(layout, 0, 100)).toBe(12);
    expect(centreOn(layout, 0, 400)).toBe(0);
    expect(centreOn(layout, 4, 200)).toBe(264);
    expect(centreOn(layout, -1, 100)).toBe(0);
  });
});

describe('gestures', () => {
  it('zoom in when the wheel goes up, as much as out when it goes down', () => {
    expect(wheelFactor(-100, 0, false)).toBeCloseTo(1.197, 2);
    expect(wheelFactor(-100, 0, false) * wheelFactor(100, 0, false)).toBeCloseTo(1, 9);
    expect(wheelFactor(-3, 1, false)).toBeCloseTo(wheelFactor(-99, 0, false), 9);
    expect(wheelFactor(-1e6, 0, true)).toBeLessThan(25);
  });
  it('read a pinch', () => {
    const p = pinchOf(
      [
        { x: 0, y: 0 },
        { x: 100, y: 0 },
      ],
      [
        { x: 0, y: 10 },
        { x: 200, y: 10 },
      ],
    );
    expect(p).toEqual({ factor: 2, at: { x: 100, y: 10 }, dx: 50, dy: 10 });
    expect(
      pinchOf(
        [
          { x: 0, y: 0 },
          { x: 0, y: 0 },
        ],
        [
          { x: 0, y: 0 },
          { x: 50, y: 0 },
        ],
      ).factor,
    ).toBe(1);
  });
});

describe('neutral patch', () => {
  it('is square in pixels and stays on the picture', () => {
    const box = patchAt({ x: 1, y: 0.5 }, { w: 6000, h: 4000 });
    expect(box.x + box.w).toBeCloseTo(1, 9);
    expect(box.w * 6000).toBeCloseTo(box.h * 4000, 6);
    expect(box.y + box.h / 2).toBeCloseTo(0.5, 9);
  });
  it('is judged by its mean', () => {
    expect(meanColour([10, 20, 30, 255, 20, 40, 60, 255])).toEqual([15, 30, 45]);
  });
});

describe('film base', () => {
  it('shows as a colour and as densities', () => {
    expect(swatchColour([1, 1, 1], 1)).toBe('rgb(255 255 255)');
    expect(swatchColour([0.5, 0.25, 0], 1)).toBe('rgb(255 188 0)');
    expect(baseDensity([1, 0.1, 0.01])).toEqual([0, 1, 2]);
    expect(Number.isFinite(baseDensity([0, 0, 0])[0])).toBe(true);
  });
});

describe('commands', () => {
  it('have keys of their own', () => {
    expect(conflicts({}, [...lightboxCommands])).toEqual([]);
    expect(lightboxCommands.every((c) => c.key !== '')).toBe(true);
  });
});
