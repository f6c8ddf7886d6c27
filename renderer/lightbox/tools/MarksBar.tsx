/** The bar of the mask tools: which is in hand, how large it is, whether damage is looked for, and whether the mask shows. */
import AdsClick from '@mui/icons-material/NearMeOutlined';
import Approval from '@mui/icons-material/ApprovalOutlined';
import Brush from '@mui/icons-material/BrushOutlined';
import DeleteOutlined from '@mui/icons-material/DeleteOutlined';
import Gesture from '@mui/icons-material/Gesture';
import Healing from '@mui/icons-material/HealingOutlined';
import Shield from '@mui/icons-material/ShieldOutlined';
import {
  Box,
  Button,
  FormControlLabel,
  Slider,
  Switch,
  ToggleButton,
  ToggleButtonGroup,
  Tooltip,
  Typography,
} from '@mui/material';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { longSide, type Place } from '../../../app/place.ts';
import { runCommand } from '../../shortcuts.ts';
import { useLightbox, useSession } from '../context.ts';
import { setParam } from '../logic/controls.ts';
import { isOutline, MAX_RADIUS, MIN_RADIUS, type MarkHandTool } from '../logic/marks.ts';
import { useKeyOf } from '../parts/useKey.ts';
import { EraserIcon, ScratchIcon } from './icons.tsx';
import { ToolBar } from './ToolBar.tsx';

const tools: readonly (readonly [MarkHandTool, typeof Brush])[] = [
  ['select', AdsClick],
  ['brush', Brush],
  ['line', ScratchIcon],
  ['lasso', Gesture],
  ['erase', EraserIcon],
  ['spare', Shield],
  ['heal', Healing],
  ['clone', Approval],
];

/** Apart from the field, which is drawn anew with every movement of the hand. */
export const MarksBar = memo(function MarksBar({ place }: { place: Place }) {
  const { t } = useTranslation();
  const session = useSession();
  const brush = useLightbox((s) => s.brush);
  const count = useLightbox((s) => s.recipe?.params.repair.marks.length ?? 0);
  const finds = useLightbox(
    (s) => s.recipe?.params.repair.on === true && s.recipe.params.repair.find === 'auto',
  );
  const masked = useLightbox((s) => s.overlay === 'damage');
  const keyOf = useKeyOf();
  const title = (name: string, key: string) => (key ? `${name} (${key})` : name);
  const find = (on: boolean) => {
    const { recipe } = session.store.getState();
    if (!recipe) return;
    const next = setParam(recipe, 'repair', 'find', on ? 'auto' : 'marks');
    const text = `set:repair.find=${on ? 'auto' : 'marks'}`;
    session.apply(on ? setParam(next, 'repair', 'on', true) : next, text);
  };
  const size = 2 * brush.radius * longSide(place);
  const sizeText = t('lightbox.marks.sizeValue', { px: size < 10 ? size.toFixed(1) : Math.round(size) });
  const sized = brush.tool !== 'select' && !isOutline(brush.tool);
  return (
    <ToolBar title={t('lightbox.commands.marks')} hint={t(`lightbox.marks.hints.${brush.tool}`)}>
      <ToggleButtonGroup exclusive size="small" value={brush.tool} aria-label={t('lightbox.marks.which')}>
        {tools.map(([tool, Icon]) => {
          const name = t(`lightbox.marks.tools.${tool}`);
          return (
            <Tooltip key={tool} title={title(name, keyOf(`marks.${tool}`))}>
              <ToggleButton
                value={tool}
                aria-label={name}
                onMouseDown={(e) => e.preventDefault()}
                onClick={() => runCommand(`marks.${tool}`)}
                sx={{ px: 0.9 }}
              >
                <Icon fontSize="small" />
              </ToggleButton>
            </Tooltip>
          );
        })}
      </ToggleButtonGroup>
      <Box
        sx={{
          display: 'flex',
          alignItems: 'center',
          gap: 1,
          width: 190,
          visibility: sized ? 'visible' : 'hidden',
        }}
      >
        <Typography variant="caption">{t('lightbox.marks.size')}</Typography>
        <Slider
          aria-label={t('lightbox.marks.size')}
          min={Math.log(MIN_RADIUS)}
          max={Math.log(MAX_RADIUS)}
          step={0.01}
          value={Math.log(brush.radius)}
          getAriaValueText={() => sizeText}
          onChange={(_, v) => session.store.setState({ brush: { ...brush, radius: Math.exp(v) } })}
          sx={{ flex: 1 }}
        />
        <Typography variant="figure" sx={{ minWidth: 52, textAlign: 'right' }}>
          {sizeText}
        </Typography>
      </Box>
      <Tooltip describeChild title={t('params.repair.find.help')}>
        <FormControlLabel
          control={<Switch size="small" checked={finds} onChange={(_, on) => find(on)} />}
          label={t('lightbox.marks.find')}
          slotProps={{ typography: { sx: { fontSize: 12.5 } } }}
          sx={{ m: 0, gap: 0.25 }}
        />
      </Tooltip>
      <Tooltip describeChild title={title(t('lightbox.marks.commands.mask'), keyOf('marks.mask'))}>
        <FormControlLabel
          control={
            <Switch
              size="small"
              checked={masked}
              onChange={(_, on) => session.store.setState({ overlay: on ? 'damage' : 'none' })}
            />
          }
          label={t('lightbox.marks.mask')}
          slotProps={{ typography: { sx: { fontSize: 12.5 } } }}
          sx={{ m: 0, gap: 0.25 }}
        />
      </Tooltip>
      <Typography variant="figure" aria-live="polite" sx={{ color: 'text.secondary' }}>
        {t('lightbox.marks.count', { count })}
      </Typography>
      {brush.chosen !== null && brush.chosen < count && (
        <Button
          color="secondary"
          variant="outlined"
          startIcon={<DeleteOutlined />}
          onClick={() => runCommand('marks.remove')}
        >
          {t('lightbox.marks.remove')}
        </Button>
      )}
    </ToolBar>
  );
});
