/** How a crop lies on the scan: its first proposal and its tilt, by the conventions of the develop geometry. */
import type { FrameParams } from '../../../app/recipe/develop.ts';
import type { FrameBoundary } from './frames.ts';
import { fitRatio, ratioOf } from './rects.ts';
import type { Box, Size } from './viewport.ts';

/** Where the crop tool starts: the person's crop, else the picture found on the scan (in the chosen format), else all of it. */
export function startCrop(frame: FrameParams | null, found: FrameBoundary | null, scan: Size): Box {
  if (frame?.crop) return { ...frame.crop };
  const area: Box =
    found && frame?.format !== 'none'
      ? { x: found.x, y: found.y, w: found.w, h: found.h }
      : { x: 0, y: 0, w: 1, h: 1 };
  const ratio = frame ? ratioOf(frame.format, area.h * scan.h > area.w * scan.w) : null;
  return ratio ? fitRatio(area, ratio, scan) : area;
}

/**
 * Tilt of the crop on the scan as shown, in degrees, clockwise: that of the found frame (which a mirrored view,
 * `sense` -1, shows the other way), less what straightening turns the finished picture.
 */
export function tiltOf(frame: FrameParams, found: FrameBoundary | null, sense: 1 | -1): number {
  const own = found && frame.format !== 'none' ? found.angle : 0;
  return own * sense - frame.straighten;
}
