/** The contact sheet of a job: every picture before and after, to be looked through at a glance. */
import {
  Alert,
  Box,
  Button,
  Dialog,
  DialogActions,
  DialogContent,
  DialogTitle,
  LinearProgress,
} from '@mui/material';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { jobSheet, type Job } from '../../app/contract/jobs.ts';
import { getClient } from '../client.ts';
import { errorText } from '../store/app.ts';
import { jobTitle } from './titles.ts';

export function SheetDialog({ job, onClose }: { job: Job; onClose(): void }) {
  const { t } = useTranslation();
  const [url, setUrl] = useState<string | null>(null);
  const [error, setError] = useState('');
  const [large, setLarge] = useState(false);
  useEffect(() => {
    let made: string | null = null;
    const stop = new AbortController();
    getClient()
      .studioPicture(jobSheet(job.id), { signal: stop.signal })
      .then((blob) => setUrl((made = URL.createObjectURL(blob))))
      .catch((e: unknown) => {
        if (!stop.signal.aborted) setError(errorText(e));
      });
    return () => {
      stop.abort();
      if (made) URL.revokeObjectURL(made);
    };
  }, [job.id]);
  return (
    <Dialog open onClose={onClose} maxWidth="xl" fullWidth aria-labelledby="sheet-title">
      <DialogTitle id="sheet-title">{t('jobs.sheetOf', { title: jobTitle(job, t) })}</DialogTitle>
      <DialogContent sx={{ p: 0, bgcolor: 'room.table' }}>
        {!url && !error && <LinearProgress aria-label={t('common.loading')} />}
        {error && (
          <Alert severity="error" sx={{ m: 2 }}>
            {error}
          </Alert>
        )}
        {url && (
          <Box sx={{ overflow: 'auto', textAlign: 'center' }}>
            <Box
              component="img"
              src={url}
              alt={t('jobs.sheetAlt')}
              sx={{ maxWidth: large ? 'none' : '100%', display: 'inline-block', verticalAlign: 'top' }}
            />
          </Box>
        )}
      </DialogContent>
      <DialogActions>
        <Button color="secondary" aria-pressed={large} onClick={() => setLarge(!large)}>
          {t('jobs.sheetLarge')}
        </Button>
        <Button variant="contained" onClick={onClose}>
          {t('common.close')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
