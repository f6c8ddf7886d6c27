/**
 * What kind of device made a scan, as far as its metadata say. Film scanners see each dye in a narrow band of
 * its own; a camera's broad, overlapping bands mix them, which needs a stronger crosstalk matrix.
 */
import type { ScanInfo } from '../../files/types.ts';

export type Rig = 'scanner' | 'camera' | 'unknown';

const SCANNERS =
  /silverfast|vuescan|plustek|reflecta|pacific image|coolscan|nikon scan|ls-\d|imacon|flextight|noritsu|frontier|sp-?3000|epson|perfection|canoscan|pakon|dimage scan|heidelberg|scitex|howtek/i;

/** The device's kind from make, model, software, format and EXIF exposure. */
export function rigOf(
  info: Pick<ScanInfo, 'make' | 'model' | 'software' | 'format' | 'cameraExposure'>,
): Rig {
  if (SCANNERS.test([info.make, info.model, info.software].filter(Boolean).join(' '))) return 'scanner';
  if (info.format === 'raw' || (info.cameraExposure ?? 0) > 0) return 'camera';
  return 'unknown';
}
