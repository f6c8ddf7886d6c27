/**
 * Paints the frames of a feed onto the stage: overview scaled, detail over it, one or two layers. Bitmaps are
 * small canvases in the display's colour space, so that the browser's colour management shows the numbers the
 * engine computed. Zoomed beyond two screen pixels per picture pixel, pixels are shown as squares.
 */
import type { PixelsAnswer, Space } from '../ports.ts';
import type { LayerFrames } from '../logic/feed.ts';
import type { Box, Size } from '../logic/viewport.ts';

export type Bitmap = CanvasImageSource & { width: number; height: number };

/** Whether this display shows more than sRGB; then previews are asked for and painted in Display P3. */
export function displaySpace(): Space {
  return window.matchMedia('(color-gamut: p3)').matches ? 'display-p3' : 'srgb';
}

/** The answer of the pixel path as a canvas of its size in its colour space. */
export function toBitmap(answer: PixelsAnswer, space: Space): Bitmap {
  const { width, height } = answer.header;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { colorSpace: space, alpha: false });
  context?.putImageData(new ImageData(answer.rgba, width, height, { colorSpace: space }), 0, 0);
  return canvas;
}

type Context = CanvasRenderingContext2D;

function paintLayer(
  context: Context,
  frames: LayerFrames<Bitmap>,
  box: Box,
  pictureWidth: number,
  squares: boolean,
): boolean {
  const { overview, detail } = frames;
  if (!overview && !detail) return false;
  context.imageSmoothingQuality = 'high';
  // A detail of the whole picture hides the overview (it may be the very same frame).
  const hidden = detail !== null && detail.view.w > 0.999 && detail.view.h > 0.999;
  for (const frame of hidden ? [detail] : [overview, detail]) {
    if (!frame) continue;
    const x = box.x + frame.view.x * box.w;
    const y = box.y + frame.view.y * box.h;
    const w = frame.view.w * box.w;
    const h = frame.view.h * box.h;
    // Real pixels as squares; a frame that is merely coarse (while something loads) is smoothed instead.
    const perPixel = box.w / pictureWidth;
    context.imageSmoothingEnabled = !(
      squares &&
      perPixel >= 2 &&
      Math.abs(w / frame.width - perPixel) < 0.01
    );
    const exact = Math.abs(w - frame.width) < 1.01 && Math.abs(h - frame.height) < 1.01;
    if (exact) context.drawImage(frame.bitmap, Math.round(x), Math.round(y));
    else context.drawImage(frame.bitmap, x, y, w, h);
  }
  return true;
}

export interface Scene {
  after: LayerFrames<Bitmap>;
  before: LayerFrames<Bitmap>;
  /** Size of one pane; in 'side' the canvas is two panes and a gap wide. */
  pane: Size;
  gap: number;
  box: Box;
  pictureWidth: number;
  /** Whether pixels may be shown as squares: not while a small picture merely fills the stage. */
  squares: boolean;
  mode: 'after' | 'before' | 'split' | 'side';
  /** Divider of the split, 0..1 of the pane's width. */
  divider: number;
}

/** Paints one scene; leaves the canvas alone when there is nothing to show yet (no flash between pictures). */
export function paint(canvas: HTMLCanvasElement, space: Space, scene: Scene): void {
  const context = canvas.getContext('2d', { colorSpace: space });
  if (!context) return;
  const has = (f: LayerFrames<Bitmap>) => f.overview !== null || f.detail !== null;
  if (!has(scene.after) && !has(scene.before)) return;
  context.clearRect(0, 0, canvas.width, canvas.height);
  const clipped = (x: number, width: number, draw: () => void) => {
    context.save();
    context.beginPath();
    context.rect(x, 0, width, canvas.height);
    context.clip();
    draw();
    context.restore();
  };
  const { after, before, box, pictureWidth, squares } = scene;
  if (scene.mode === 'side') {
    const left = scene.pane.w;
    clipped(0, left, () => paintLayer(context, before, box, pictureWidth, squares));
    const shifted = { ...box, x: box.x + left + scene.gap };
    clipped(left + scene.gap, left, () => paintLayer(context, after, shifted, pictureWidth, squares));
    return;
  }
  if (scene.mode !== 'before' || !has(before)) paintLayer(context, after, box, pictureWidth, squares);
  if (scene.mode === 'before') paintLayer(context, before, box, pictureWidth, squares);
  if (scene.mode === 'split')
    clipped(0, Math.round(scene.divider * scene.pane.w), () =>
      paintLayer(context, before, box, pictureWidth, squares),
    );
}
