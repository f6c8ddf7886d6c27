import { describe, expect, it } from 'vitest';
import {
  covers,
  FIT,
  fitScale,
  panBy,
  placement,
  planRequest,
  settle,
  toPicture,
  toStage,
  visible,
  zoomBy,
  zoomStep,
  zoomTo,
} from './viewport.ts';

const picture = { w: 12000, h: 8000 };
const stage = { w: 1200, h: 600 };

describe('viewport', () => {
  it('fits the whole picture, centred, with padding', () => {
    expect(fitScale(picture, stage)).toBeCloseTo(0.075, 9);
    expect(placement(FIT, picture, stage)).toEqual({ x: 150, y: 0, w: 900, h: 600 });
    expect(placement(FIT, picture, stage, 30)).toEqual({ x: 195, y: 30, w: 810, h: 540 });
  });

  it('keeps the point under the pointer while zooming', () => {
    const at = { x: 400, y: 120 };
    const before = toPicture(at, placement(FIT, picture, stage));
    const vp = zoomTo(FIT, 1, at, picture, stage);
    const after = toPicture(at, placement(vp, picture, stage));
    // Placement is on whole pixels, so within half a picture pixel.
    expect(Math.abs(after.x - before.x) * picture.w).toBeLessThanOrEqual(0.5);
    expect(Math.abs(after.y - before.y) * picture.h).toBeLessThanOrEqual(0.5);
    const twice = zoomBy(vp, 2, at, picture, stage);
    expect(twice.zoom).toBe(2);
    expect(toStage(before, placement(twice, picture, stage)).x).toBeCloseTo(400, -0.5);
  });

  it('becomes fit again when zoomed out to or below it, and stops at 16', () => {
    const vp = zoomTo(FIT, 1, { x: 0, y: 0 }, picture, stage);
    expect(zoomBy(vp, 0.001, { x: 0, y: 0 }, picture, stage)).toEqual(FIT);
    expect(zoomBy(vp, 1000, { x: 600, y: 300 }, picture, stage).zoom).toBe(16);
  });

  it('climbs and descends a ladder of round scales', () => {
    let vp = zoomStep(FIT, 1, picture, stage);
    expect(vp.zoom).toBeCloseTo(1 / 12, 9);
    vp = zoomTo(vp, 1, { x: 600, y: 300 }, picture, stage);
    expect(zoomStep(vp, 1, picture, stage).zoom).toBe(1.5);
    expect(zoomStep(vp, -1, picture, stage).zoom).toBeCloseTo(2 / 3, 9);
    // A tiny picture fits enlarged; stepping down from there stays fit.
    expect(zoomStep(FIT, -1, { w: 10, h: 10 }, stage)).toEqual(FIT);
  });

  it('never leaves a gap at an edge, and centres an axis that fits', () => {
    const vp = { zoom: 1, cx: 0, cy: 0 };
    const box = placement(settle(vp, picture, stage), picture, stage);
    expect(box.x).toBe(0);
    expect(box.y).toBe(0);
    const flat = { w: 12000, h: 100 };
    expect(settle({ zoom: 1, cx: 0.5, cy: 0.9 }, flat, stage).cy).toBe(0.5);
  });

  it('pans by device pixels and not at all in fit', () => {
    const vp = zoomTo(FIT, 1, { x: 600, y: 300 }, picture, stage);
    const a = placement(vp, picture, stage);
    const b = placement(panBy(vp, 100, -50, picture, stage), picture, stage);
    expect(b.x - a.x).toBeCloseTo(100, 6);
    expect(b.y - a.y).toBeCloseTo(-50, 6);
    expect(panBy(FIT, 100, 0, picture, stage)).toEqual(FIT);
  });

  it('asks at 1:1 for exactly the visible pixels', () => {
    const vp = zoomTo(FIT, 1, { x: 600, y: 300 }, picture, stage);
    const plan = planRequest(placement(vp, picture, stage), picture, stage, { fluid: false });
    expect(plan.maxWidth).toBe(1200);
    expect(plan.maxHeight).toBe(600);
    expect(plan.view.w * picture.w).toBeCloseTo(1200, 6);
    expect((plan.view.x * picture.w) % 1).toBeCloseTo(0, 6);
  });

  it('adds a margin when asked, but not beyond the picture', () => {
    const vp = { zoom: 1, cx: 0, cy: 0.5 };
    const plan = planRequest(placement(vp, picture, stage), picture, stage, { fluid: false, margin: 0.1 });
    expect(plan.view.x).toBe(0);
    expect(plan.view.w * picture.w).toBeCloseTo(1320, 6);
    expect(plan.view.h * picture.h).toBeCloseTo(720, 6);
  });

  it('asks for a fit at device resolution and for a drag at no more than 1600', () => {
    const big = { w: 3840, h: 2160 };
    const box = placement(FIT, picture, big);
    expect(planRequest(box, picture, big, { fluid: false })).toMatchObject({
      maxWidth: 3240,
      maxHeight: 2160,
    });
    const fluid = planRequest(box, picture, big, { fluid: true });
    expect(fluid.maxWidth).toBe(1600);
    expect(fluid.maxHeight).toBe(1067);
    expect(fluid.view).toEqual({ x: 0, y: 0, w: 1, h: 1 });
  });

  it('never asks for more pixels than the picture has', () => {
    const vp = zoomTo(FIT, 8, { x: 600, y: 300 }, picture, stage);
    const plan = planRequest(placement(vp, picture, stage), picture, stage, { fluid: false });
    expect(plan.maxWidth).toBeLessThanOrEqual(151);
    expect(plan.maxWidth).toBeGreaterThanOrEqual(150);
  });

  it('knows the visible part and what covers it', () => {
    expect(visible({ x: -100, y: 50, w: 400, h: 400 }, { w: 200, h: 200 })).toEqual({
      x: 0.25,
      y: 0,
      w: 0.5,
      h: 0.375,
    });
    expect(covers({ x: 0, y: 0, w: 1, h: 1 }, { x: 0.2, y: 0.2, w: 0.5, h: 0.8 })).toBe(true);
    expect(covers({ x: 0.3, y: 0, w: 0.7, h: 1 }, { x: 0.2, y: 0.2, w: 0.5, h: 0.5 })).toBe(false);
  });
});
