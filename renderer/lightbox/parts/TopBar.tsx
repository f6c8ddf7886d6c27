/** The bar over the picture: back, what picture this is, undo, compare, overlays, zoom, tools, export. */
import AspectRatio from '@mui/icons-material/AspectRatio';
import ArrowBack from '@mui/icons-material/ArrowBack';
import BlurOn from '@mui/icons-material/BlurOn';
import Colorize from '@mui/icons-material/Colorize';
import Compare from '@mui/icons-material/Compare';
import Crop from '@mui/icons-material/Crop';
import FitScreen from '@mui/icons-material/FitScreen';
import Flip from '@mui/icons-material/Flip';
import IosShare from '@mui/icons-material/IosShare';
import Layers from '@mui/icons-material/CameraRollOutlined';
import Lock from '@mui/icons-material/LockOutlined';
import LockOpen from '@mui/icons-material/LockOpenOutlined';
import Redo from '@mui/icons-material/Redo';
import RotateLeft from '@mui/icons-material/RotateLeft';
import RotateRight from '@mui/icons-material/RotateRight';
import Straighten from '@mui/icons-material/Straighten';
import Undo from '@mui/icons-material/Undo';
import Healing from '@mui/icons-material/HealingOutlined';
import Palette from '@mui/icons-material/PaletteOutlined';
import ViewColumn from '@mui/icons-material/ViewWeekOutlined';
import SideBySide from '@mui/icons-material/SplitscreenOutlined';
import VerticalSplit from '@mui/icons-material/VerticalSplitOutlined';
import ViewSidebar from '@mui/icons-material/ViewSidebarOutlined';
import Warning from '@mui/icons-material/ReportProblemOutlined';
import { Box, Button, Divider, Tooltip, Typography } from '@mui/material';
import { useTranslation } from 'react-i18next';
import { restores } from '../../../app/recipe/restore.ts';
import { isPrint } from '../../../app/recipe/wanted.ts';
import { useLightbox, useSession } from '../context.ts';
import type { Tool } from '../logic/session.ts';
import { canTravel } from '../logic/state.ts';
import type { LightboxActions } from '../useActions.ts';
import { filmTools, positiveTools } from '../logic/state.ts';
import { CommandButton } from './CommandButton.tsx';
import { Judgement } from './Judgement.tsx';
import { useKey } from './useKey.ts';
import { ViewsMenu } from './ViewsMenu.tsx';
import { frameSuffix } from '../../format.ts';

const tools: readonly (readonly [Exclude<Tool, 'none'>, typeof Crop])[] = [
  ['crop', Crop],
  ['straighten', Straighten],
  ['base', Layers],
  ['neutral', Colorize],
  ['frames', ViewColumn],
  ['marks', Healing],
  ['hints', Palette],
];

export function TopBar({ actions }: { actions: LightboxActions }) {
  const { t } = useTranslation();
  const session = useSession();
  const item = useLightbox((s) => s.items[s.id]);
  const id = useLightbox((s) => s.id);
  const ids = useLightbox((s) => s.ids);
  const canUndo = useLightbox((s) => canTravel(s, -1));
  const canRedo = useLightbox((s) => canTravel(s, 1));
  const compare = useLightbox((s) => s.compare);
  const flicker = useLightbox((s) => s.flicker);
  const overlay = useLightbox((s) => s.overlay);
  const tool = useLightbox((s) => s.tool);
  const viewport = useLightbox((s) => s.viewport);
  const keepZoom = useLightbox((s) => s.keepZoom);
  const panels = useLightbox((s) => s.panels);
  const print = useLightbox((s) => isPrint(s.items[s.id]?.kind ?? 'reel'));
  // In a narrow window a film's bar has no room for what few films need; the cards and the keys are there.
  const restoring = useLightbox(
    (s) => print || (s.recipe !== null && restores(s.recipe.params)) || positiveTools.has(s.tool),
  );
  const exportKey = useKey('export');
  const rule = <Divider orientation="vertical" flexItem sx={{ mx: 0.5, my: 1 }} />;
  return (
    <Box
      role="toolbar"
      aria-label={t('lightbox.toolbar')}
      sx={{
        gridArea: 'bar',
        display: 'flex',
        alignItems: 'center',
        gap: 0.25,
        px: 1,
        minWidth: 0,
        bgcolor: 'room.panel',
        borderBottom: 1,
        borderColor: 'divider',
      }}
    >
      <CommandButton command="back" icon={<ArrowBack />} onClick={actions.back} />
      <Box sx={{ minWidth: 90, flex: '0 1 220px', ml: 0.5, mr: 0.5 }}>
        <Typography variant="body2" noWrap component="h2" sx={{ fontWeight: 550 }} title={item?.name}>
          {item ? item.name + frameSuffix(item) : '\u00a0'}
        </Typography>
        <Typography variant="caption" noWrap component="p" sx={{ color: 'text.secondary', lineHeight: 1.2 }}>
          {t('lightbox.position', { n: ids.indexOf(id) + 1, total: ids.length })}
        </Typography>
      </Box>
      {/* In a narrow window the tools scroll; the way out and the export stay. */}
      <Box
        sx={{
          flex: '1 1 0',
          minWidth: 0,
          display: 'flex',
          alignItems: 'center',
          gap: 0.25,
          py: 0.5,
          overflowX: 'auto',
          scrollbarWidth: 'none',
          '& > *': { flexShrink: 0 },
        }}
        onWheel={(e) => (e.currentTarget.scrollLeft += e.deltaY)}
      >
        <Judgement />
        {rule}
        <CommandButton command="undo" icon={<Undo />} disabled={!canUndo} onClick={session.undo} />
        <CommandButton command="redo" icon={<Redo />} disabled={!canRedo} onClick={session.redo} />
        {rule}
        <CommandButton
          command="film"
          icon={<Compare />}
          pressed={flicker}
          onClick={() => session.store.setState({ flicker: !flicker })}
        />
        <CommandButton
          command="split"
          icon={<VerticalSplit />}
          pressed={compare === 'split'}
          onClick={actions.split}
        />
        <CommandButton
          command="side"
          icon={<SideBySide sx={{ transform: 'rotate(90deg)' }} />}
          pressed={compare === 'side'}
          onClick={actions.side}
        />
        <CommandButton
          command="clipping"
          icon={<Warning />}
          pressed={overlay === 'clipping'}
          onClick={actions.clipping}
        />
        {!print && (
          <CommandButton
            command="dust"
            icon={<BlurOn />}
            pressed={overlay === 'dust'}
            onClick={actions.dust}
          />
        )}
        {restoring && <ViewsMenu show={actions.view} />}
        {rule}
        <CommandButton
          command="zoomToggle"
          icon={viewport.zoom === 'fit' ? <AspectRatio /> : <FitScreen />}
          onClick={actions.zoomToggle}
        />
        <CommandButton
          command="keepZoom"
          icon={keepZoom ? <Lock /> : <LockOpen />}
          pressed={keepZoom}
          onClick={actions.keepZoom}
        />
        {rule}
        {tools
          .filter(([name]) => (print ? !filmTools.has(name) : restoring || !positiveTools.has(name)))
          .map(([name, Icon]) => (
            <CommandButton
              key={name}
              command={name}
              icon={<Icon />}
              pressed={tool === name}
              onClick={() => actions.tool(name)}
            />
          ))}
        <CommandButton command="rotateLeft" icon={<RotateLeft />} onClick={() => actions.rotate(-1)} />
        <CommandButton command="rotateRight" icon={<RotateRight />} onClick={() => actions.rotate(1)} />
        <CommandButton command="mirror" icon={<Flip />} onClick={actions.mirror} />
      </Box>
      <CommandButton command="panels" icon={<ViewSidebar />} pressed={panels} onClick={actions.panels} />
      <Tooltip title={exportKey ? `${t('lightbox.commands.export')} (${exportKey})` : ''}>
        <Button
          variant="contained"
          startIcon={<IosShare />}
          onMouseDown={(e) => e.preventDefault()}
          onClick={actions.export}
          sx={{ ml: 0.75, flex: 'none' }}
        >
          {t('lightbox.export')}
        </Button>
      </Tooltip>
    </Box>
  );
}
