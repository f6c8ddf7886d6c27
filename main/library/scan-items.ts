/** From a scan to its items: one for each picture on it, with what the file's header and the analysis say. */
import path from 'node:path';
import type { ScanKind } from '../../app/contract/library.ts';
import { say } from '../../app/words/sentences.ts';
import type { DevelopAnalysis } from '../actions/develop/types.ts';
import type { ScanInfo } from '../files/types.ts';
import type { Db } from './database.ts';
import { storeItem, type ScanRow } from './items.ts';
import { cameraName } from './text.ts';

/** Containers of moving pictures; their frames are another action's work. */
const REELS = new Set([
  '.mp4',
  '.m4v',
  '.mov',
  '.mkv',
  '.avi',
  '.webm',
  '.mpg',
  '.mpeg',
  '.mts',
  '.m2ts',
  '.wmv',
  // A frame of a sequence: it stands for all of them.
  '.dpx',
]);

/** One item per frame of the scan (at least one); items of frames that are no more are taken away. Returns ids by frame. */
export function storeFrames(
  db: Db,
  scan: ScanRow,
  info: ScanInfo,
  analysis: DevelopAnalysis | null,
): number[] {
  const frames = analysis?.frames ?? [];
  const count = Math.max(1, frames.length);
  // A camera that scans film writes when it was scanned; only a second, earlier date is the picture's own.
  const scanDate = info.dateTimeDigitized ?? info.dateTimeOriginal;
  const captureDate =
    info.dateTimeOriginal &&
    info.dateTimeDigitized &&
    info.dateTimeOriginal.slice(0, 10) < info.dateTimeDigitized.slice(0, 10)
      ? info.dateTimeOriginal
      : null;
  const turned = info.orientation >= 5;
  const kind: ScanKind = analysis?.kind ?? (isReel(scan.path) ? 'reel' : 'print');
  const ids: number[] = [];
  for (let frame = 0; frame < count; frame++) {
    const rect = frames.length > 1 ? frames[frame].rect : { w: info.width, h: info.height };
    const [w, h] = turned ? [rect.h, rect.w] : [rect.w, rect.h];
    ids.push(
      storeItem(db, {
        scanId: scan.id,
        frame,
        hash: scan.hash,
        path: scan.path,
        kind,
        reasons: analysis?.reasons ?? [say('kind-moving', { extension: path.extname(scan.path) })],
        width: Math.round(w),
        height: Math.round(h),
        bits: info.bits,
        state: analysis ? 'analysed' : 'new',
        camera: cameraName(info.make, info.model),
        scanDate,
        captureDate,
        infrared: info.infrared !== null,
        aspect: w > 0 && h > 0 ? w / h : 4 / 3,
      }),
    );
  }
  db.run('UPDATE items SET deleted_at = ? WHERE scan_id = ? AND frame >= ? AND deleted_at IS NULL', [
    Date.now(),
    scan.id,
    count,
  ]);
  return ids;
}

export const isReel = (file: string): boolean => REELS.has(path.extname(file).toLowerCase());

/** What is known of a reel that nothing here can open. */
export function bareInfo(bytes: number, modifiedMs: number): ScanInfo {
  return {
    format: 'video',
    width: 0,
    height: 0,
    bits: 8,
    channels: 3,
    pages: 1,
    infrared: null,
    orientation: 1,
    dpi: null,
    iccName: null,
    make: null,
    model: null,
    software: null,
    dateTimeOriginal: null,
    dateTimeDigitized: null,
    cameraExposure: null,
    saysNegative: null,
    curveReason: '',
    bytes,
    modifiedMs,
  };
}
