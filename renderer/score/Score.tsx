/**
 * The Score room: one press, a new melody in the chosen metre, sung over in a loop; a line of music, variations, and what
 * was kept. No film is needed; with one, the melody is sent to it.
 */
import ChevronLeft from '@mui/icons-material/ChevronLeft';
import ChevronRight from '@mui/icons-material/ChevronRight';
import { Alert, Box, Button, IconButton, MenuItem, TextField, Tooltip, Typography } from '@mui/material';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ScoreDrawing } from '../rooms/drawings.tsx';
import { takeDrops } from '../shell/drops.ts';
import { MenuButton } from '../ui/MenuButton.tsx';
import { useScope, useShortcut } from '../useShortcut.ts';
import { Improvise } from './Improvise.tsx';
import { Kept } from './Kept.tsx';
import { PlayBar } from './PlayBar.tsx';
import { stopPlaying, usePlayer } from './player.ts';
import { SendDialog } from './SendDialog.tsx';
import { Sheet } from './Sheet.tsx';
import {
  connectScore,
  engraveDesk,
  exportDesk,
  keepDesk,
  leaf,
  melodyOnDesk,
  readFileOntoDesk,
  useScore,
} from './store.ts';
import { WishForm } from './WishForm.tsx';

function Desk() {
  const { t } = useTranslation();
  const melody = useScore(melodyOnDesk);
  const engraved = useScore((s) => s.engraved);
  const tempo = useScore((s) => s.play.tempo);
  const playing = usePlayer((s) => s.state === 'playing');
  const title = useScore((s) => s.title);
  const at = useScore((s) => s.at);
  const count = useScore((s) => s.desk.length);
  const [sending, setSending] = useState(false);
  useShortcut('score.older', () => leaf(-1));
  useShortcut('score.newer', () => leaf(1));
  useShortcut('score.keep', () => void keepDesk());
  if (!melody)
    return (
      <Box sx={{ display: 'grid', justifyItems: 'center', gap: 2, py: 4, textAlign: 'center' }}>
        <Box sx={{ width: 'min(420px, 80%)', aspectRatio: '4 / 3' }}>
          <ScoreDrawing />
        </Box>
        <Typography variant="h2" sx={{ m: 0 }}>
          {t('score.emptyTitle')}
        </Typography>
        <Typography color="textSecondary" sx={{ maxWidth: 520 }}>
          {t('score.emptyText')}
        </Typography>
      </Box>
    );
  return (
    <Box sx={{ display: 'grid', gap: 2.5 }}>
      <Box sx={{ display: 'flex', alignItems: 'center', flexWrap: 'wrap', gap: 1 }}>
        <Tooltip title={t('score.older')}>
          <span>
            <IconButton aria-label={t('score.older')} disabled={at <= 0} onClick={() => leaf(-1)}>
              <ChevronLeft />
            </IconButton>
          </span>
        </Tooltip>
        <Tooltip title={t('score.newer')}>
          <span>
            <IconButton aria-label={t('score.newer')} disabled={at >= count - 1} onClick={() => leaf(1)}>
              <ChevronRight />
            </IconButton>
          </span>
        </Tooltip>
        <TextField
          size="small"
          value={title}
          onChange={(e) => useScore.setState({ title: e.target.value.slice(0, 120) })}
          slotProps={{ htmlInput: { 'aria-label': t('score.name') } }}
          sx={{ flex: '1 1 220px', maxWidth: 420 }}
        />
        <Box sx={{ flex: 1 }} />
        <Button color="secondary" variant="outlined" onClick={() => void keepDesk()}>
          {t('score.keep')}
        </Button>
        <MenuButton label={t('score.export')}>
          {(close) => [
            <MenuItem key="mid" onClick={() => (close(), void exportDesk(['mid'], -16))}>
              {t('score.exportMid')}
            </MenuItem>,
            <MenuItem key="svg" onClick={() => (close(), void exportDesk(['svg'], -16))}>
              {t('score.exportSvg')}
            </MenuItem>,
            <MenuItem key="wav" onClick={() => (close(), void exportDesk(['wav'], -16))}>
              {t('score.exportWav')}
            </MenuItem>,
            <MenuItem key="broadcast" onClick={() => (close(), void exportDesk(['wav'], -23))}>
              {t('score.exportBroadcast')}
            </MenuItem>,
            <MenuItem key="all" onClick={() => (close(), void exportDesk(['mid', 'wav', 'svg'], -16))}>
              {t('score.exportAll')}
            </MenuItem>,
          ]}
        </MenuButton>
        <Button color="secondary" variant="outlined" onClick={() => setSending(true)}>
          {t('score.send')}
        </Button>
      </Box>
      <Box sx={{ p: 2, bgcolor: 'room.panel', border: 1, borderColor: 'room.line', borderRadius: 1.5 }}>
        <Sheet
          melody={melody}
          engraved={engraved}
          tempo={tempo}
          playing={playing}
          onWidth={(width) => void engraveDesk(width)}
        />
      </Box>
      <PlayBar melody={melody} />
      {sending && <SendDialog melody={melody} onClose={() => setSending(false)} />}
    </Box>
  );
}

export default function Score() {
  const { t } = useTranslation();
  const melody = useScore(melodyOnDesk);
  const error = useScore((s) => s.error);
  useScope('score');
  useEffect(() => connectScore(), []);
  // Whoever leaves the room takes the music along only by coming back.
  useEffect(() => stopPlaying, []);
  useEffect(
    () =>
      takeDrops({
        words: 'score',
        take: ([first]) => void (first && readFileOntoDesk(first.file)),
      }),
    [],
  );
  return (
    <Box
      sx={{
        height: '100%',
        display: 'grid',
        gridTemplateColumns: 'clamp(256px, 20%, 320px) minmax(0, 1fr) clamp(240px, 20%, 340px)',
        bgcolor: 'room.table',
      }}
    >
      <Box
        component="aside"
        aria-label={t('score.wish')}
        sx={{ overflowY: 'auto', p: 2, bgcolor: 'room.panel', borderRight: 1, borderColor: 'room.line' }}
      >
        <WishForm />
      </Box>
      <Box sx={{ overflowY: 'auto', p: 3, display: 'flex', flexDirection: 'column', gap: 3.5 }}>
        {error && <Alert severity="error">{error}</Alert>}
        <Desk />
        <Improvise melody={melody} />
      </Box>
      <Box
        component="aside"
        sx={{ overflowY: 'auto', p: 2, bgcolor: 'room.panel', borderLeft: 1, borderColor: 'room.line' }}
      >
        <Kept />
      </Box>
    </Box>
  );
}
