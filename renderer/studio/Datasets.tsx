/** The left of the Studio: which datasets there are, and of the one that is shown what it is made of. */
import Add from '@mui/icons-material/Add';
import DeleteOutlined from '@mui/icons-material/DeleteOutlined';
import ZoomIn from '@mui/icons-material/ZoomIn';
import {
  Alert,
  Box,
  Button,
  ButtonBase,
  Dialog,
  DialogContent,
  DialogTitle,
  IconButton,
  LinearProgress,
  Tooltip,
  Typography,
} from '@mui/material';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { studioPicture, type StudioDataset } from '../../app/contract/studio.ts';
import { duration, share } from '../format.ts';
import { useSaid } from '../i18n/said.ts';
import { act } from '../queue/actions.ts';
import { useApp } from '../store/app.ts';
import { removeDataset } from './actions.ts';
import { HueRing } from './HueRing.tsx';
import { makeDataset, showDataset, shownDataset, useStudio } from './store.ts';
import { usePicture } from './usePicture.ts';
import { useRejectName } from './words.ts';
import { numberLocales } from './figures.ts';

const ADVICE = 3;

function Sheet({ dataset }: { dataset: StudioDataset }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const picture = usePicture(`${studioPicture.contact(dataset.id)}?${dataset.createdAt}`);
  if (!picture) return null;
  const alt = t('studio.dataset.sheetAlt', { name: dataset.name });
  return (
    <Box component="section" sx={{ display: 'grid', gap: 0.75 }}>
      <Typography variant="label" component="h4" sx={{ m: 0 }}>
        {t('studio.dataset.sheet')}
      </Typography>
      <ButtonBase
        onClick={() => setOpen(true)}
        aria-label={t('studio.dataset.sheetOpen')}
        sx={{ position: 'relative', borderRadius: 1, overflow: 'hidden', height: 190, bgcolor: 'room.table' }}
      >
        <Box
          component="img"
          src={picture.url}
          alt=""
          sx={{ position: 'absolute', top: 0, left: 0, width: '200%', display: 'block' }}
        />
        <Box
          sx={{
            position: 'absolute',
            right: 6,
            bottom: 6,
            display: 'flex',
            p: 0.5,
            borderRadius: 1,
            bgcolor: 'room.scrim',
            color: 'room.onScrim',
          }}
        >
          <ZoomIn />
        </Box>
      </ButtonBase>
      <Typography variant="caption" color="textSecondary">
        {t('studio.dataset.sheetHelp')}
      </Typography>
      <Dialog open={open} onClose={() => setOpen(false)} maxWidth="xl" aria-label={alt}>
        <DialogTitle>{alt}</DialogTitle>
        <DialogContent>
          <Box component="img" src={picture.url} alt={alt} sx={{ maxWidth: '100%', display: 'block' }} />
        </DialogContent>
      </Dialog>
    </Box>
  );
}

function Building({ dataset }: { dataset: StudioDataset }) {
  const { t } = useTranslation();
  const job = useApp((s) => s.jobs.get(dataset.jobId ?? -1));
  return (
    <Box sx={{ display: 'grid', gap: 1 }} role="status">
      <Typography variant="body2">
        {job?.state === 'paused'
          ? t('studio.dataset.paused')
          : t(dataset.kind === 'melodies' ? 'studio.melodies.building' : 'studio.dataset.building')}
        {job?.eta != null && ` ${t('jobs.left', { time: duration(job.eta) })}`}
      </Typography>
      {job?.state !== 'paused' && (
        <LinearProgress
          variant={job?.within ? 'determinate' : 'indeterminate'}
          value={job?.within ? share(job) * 100 : undefined}
          aria-label={t('jobs.progress')}
        />
      )}
      {job && (
        <Box sx={{ display: 'flex', gap: 1 }}>
          {job.state === 'paused' && (
            <Button variant="contained" onClick={() => void act(job, 'resume')}>
              {t('jobs.action.resume')}
            </Button>
          )}
          <Button variant="outlined" color="secondary" onClick={() => void act(job, 'cancel')}>
            {t('jobs.action.cancel')}
          </Button>
        </Box>
      )}
    </Box>
  );
}

function Detail({ dataset }: { dataset: StudioDataset }) {
  const { t, i18n } = useTranslation();
  const said = useSaid();
  const rejectName = useRejectName();
  const [all, setAll] = useState(false);
  if (dataset.state === 'building') return <Building dataset={dataset} />;
  if (dataset.state === 'failed') return <Alert severity="error">{said(dataset.error ?? '')}</Alert>;
  const number = new Intl.NumberFormat(numberLocales(i18n.language));
  const rejected = dataset.rejects.reduce((sum, r) => sum + r.count, 0);
  const advice = all ? dataset.advice : dataset.advice.slice(0, ADVICE);
  return (
    <>
      <Box component="dl" sx={{ m: 0, display: 'flex', gap: 3 }}>
        {(['train', 'test'] as const).map((key) => (
          <Box key={key}>
            <Typography
              component="dd"
              sx={{ m: 0, fontSize: 22, fontWeight: 600, fontVariantNumeric: 'tabular-nums' }}
            >
              {number.format(dataset[key])}
            </Typography>
            <Typography component="dt" variant="caption" color="textSecondary">
              {t(`studio.dataset.${key}`)}
            </Typography>
          </Box>
        ))}
      </Box>
      {dataset.kind === 'pictures' && (
        <Box>
          <Typography variant="label" component="h4" sx={{ m: 0, mb: 0.25 }}>
            {t('studio.dataset.damage')}
          </Typography>
          <Typography variant="body2">{t(`studio.preset.${dataset.preset}.name`)}</Typography>
          <Typography variant="caption" color="textSecondary">
            {t(`studio.preset.${dataset.preset}.text`)}
          </Typography>
        </Box>
      )}
      {dataset.kind === 'pictures' && <Sheet dataset={dataset} />}
      {dataset.hues && (
        <Box component="section">
          <Typography variant="label" component="h4" sx={{ m: 0 }}>
            {t('studio.hues.title')}
          </Typography>
          <Box sx={{ display: 'flex', alignItems: 'center', gap: 1 }}>
            <HueRing hues={dataset.hues} gaps={dataset.gaps} />
            <Typography variant="caption" color="textSecondary">
              {dataset.gaps.length === 0
                ? t('studio.hues.full')
                : t('studio.hues.missing', {
                    names: dataset.gaps.map((sector) => t(`studio.hue.${sector}`)).join(', '),
                  })}
            </Typography>
          </Box>
        </Box>
      )}
      {dataset.advice.length > 0 && (
        <Box component="section">
          <Typography variant="label" component="h4" sx={{ m: 0, mb: 0.5 }}>
            {t('studio.dataset.advice')}
          </Typography>
          <Box
            component="ul"
            sx={{ m: 0, pl: 2.25, display: 'grid', gap: 0.5, '& li::marker': { color: 'text.secondary' } }}
          >
            {advice.map((sentence) => (
              <Typography key={sentence} component="li" variant="body2">
                {said(sentence)}
              </Typography>
            ))}
          </Box>
          {dataset.advice.length > ADVICE && (
            <Button
              variant="text"
              color="secondary"
              sx={{ ml: -1 }}
              aria-expanded={all}
              onClick={() => setAll(!all)}
            >
              {all
                ? t('studio.dataset.lessAdvice')
                : t('studio.dataset.moreAdvice', { count: dataset.advice.length - ADVICE })}
            </Button>
          )}
        </Box>
      )}
      {dataset.sources.length > 0 && (
        <Box component="section">
          <Typography variant="label" component="h4" sx={{ m: 0, mb: 0.5 }}>
            {t('studio.dataset.sources')}
          </Typography>
          {dataset.sources.slice(0, 8).map((source) => (
            <Box key={source.name} sx={{ display: 'flex', gap: 1 }}>
              <Typography variant="body2" noWrap sx={{ flex: 1 }} title={source.name}>
                {source.film ? `${source.name} · ${t('studio.dataset.film')}` : source.name}
              </Typography>
              <Typography variant="figure" color="textSecondary">
                {number.format(source.pictures)}
              </Typography>
            </Box>
          ))}
          {dataset.sources.length > 8 && (
            <Typography variant="caption" color="textSecondary">
              {t('studio.dataset.moreSources', { count: dataset.sources.length - 8 })}
            </Typography>
          )}
        </Box>
      )}
      {rejected > 0 && (
        <Box component="section">
          <Typography variant="label" component="h4" sx={{ m: 0, mb: 0.5 }}>
            {t(dataset.kind === 'melodies' ? 'studio.melodies.rejects' : 'studio.dataset.rejects', {
              count: rejected,
            })}
          </Typography>
          {dataset.rejects.map(({ reason, count }) => (
            <Box key={reason} sx={{ display: 'flex', gap: 1 }}>
              <Typography variant="body2" sx={{ flex: 1 }}>
                {rejectName(reason)}
              </Typography>
              <Typography variant="figure" color="textSecondary">
                {number.format(count)}
              </Typography>
            </Box>
          ))}
        </Box>
      )}
    </>
  );
}

export function Datasets() {
  const { t } = useTranslation();
  const datasets = useStudio((s) => s.datasets);
  const shown = useStudio(shownDataset);
  const short = (d: StudioDataset) =>
    d.state === 'ready'
      ? t(`studio.dataset.${d.kind}`, { count: d.train + d.test })
      : t(`studio.dataset.is.${d.state}`);
  return (
    <>
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 1 }}>
        <Typography variant="h3" component="h2" sx={{ m: 0, flex: 1 }}>
          {t('studio.dataset.title')}
        </Typography>
        <Button
          variant="outlined"
          color="secondary"
          startIcon={<Add />}
          aria-label={t('studio.dataset.new')}
          onClick={() => makeDataset()}
        >
          {t('studio.dataset.newShort')}
        </Button>
      </Box>
      {datasets.length === 0 && (
        <Typography variant="body2" color="textSecondary">
          {t('studio.dataset.none')}
        </Typography>
      )}
      <Box
        component="ul"
        sx={{
          listStyle: 'none',
          m: 0,
          p: 0,
          display: 'grid',
          gridTemplateColumns: 'minmax(0, 1fr)',
          gap: 0.5,
        }}
      >
        {datasets.map((d) => (
          <Box
            component="li"
            key={d.id}
            sx={{
              display: 'flex',
              alignItems: 'center',
              borderRadius: 1,
              border: 1,
              borderColor: d.id === shown?.id ? 'primary.main' : 'room.line',
              bgcolor: d.id === shown?.id ? 'room.raised' : undefined,
            }}
          >
            <ButtonBase
              aria-pressed={d.id === shown?.id}
              onClick={() => showDataset(d.id)}
              sx={{ flex: 1, minWidth: 0, display: 'block', textAlign: 'left', p: 1, borderRadius: 1 }}
            >
              <Typography variant="body2" noWrap sx={{ fontWeight: 550 }}>
                {d.name}
              </Typography>
              <Typography variant="caption" color="textSecondary" component="div" noWrap>
                {d.kind === 'melodies' ? short(d) : `${short(d)} · ${t(`studio.preset.${d.preset}.name`)}`}
              </Typography>
            </ButtonBase>
            <Tooltip title={t('studio.dataset.remove')}>
              <IconButton
                aria-label={t('studio.dataset.removeOf', { name: d.name })}
                onClick={() => void removeDataset(d.id, d.name)}
                sx={{ mr: 0.5 }}
              >
                <DeleteOutlined />
              </IconButton>
            </Tooltip>
          </Box>
        ))}
      </Box>
      {shown && <Detail key={shown.id} dataset={shown} />}
    </>
  );
}
