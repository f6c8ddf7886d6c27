/**
 * Draws marks over the picture at once, before the preview knows of them. What a mark does is told by its pattern as
 * well as by its colour: damage is filled, what is spared is hatched and dashed, a source is tied to its place by a
 * line. Light lines have dark edges, so that they are seen on any ground.
 */
import { longSide, onPicture, widthOnScan, type Place } from '../../../app/place.ts';
import type { Mark } from '../../../app/recipe/marks.ts';
import { isOutline, pathOf, takesSource, type MarkHandTool } from '../logic/marks.ts';
import type { Box, Point } from '../logic/viewport.ts';

export interface MarksScene {
  place: Place;
  /** Where the picture lies on the stage, CSS pixels, and device pixels for each of them. */
  box: Box;
  ratio: number;
  marks: readonly Mark[];
  /** Not in the preview yet: filled. */
  fresh: ReadonlySet<Mark>;
  /** Every mark has its outline shown (the hand that chooses). */
  outlines: boolean;
  chosen: number | null;
  /** The stroke under way, scan pixels. */
  stroke: readonly Point[];
  tool: MarkHandTool;
  /** Half a stroke's width, scan pixels. */
  radius: number;
  /** Where the tool in hand takes from, scan pixels. */
  source: Point | null;
}

const DAMAGE = 'rgba(255, 91, 55, 0.5)';
const SPARED = 'rgba(86, 180, 233, 0.55)';
const TAKEN = 'rgba(255, 255, 255, 0.4)';
const LIGHT = '#ffffff';
const DARK = 'rgba(0, 0, 0, 0.75)';

/** CSS pixels of the stage for one pixel of the scan. */
export function cssPerScanPixel(place: Place, box: Box): number {
  return box.w / Math.max(1e-6, widthOnScan(place));
}

/** A point of the scan (its pixels) on the stage (CSS pixels), and back. */
export function toCss(place: Place, box: Box, p: Point): Point {
  const shown = onPicture(place, { x: p.x / place.width, y: p.y / place.height });
  return { x: box.x + shown.x * box.w, y: box.y + shown.y * box.h };
}

const fillOf = (tool: MarkHandTool): string =>
  tool === 'erase' || tool === 'spare' ? SPARED : takesSource(tool) ? TAKEN : DAMAGE;
const dashOf = (tool: MarkHandTool): number[] => (tool === 'erase' || tool === 'spare' ? [5, 4] : []);

/** Paints one scene onto a canvas of `box.ratio` device pixels. */
export function paintMarks(canvas: HTMLCanvasElement, scene: MarksScene): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const { place, box, marks, fresh, outlines, chosen, stroke, tool, source } = scene;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.scale(scene.ratio, scene.ratio);
  context.lineCap = 'round';
  context.lineJoin = 'round';
  const scale = cssPerScanPixel(place, box);
  const css = (path: readonly Point[]) => path.map((p) => toCss(place, box, p));

  const trace = (path: readonly Point[], closed: boolean) => {
    context.beginPath();
    path.forEach((p, i) => (i === 0 ? context.moveTo(p.x, p.y) : context.lineTo(p.x, p.y)));
    if (path.length === 1) context.lineTo(path[0].x + 0.01, path[0].y);
    if (closed) context.closePath();
  };
  const fill = (of: MarkHandTool, path: readonly Point[], width: number) => {
    trace(path, isOutline(of));
    if (isOutline(of)) {
      context.fillStyle = fillOf(of);
      context.fill();
    } else {
      context.strokeStyle = fillOf(of);
      context.lineWidth = Math.max(2, width);
      context.stroke();
    }
  };
  const outline = (of: MarkHandTool, path: readonly Point[], strong: boolean) => {
    trace(path, isOutline(of));
    for (const [style, width] of [
      [DARK, strong ? 4 : 3],
      [LIGHT, strong ? 2 : 1],
    ] as const) {
      context.setLineDash(style === LIGHT ? dashOf(of) : []);
      context.strokeStyle = style;
      context.lineWidth = width;
      context.stroke();
    }
    context.setLineDash([]);
  };
  const ring = (p: Point, r: number, dashed = false) => {
    for (const [style, width] of [
      [DARK, 3],
      [LIGHT, 1.5],
    ] as const) {
      context.beginPath();
      context.setLineDash(dashed && style === LIGHT ? [3, 3] : []);
      context.arc(p.x, p.y, r, 0, 2 * Math.PI);
      context.strokeStyle = style;
      context.lineWidth = width;
      context.stroke();
    }
    context.setLineDash([]);
  };

  marks.forEach((mark, i) => {
    const path = css(pathOf(mark, place));
    const width = 2 * mark.radius * longSide(place) * scale;
    if (fresh.has(mark)) fill(mark.tool, path, width);
    if (outlines || i === chosen) outline(mark.tool, path, i === chosen);
    if (i === chosen && !isOutline(mark.tool) && path.length === 1) ring(path[0], Math.max(4, width / 2));
    if (i !== chosen || !mark.from) return;
    const [from] = css(pathOf(mark, place, true));
    outline('line', [path[0], from], false);
    ring(from, Math.max(6, width / 2), true);
  });
  if (stroke.length > 0) {
    const path = css(stroke);
    fill(tool, path, 2 * scene.radius * scale);
    if (isOutline(tool)) outline(tool, path, false);
  }
  if (source && takesSource(tool)) {
    const at = toCss(place, box, source);
    ring(at, Math.max(6, scene.radius * scale), true);
    for (const [style, width] of [
      [DARK, 3],
      [LIGHT, 1.5],
    ] as const) {
      context.beginPath();
      context.moveTo(at.x - 5, at.y);
      context.lineTo(at.x + 5, at.y);
      context.moveTo(at.x, at.y - 5);
      context.lineTo(at.x, at.y + 5);
      context.strokeStyle = style;
      context.lineWidth = width;
      context.stroke();
    }
  }
}
