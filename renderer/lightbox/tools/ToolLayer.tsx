/** The tool in hand, drawn over the picture once the stage shows what the tool works on. */
import { CircularProgress } from '@mui/material';
import { useTranslation } from 'react-i18next';
import { useLightbox } from '../context.ts';
import type { Box, Size } from '../logic/viewport.ts';
import { BaseTool } from './BaseTool.tsx';
import { CropTool } from './CropTool.tsx';
import { FramesTool } from './FramesTool.tsx';
import { HintsTool } from './HintsTool.tsx';
import { MarksTool } from './MarksTool.tsx';
import { NeutralTool } from './NeutralTool.tsx';
import { ShelfContext } from './shelf.ts';
import { StraightenTool } from './StraightenTool.tsx';

export interface ToolLayerProps {
  /** Where the picture lies on the stage, CSS pixels. */
  box: Box;
  picture: Size;
  /** The whole scan is on stage. */
  scan: boolean;
  /** Where the tool's bar goes. */
  shelf: HTMLElement | null;
}

export function ToolLayer({ shelf, ...props }: ToolLayerProps) {
  return (
    <ShelfContext value={shelf}>
      <Hand {...props} />
    </ShelfContext>
  );
}

function Hand({ box, picture, scan }: Omit<ToolLayerProps, 'shelf'>) {
  const { t } = useTranslation();
  const tool = useLightbox((s) => s.tool);
  const auto = useLightbox((s) => s.auto);
  const autoError = useLightbox((s) => s.autoError);
  const place = useLightbox((s) => s.header?.place);
  const shared = { box, picture };
  if (tool === 'neutral' && !scan) return <NeutralTool {...shared} />;
  if (tool === 'straighten' && !scan) return <StraightenTool {...shared} />;
  if (tool === 'marks' && !scan && place) return <MarksTool {...shared} place={place} />;
  if (tool === 'hints' && !scan && place) return <HintsTool {...shared} place={place} />;
  // Crop and frames start from what was found on the scan.
  const found = auto !== null || autoError !== null;
  if (tool === 'base' && scan) return <BaseTool {...shared} />;
  if (tool === 'crop' && scan && found) return <CropTool {...shared} />;
  if (tool === 'frames' && scan && found) return <FramesTool {...shared} />;
  return (
    <CircularProgress
      size={28}
      aria-label={t('lightbox.loading')}
      sx={{ position: 'absolute', left: 'calc(50% - 14px)', top: 'calc(50% - 14px)' }}
    />
  );
}
