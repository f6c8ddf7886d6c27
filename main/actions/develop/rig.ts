/**
 * What kind of device made a scan, as far as its metadata say. Film scanners see each dye in a narrow band of
 * its own; a camera's broad, overlapping bands mix them, which needs a stronger crosstalk matrix.
 */
import type { ScanInfo } from '../../files/types.ts';

export type Rig = 'scanner' | 'camera' | 'unknown';

const SCANNERS =
  /scanner|silverfast|vuescan|plustek|reflecta|pacific image|coolscan|nikon scan|ls-\d|imacon|flextight|noritsu|frontier|sp-?3000|epson|perfection|canoscan|pakon|dimage scan|heidelberg|scitex|howtek/i;

/** Makers of cameras, asked after the scanners (Nikon and Canon made both). */
const CAMERAS =
  /camera|canon|nikon|sony|fujifilm|panasonic|olympus|om digital|leica|pentax|ricoh|hasselblad|phase one|mamiya|sigma|apple|samsung|google/i;

/** The device's kind from make, model, software, format and EXIF exposure. */
export function rigOf(
  info: Pick<ScanInfo, 'make' | 'model' | 'software' | 'format' | 'cameraExposure'>,
): Rig {
  const words = [info.make, info.model, info.software].filter(Boolean).join(' ');
  if (SCANNERS.test(words)) return 'scanner';
  if (CAMERAS.test(words)) return 'camera';
  if (info.format === 'raw' || (info.cameraExposure ?? 0) > 0) return 'camera';
  return 'unknown';
}
