/** Films are recognised and described here; their frames are decoded by ffmpeg in the engine, never in this layer. */
import type { FileSource } from './bytes.ts';
import { isoDate } from './facts.ts';
import { readTags } from './exiftool.ts';
import type { Inspected } from './inspect.ts';

/** Size and dates of a film, from its container's metadata; 0 × 0 where the container does not say. */
export async function videoFacts(source: FileSource): Promise<Pick<Inspected, 'info' | 'curve' | 'route'>> {
  const tags = await readTags(source.path, [
    'ImageWidth',
    'ImageHeight',
    'Make',
    'Model',
    'Software',
    'CreateDate',
    'DateTimeOriginal',
  ]).catch((): Record<string, string> => ({}));
  const number = (key: string): number => Number.parseInt(tags[key] ?? '', 10) || 0;
  return {
    curve: { kind: 'srgb' },
    route: { by: 'none' },
    info: {
      format: 'video',
      width: number('ImageWidth'),
      height: number('ImageHeight'),
      bits: 8,
      channels: 3,
      pages: 1,
      infrared: null,
      orientation: 1,
      dpi: null,
      iccName: null,
      make: tags.Make ?? null,
      model: tags.Model ?? null,
      software: tags.Software ?? null,
      dateTimeOriginal: isoDate(tags.DateTimeOriginal ?? null),
      dateTimeDigitized: isoDate(tags.CreateDate ?? null),
      cameraExposure: null,
      saysNegative: null,
      curveReason: 'film, curve of its codec',
      bytes: source.size,
      modifiedMs: source.modifiedMs,
    },
  };
}
