import { describe, expect, it } from 'vitest';
import type { PixelsRequest } from '../../../app/contract/pixels.ts';
import { defaultDevelopParams, type DevelopRecipe } from '../../../app/recipe/develop.ts';
import type { PixelsAnswer } from '../ports.ts';
import { setParam } from './controls.ts';
import { Feed, type Wish } from './feed.ts';
import { FIT, placement, zoomTo, type Size, type Viewport } from './viewport.ts';

const recipe: DevelopRecipe = { action: 'develop', version: 1, params: defaultDevelopParams() };
const full: Size = { w: 12000, h: 8000 };
const stage: Size = { w: 1200, h: 800 };

/** An engine that answers when told, at the size asked for, from a picture of `full` size. */
function bench() {
  const asked: PixelsRequest[] = [];
  const waiting: (() => void)[] = [];
  const errors: unknown[] = [];
  const frames: string[] = [];
  let size = full;
  let pending: string[] = [];
  const feed = new Feed<string>({
    fetch: (request) =>
      new Promise((resolve, reject) => {
        asked.push(request);
        waiting.push(() => {
          if (request.itemId === 666) return reject(new Error('engine gone'));
          const answer: PixelsAnswer = {
            header: {
              width: request.maxWidth,
              height: request.maxHeight,
              fullWidth: size.w,
              fullHeight: size.h,
              histogram: [],
              clippedWhite: 0,
              clippedBlack: 0,
              ms: 1,
              pending,
            },
            rgba: new Uint8ClampedArray(0),
          };
          resolve(answer);
        });
      }),
    bitmap: () => `bitmap ${asked.length}`,
    failed: (e) => errors.push(e),
    busy: () => undefined,
  });
  feed.onChange((layer) => frames.push(layer));
  const answer = async () => {
    waiting.shift()?.();
    await new Promise((r) => setTimeout(r, 0));
  };
  const wish = (change: Partial<Wish> & { viewport?: Viewport } = {}): Wish => {
    const { viewport = FIT, ...rest } = change;
    return {
      itemId: 1,
      recipe,
      show: 'developed',
      geometry: true,
      before: null,
      fluid: false,
      space: 'srgb',
      stage,
      picture: full,
      box: placement(viewport, full, stage),
      ...rest,
    };
  };
  return {
    feed,
    asked,
    waiting,
    errors,
    frames,
    answer,
    wish,
    setSize: (s: Size) => (size = s),
    pend: (steps: string[]) => (pending = steps),
  };
}

describe('feed', () => {
  it('asks once for what it has not, and not at all for what it has', async () => {
    const b = bench();
    b.feed.start(1);
    b.feed.want(b.wish());
    b.feed.want(b.wish());
    expect(b.asked).toHaveLength(1);
    expect(b.asked[0]).toMatchObject({ maxWidth: 1200, maxHeight: 800, show: 'developed' });
    await b.answer();
    b.feed.want(b.wish());
    expect(b.asked).toHaveLength(1);
    expect(b.feed.picture).toEqual(full);
    expect(b.feed.layers.after.detail).toBe(b.feed.layers.after.overview);
  });

  it('follows a slider with one request in flight, keeping the old frame until the new one is there', async () => {
    const b = bench();
    b.feed.start(1);
    b.feed.want(b.wish());
    await b.answer();
    const old = b.feed.layers.after.detail;
    for (const e of [0.1, 0.2, 0.3])
      b.feed.want(b.wish({ recipe: setParam(recipe, 'lights', 'exposure', e), fluid: true }));
    expect(b.asked).toHaveLength(2);
    expect(b.feed.layers.after.detail).toBe(old);
    await b.answer();
    expect(b.feed.layers.after.detail).not.toBe(old);
    expect(b.asked[2].recipe).toMatchObject({ params: { lights: { exposure: 0.3 } } });
    await b.answer();
    expect(b.asked).toHaveLength(3);
    expect(b.frames).toEqual(['after', 'after', 'after']);
  });

  it('asks again at full size when the slider rests on a large stage', async () => {
    const b = bench();
    const large = { w: 3000, h: 2000 };
    const at = (fluid: boolean) => b.wish({ fluid, stage: large, box: placement(FIT, full, large) });
    b.feed.start(1);
    b.feed.want(at(true));
    expect(b.asked[0].maxWidth).toBe(1600);
    await b.answer();
    b.feed.want(at(true));
    expect(b.asked).toHaveLength(1);
    b.feed.want(at(false));
    expect(b.asked[1].maxWidth).toBe(3000);
  });

  it('asks only for the visible part of a large scan at 1:1, then for an overview', async () => {
    const b = bench();
    b.feed.start(1);
    const viewport = zoomTo(FIT, 1, { x: 600, y: 400 }, full, stage);
    b.feed.want(b.wish({ viewport }));
    expect(b.asked[0].maxWidth).toBeLessThan(1600);
    expect(b.asked[0].view?.w).toBeLessThan(0.13);
    await b.answer();
    b.feed.want(b.wish({ viewport }));
    expect(b.asked[1]).toMatchObject({ view: { x: 0, y: 0, w: 1, h: 1 }, maxWidth: 1200 });
    await b.answer();
    expect(b.feed.layers.after.overview?.view.w).toBe(1);
    expect(b.feed.layers.after.detail?.view.w).toBeLessThan(0.13);
    b.feed.want(b.wish({ viewport }));
    expect(b.asked).toHaveLength(2);
  });

  it('fetches the film after the picture, and only anew when its outline changes', async () => {
    const b = bench();
    b.feed.start(1);
    b.feed.want(b.wish({ before: 'film' }));
    await b.answer();
    await b.answer();
    expect(b.asked.map((r) => r.show)).toEqual(['developed', 'film']);
    b.feed.want(b.wish({ before: 'film', recipe: setParam(recipe, 'lights', 'exposure', 1) }));
    await b.answer();
    expect(b.asked.map((r) => r.show)).toEqual(['developed', 'film', 'developed']);
    b.feed.want(b.wish({ before: 'film', recipe: setParam(recipe, 'frame', 'rotate', '90') }));
    await b.answer();
    await b.answer();
    expect(b.asked.map((r) => r.show)).toEqual(['developed', 'film', 'developed', 'developed', 'film']);
  });

  it('shows what is there while restore steps are at work, and asks until they are in it', async () => {
    const b = bench();
    const restored = setParam(recipe, 'repair', 'on', true);
    b.pend(['repair']);
    b.feed.start(1);
    b.feed.want(b.wish({ recipe: restored }));
    await b.answer();
    expect(b.frames).toEqual(['after']);
    expect(b.feed.layers.after.detail?.bitmap).toBe('bitmap 1');
    await b.answer();
    b.pend([]);
    await b.answer();
    expect(b.asked.map((r) => r.patience)).toEqual([300, 1200, 1200]);
    // Now it serves; nothing more is asked.
    b.feed.want(b.wish({ recipe: restored }));
    expect(b.waiting).toHaveLength(0);
    // A picture that is only developed is waited for, as ever.
    b.feed.want(b.wish());
    expect(b.asked.at(-1)?.patience).toBeUndefined();
  });

  it('drops the answers of the picture that was left', async () => {
    const b = bench();
    b.feed.start(1);
    b.feed.want(b.wish());
    b.feed.start(2);
    b.feed.want(b.wish());
    await b.answer();
    expect(b.feed.layers.after.detail).toBeNull();
    expect(b.asked).toHaveLength(1);
    b.feed.want(b.wish({ itemId: 2 }));
    await b.answer();
    expect(b.feed.layers.after.detail).not.toBeNull();
    expect(b.frames).toEqual(['after']);
  });

  it('takes frames of the old outline away in the moment the new one arrives', async () => {
    const b = bench();
    b.feed.start(1);
    b.feed.want(b.wish({ before: 'film' }));
    await b.answer();
    await b.answer();
    b.setSize({ w: 8000, h: 12000 });
    b.feed.want(b.wish({ before: 'film', recipe: setParam(recipe, 'frame', 'rotate', '90') }));
    expect(b.feed.picture).toEqual(full);
    expect(b.feed.layers.before.detail).not.toBeNull();
    await b.answer();
    expect(b.feed.picture).toEqual({ w: 8000, h: 12000 });
    expect(b.feed.layers.before.detail).toBeNull();
  });

  it('paints a placeholder until the first frame, not after', async () => {
    const b = bench();
    b.feed.start(1);
    b.feed.placeholder('thumb');
    expect(b.feed.layers.after.overview?.bitmap).toBe('thumb');
    b.feed.want(b.wish());
    await b.answer();
    b.feed.placeholder('thumb');
    expect(b.feed.layers.after.overview?.bitmap).not.toBe('thumb');
  });

  it('reports a failure and can be asked again', async () => {
    const b = bench();
    b.feed.start(666);
    b.feed.want(b.wish({ itemId: 666 }));
    await b.answer();
    expect(b.errors).toHaveLength(1);
    b.feed.again();
    expect(b.asked).toHaveLength(2);
    await b.answer();
    b.feed.start(1);
    b.feed.again();
    expect(b.asked).toHaveLength(2);
  });

  it('fetches again after refresh, keeping what is shown meanwhile', async () => {
    const b = bench();
    b.feed.start(1);
    b.feed.want(b.wish());
    await b.answer();
    b.feed.refresh();
    expect(b.feed.layers.after.detail).not.toBeNull();
    expect(b.asked).toHaveLength(2);
  });
});
