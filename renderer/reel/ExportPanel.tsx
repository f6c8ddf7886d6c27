/** How the reel is written, what that will take, and the button; while it runs, how far it is and its newest frame. */
import PlayArrow from '@mui/icons-material/PlayArrow';
import {
  Alert,
  Box,
  Button,
  LinearProgress,
  MenuItem,
  Slider,
  Switch,
  TextField,
  Typography,
} from '@mui/material';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { reelPath } from '../../app/contract/film.ts';
import { SEQUENCE_KINDS } from '../../app/film/sequence.ts';
import { filmCodecs, QUALITY_RANGE, type FilmExport } from '../../app/recipe/film.ts';
import { getClient } from '../client.ts';
import { useJobText } from './jobs.ts';
import { estimateNow, exportNow, togglePlaying, useReel } from './store.ts';
import { useApp } from '../store/app.ts';
import { duration, fileSize } from '../format.ts';

/** Codecs whose quality is a person's choice. */
const LOSSY: readonly string[] = ['h264', 'h265', 'av1'];

/** Which sort of file: a film in a codec, or numbered pictures. */
const formOf = ({ codec, pictures }: FilmExport): string => pictures ?? codec;
function withForm(form: string): Partial<FilmExport> {
  const pictures = SEQUENCE_KINDS.find((kind) => kind === form);
  if (pictures) return { pictures };
  const codec = filmCodecs.find((known) => known === form);
  return codec ? { codec, pictures: null } : {};
}

function Latest({ itemId, version }: { itemId: number; version: number }) {
  const [url, setUrl] = useState('');
  useEffect(() => {
    let there = true;
    let made = '';
    getClient()
      .studioPicture(reelPath.latest(itemId, version))
      .then(
        (blob) => {
          if (!there) return;
          made = URL.createObjectURL(blob);
          setUrl(made);
        },
        () => undefined,
      );
    return () => {
      there = false;
      if (made) URL.revokeObjectURL(made);
    };
  }, [itemId, version]);
  return url ? <img src={url} alt="" style={{ width: '100%', borderRadius: 4, display: 'block' }} /> : null;
}

export function ExportPanel() {
  const { t } = useTranslation();
  const { reel, itemId, estimate, estimating, progress, playing, preparing } = useReel();
  const wish = useReel((s) => s.export);
  const silent = reel?.facts.sound.length === 0;
  const scored = useReel((s) => s.reel?.recipe.recipe.score !== null);
  const folders = useApp((s) => s.folders).filter((f) => f.purpose === 'export');
  const job = useJobText(reel?.jobId ?? null);
  if (!reel || itemId === null) return null;
  const set = (patch: Partial<FilmExport>): void =>
    useReel.setState({ export: { ...wish, ...patch }, estimate: null });
  return (
    <Box
      component="section"
      aria-label={t('reel.export')}
      sx={{ px: 1.5, py: 1.5, display: 'grid', gap: 1.25 }}
    >
      <Box sx={{ display: 'grid', gridTemplateColumns: '1fr 1fr', gap: 1 }}>
        <TextField
          select
          size="small"
          label={t('reel.codec')}
          value={formOf(wish)}
          onChange={(e) => set(withForm(e.target.value))}
        >
          {[...filmCodecs, ...SEQUENCE_KINDS].map((form) => (
            <MenuItem key={form} value={form}>
              {t(`reel.codecs.${form}`)}
            </MenuItem>
          ))}
        </TextField>
        <TextField
          select
          size="small"
          label={t('reel.sound')}
          value={wish.sound}
          onChange={(e) => set({ sound: e.target.value as FilmExport['sound'] })}
        >
          <MenuItem value="copy">{silent ? t('reel.sounds.silent') : t('reel.sounds.copy')}</MenuItem>
          {!silent && <MenuItem value="none">{t('reel.sounds.none')}</MenuItem>}
          <MenuItem value="score" disabled={!scored}>
            {t('reel.sounds.score')}
          </MenuItem>
        </TextField>
      </Box>
      {folders.length > 1 && (
        <TextField
          select
          size="small"
          label={t('reel.folder')}
          value={wish.folderId}
          onChange={(e) => set({ folderId: e.target.value })}
        >
          {folders.map((folder) => (
            <MenuItem key={folder.id} value={folder.id}>
              {folder.name}
            </MenuItem>
          ))}
        </TextField>
      )}
      <Typography variant="caption" color="textSecondary">
        {t(`reel.codecText.${formOf(wish)}`)}
      </Typography>
      {LOSSY.includes(formOf(wish)) && (
        <Box sx={{ display: 'grid', gridTemplateColumns: '1fr auto', alignItems: 'center' }}>
          <Typography variant="body2" color="textSecondary" id="reel-quality">
            {t('reel.quality')}
          </Typography>
          <Typography variant="figure" sx={{ fontSize: 12 }}>
            {wish.quality}
          </Typography>
          <Slider
            size="small"
            // The scale counts what is lost; to the right is better here.
            min={-QUALITY_RANGE.worst}
            max={-QUALITY_RANGE.best}
            value={-wish.quality}
            aria-labelledby="reel-quality"
            getAriaValueText={(v) => String(-v)}
            onChange={(_, v) => set({ quality: -v })}
            sx={{ gridColumn: '1 / -1', mx: 0.75, width: 'calc(100% - 12px)' }}
          />
        </Box>
      )}
      <Box sx={{ display: 'flex', alignItems: 'center' }}>
        <Typography variant="body2" color="textSecondary" sx={{ flex: 1 }} id="reel-hardware">
          {t('reel.hardware')}
        </Typography>
        <Switch
          size="small"
          checked={wish.hardware}
          onChange={(_, hardware) => set({ hardware })}
          slotProps={{ input: { 'aria-labelledby': 'reel-hardware' } }}
        />
      </Box>
      {estimate && !estimate.refused && (
        <Typography variant="body2">
          {t('reel.estimate', {
            time: estimate.seconds === null ? t('reel.unknown') : duration(estimate.seconds),
            size: fileSize(estimate.bytes),
            free: fileSize(estimate.free),
          })}
        </Typography>
      )}
      {estimate?.refused && <Alert severity="error">{estimate.refused}</Alert>}
      {estimate?.warnings.map((text) => (
        <Alert key={text} severity="warning">
          {text}
        </Alert>
      ))}
      {job && (
        <Box sx={{ display: 'grid', gap: 0.75 }}>
          <Typography variant="body2">{job.text}</Typography>
          <LinearProgress
            variant={job.share === null ? 'indeterminate' : 'determinate'}
            value={(job.share ?? 0) * 100}
            aria-label={job.text}
          />
          {progress?.fps !== null && progress?.fps !== undefined && (
            <Typography variant="caption" color="textSecondary">
              {t('reel.rate', { fps: progress.fps.toFixed(1) })}
            </Typography>
          )}
          {progress?.latest && <Latest itemId={itemId} version={progress.latest.version} />}
          <Box sx={{ display: 'flex', gap: 1 }}>
            <Button size="small" color="secondary" onClick={job.toggle}>
              {job.paused ? t('reel.resume') : t('reel.pause')}
            </Button>
            <Button size="small" color="secondary" onClick={job.cancel}>
              {t('common.cancel')}
            </Button>
          </Box>
        </Box>
      )}
      {reel.result !== null && reel.jobId === null && (
        <Box sx={{ display: 'flex', alignItems: 'center', gap: 1 }} role="status">
          <Typography variant="body2" sx={{ flex: 1, minWidth: 0, overflowWrap: 'anywhere' }}>
            {t('reel.result', { name: reel.result })}
          </Typography>
          <Button
            size="small"
            color="secondary"
            variant="outlined"
            startIcon={<PlayArrow />}
            disabled={preparing || playing !== null}
            onClick={() => void togglePlaying('result')}
            sx={{ flexShrink: 0 }}
          >
            {t('reel.playResult')}
          </Button>
        </Box>
      )}
      <Box sx={{ display: 'flex', gap: 1 }}>
        <Button color="secondary" variant="outlined" disabled={estimating} onClick={() => void estimateNow()}>
          {estimating ? t('reel.estimating') : t('reel.estimateAsk')}
        </Button>
        <Button
          variant="contained"
          disabled={reel.jobId !== null}
          onClick={() => void exportNow()}
          sx={{ flex: 1 }}
        >
          {t('reel.export')}
        </Button>
      </Box>
    </Box>
  );
}
