/**
 * One reel: the picture above, the timeline below, settings on the right. Opened from the library in place of the
 * lightbox; Escape goes back.
 */
import ArrowBack from '@mui/icons-material/ArrowBack';
import PauseOutlined from '@mui/icons-material/PauseOutlined';
import PlayArrow from '@mui/icons-material/PlayArrow';
import Redo from '@mui/icons-material/Redo';
import Undo from '@mui/icons-material/Undo';
import {
  Alert,
  Box,
  Button,
  CircularProgress,
  IconButton,
  MenuItem,
  Tab,
  Tabs,
  TextField,
  ToggleButton,
  ToggleButtonGroup,
  Tooltip,
  Typography,
} from '@mui/material';
import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { OFFERED_RATES } from '../../app/film/rate.ts';
import { filmPresets, type FilmPreset } from '../../app/recipe/film.ts';
import { useApp } from '../store/app.ts';
import { MenuButton } from '../ui/MenuButton.tsx';
import { useScope, useShortcut } from '../useShortcut.ts';
import { ExportPanel } from './ExportPanel.tsx';
import { KeyFrames } from './KeyFrames.tsx';
import { ScorePanel } from './ScorePanel.tsx';
import { Steps } from './Steps.tsx';
import {
  choosePreset,
  chooseRate,
  connectReel,
  lastFrame,
  showFrame,
  shownRate,
  showShot,
  togglePlaying,
  useReel,
  walkHistory,
  type ReelView,
} from './store.ts';
import { Timeline } from './Timeline.tsx';
import { Viewer } from './Viewer.tsx';

const VIEWS = ['after', 'before', 'both'] as const satisfies readonly ReelView[];

const rateText = (rate: number): string => String(Math.round(rate * 1000) / 1000);

/** Numbered pictures have no rate of their own: which one they were shot at is said here. */
function SequenceRate() {
  const { t } = useTranslation();
  const rate = useReel(shownRate);
  const sequence = useReel((s) => s.reel?.facts.kind === 'sequence');
  if (!sequence) return null;
  const offered = [...new Set([...OFFERED_RATES, rate])].sort((a, b) => a - b);
  return (
    <TextField
      select
      size="small"
      label={t('reel.sequenceRate')}
      value={rate}
      onChange={(e) => void chooseRate(Number(e.target.value))}
      sx={{ minWidth: 150 }}
    >
      {offered.map((r) => (
        <MenuItem key={r} value={r}>
          {t('reel.sequenceRateOf', { rate: rateText(r) })}
        </MenuItem>
      ))}
    </TextField>
  );
}

function Facts() {
  const { t } = useTranslation();
  const facts = useReel((s) => s.reel?.facts);
  const rate = useReel(shownRate);
  if (!facts) return null;
  const parts = [
    `${facts.width} × ${facts.height}`,
    `${rateText(rate)} ${t('reel.fps')}${facts.variableRate ? ` (${t('reel.variable')})` : ''}`,
    t('reel.bits', { bits: facts.bits, sampling: facts.sampling }),
    facts.codec,
    facts.sound.length === 0 ? t('reel.silent') : t('reel.tracks', { count: facts.sound.length }),
  ];
  return (
    <Typography variant="caption" color="textSecondary" noWrap sx={{ minWidth: 0 }}>
      {parts.join(' · ')}
    </Typography>
  );
}

function TopBar({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { name, view, playing, preparing, reel } = useReel();
  const tool = (label: string, icon: ReactNode, run: () => void, disabled: boolean) => (
    <Tooltip title={label}>
      <span>
        <IconButton aria-label={label} onClick={run} disabled={disabled}>
          {icon}
        </IconButton>
      </span>
    </Tooltip>
  );
  return (
    <Box
      sx={{
        display: 'flex',
        alignItems: 'center',
        gap: 1,
        px: 1.5,
        minHeight: 48,
        bgcolor: 'room.panel',
        borderBottom: 1,
        borderColor: 'room.line',
      }}
    >
      {tool(t('reel.back'), <ArrowBack />, onClose, false)}
      <Box sx={{ minWidth: 0, flex: 1 }}>
        <Typography variant="h3" component="h2" noWrap sx={{ m: 0, fontSize: 15 }}>
          {name}
        </Typography>
        <Facts />
      </Box>
      <SequenceRate />
      {tool(t('reel.undo'), <Undo />, () => void walkHistory('undo'), !reel?.recipe.canUndo)}
      {tool(t('reel.redo'), <Redo />, () => void walkHistory('redo'), !reel?.recipe.canRedo)}
      <ToggleButtonGroup
        exclusive
        size="small"
        value={view === 'diagnostic' ? null : view}
        aria-label={t('reel.views')}
        onChange={(_, next: ReelView | null) =>
          next && useReel.setState({ view: next, step: null, playing: null })
        }
      >
        {VIEWS.map((v) => (
          <ToggleButton key={v} value={v} sx={{ px: 1.25 }}>
            {t(`reel.view.${v}`)}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      <Button
        variant="outlined"
        color="secondary"
        disabled={!reel}
        onClick={() => void togglePlaying()}
        startIcon={
          preparing ? (
            <CircularProgress size={16} color="inherit" />
          ) : playing ? (
            <PauseOutlined />
          ) : (
            <PlayArrow />
          )
        }
      >
        {playing || preparing ? t('score.stop') : view === 'before' ? t('reel.play') : t('reel.playShot')}
      </Button>
      <MenuButton label={t('reel.preset')}>
        {(close) =>
          (Object.keys(filmPresets) as FilmPreset[]).map((preset) => (
            <MenuItem
              key={preset}
              onClick={() => (close(), void choosePreset(preset))}
              sx={{ display: 'block' }}
            >
              <Typography>{t(`reel.presets.${preset}.title`)}</Typography>
              <Typography variant="caption" color="textSecondary">
                {t(`reel.presets.${preset}.text`)}
              </Typography>
            </MenuItem>
          ))
        }
      </MenuButton>
    </Box>
  );
}

export default function Reel({ itemId, onClose }: { itemId: number; onClose: () => void }) {
  const { t } = useTranslation();
  const { reel, error, frame } = useReel();
  const last = useReel(lastFrame);
  const panels = useApp((s) => s.panels);
  const [tab, setTab] = useState<'steps' | 'export'>('steps');
  useScope('reel');
  useEffect(() => connectReel(itemId), [itemId]);
  useShortcut('reel.close', onClose);
  useShortcut('reel.previous', () => showFrame(frame - 1));
  useShortcut('reel.next', () => showFrame(frame + 1));
  useShortcut('reel.previousShot', () => showShot(-1));
  useShortcut('reel.nextShot', () => showShot(1));
  useShortcut('reel.first', () => showFrame(0));
  useShortcut('reel.last', () => showFrame(last));
  useShortcut('reel.play', () => void togglePlaying());
  useShortcut('reel.undo', () => void walkHistory('undo'));
  useShortcut('reel.redo', () => void walkHistory('redo'));
  useShortcut('reel.panels', () => useApp.setState({ panels: !panels }));
  return (
    <Box sx={{ height: '100%', display: 'flex', flexDirection: 'column' }}>
      <TopBar onClose={onClose} />
      {error && <Alert severity="error">{error}</Alert>}
      {reel?.facts.warnings.map((text) => (
        <Alert key={text} severity="warning" sx={{ py: 0 }}>
          {text}
        </Alert>
      ))}
      <Box sx={{ flex: 1, minHeight: 0, display: 'flex' }}>
        <Box sx={{ flex: 1, minWidth: 0, display: 'flex', flexDirection: 'column' }}>
          <Viewer />
          <Timeline />
        </Box>
        {panels && (
          <Box
            component="aside"
            aria-label={t('reel.settings')}
            sx={{
              width: 320,
              flexShrink: 0,
              overflowY: 'auto',
              bgcolor: 'room.panel',
              borderLeft: 1,
              borderColor: 'room.line',
            }}
          >
            <Tabs
              value={tab}
              onChange={(_, next: 'steps' | 'export') => setTab(next)}
              variant="fullWidth"
              sx={{ minHeight: 40, mb: 1, borderBottom: 1, borderColor: 'room.line' }}
            >
              <Tab value="steps" label={t('reel.settings')} sx={{ minHeight: 40 }} />
              <Tab value="export" label={t('reel.export')} sx={{ minHeight: 40 }} />
            </Tabs>
            {tab === 'steps' ? (
              <>
                <Steps />
                <KeyFrames />
                <ScorePanel />
              </>
            ) : (
              <ExportPanel />
            )}
          </Box>
        )}
      </Box>
    </Box>
  );
}
