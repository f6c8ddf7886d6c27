/** The change record of one export as a page: what was done, step by step, and what came of it; its JSON below, folded. */
import {
  Box,
  Button,
  CircularProgress,
  Dialog,
  DialogActions,
  DialogContent,
  DialogTitle,
  Typography,
} from '@mui/material';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { JobItem } from '../../app/contract/jobs.ts';
import { getClient } from '../client.ts';
import { useSaid } from '../i18n/said.ts';
import { errorText, notify } from '../store/app.ts';
import { readRecord, type RecordSection } from './record.ts';
import { fileName } from './titles.ts';

export function RecordDialog({
  jobId,
  item,
  onClose,
}: {
  jobId: number;
  item: JobItem;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const [record, setRecord] = useState<unknown>(undefined);
  const [error, setError] = useState('');
  useEffect(() => {
    let shown = true;
    getClient()
      .call('jobs.record', { jobId, index: item.index })
      .then(
        (answer) => shown && setRecord(answer.record),
        (e: unknown) => shown && setError(errorText(e)),
      );
    return () => {
      shown = false;
    };
  }, [jobId, item.index]);
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth="sm" aria-labelledby="record-title">
      <DialogTitle id="record-title">
        {t('jobs.recordOf', { name: fileName(item.output ?? item.input) })}
      </DialogTitle>
      <DialogContent sx={{ minHeight: 160 }}>
        {error && <Typography color="error">{error}</Typography>}
        {!error && record === undefined && <CircularProgress size={24} aria-label={t('common.loading')} />}
        {record !== undefined && <Page record={record} />}
      </DialogContent>
      <DialogActions>
        {record !== undefined && (
          <Button
            color="secondary"
            onClick={() =>
              void navigator.clipboard.writeText(JSON.stringify(record, null, 2)).then(
                () => notify('info', t('jobs.page.copied')),
                (e: unknown) => notify('error', errorText(e)),
              )
            }
          >
            {t('jobs.copyRecord')}
          </Button>
        )}
        <Button variant="contained" onClick={onClose}>
          {t('common.close')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

function Page({ record }: { record: unknown }) {
  const { t, i18n } = useTranslation();
  const word = (key: string, values?: Record<string, string | number>): string => t(key, values ?? {});
  const sections = readRecord(record, word, i18n.language);
  return (
    <>
      {sections?.map((section) => (
        <Section key={section.title} section={section} />
      ))}
      {!sections && (
        <Typography variant="body2" sx={{ color: 'text.secondary' }}>
          {t('jobs.page.unknown')}
        </Typography>
      )}
      <Box component="details" open={!sections} sx={{ mt: 2 }}>
        <Typography component="summary" variant="body2" sx={{ cursor: 'pointer', color: 'text.secondary' }}>
          {t('jobs.page.raw')}
        </Typography>
        <Box
          component="pre"
          tabIndex={0}
          sx={{
            m: 0,
            mt: 1,
            p: 1.5,
            maxHeight: 320,
            overflow: 'auto',
            typography: 'figure',
            fontSize: 12,
            bgcolor: 'room.raised',
            borderRadius: 1,
          }}
        >
          {JSON.stringify(record, null, 2)}
        </Box>
      </Box>
    </>
  );
}

function Section({ section }: { section: RecordSection }) {
  const { t } = useTranslation();
  const said = useSaid();
  const { title, off, rows, unchanged, notes } = section;
  return (
    <Box component="section" aria-label={title} sx={{ '& + &': { mt: 2 } }}>
      <Typography
        variant="h4"
        component="h3"
        sx={{ fontSize: 13, pb: 0.5, mb: 0.75, borderBottom: 1, borderColor: 'divider' }}
      >
        {title}
      </Typography>
      {off && (
        <Typography variant="body2" sx={{ color: 'text.secondary' }}>
          {t('jobs.page.off')}
        </Typography>
      )}
      <Box
        component="dl"
        sx={{
          m: 0,
          display: 'grid',
          gridTemplateColumns: 'minmax(150px, 34%) minmax(0, 1fr)',
          columnGap: 2,
          rowGap: 0.5,
        }}
      >
        {rows.map((row) => (
          <Box key={row.label + row.value} sx={{ display: 'contents' }}>
            <Typography component="dt" variant="body2" sx={{ color: 'text.secondary' }}>
              {row.label}
            </Typography>
            <Box
              component="dd"
              sx={{
                m: 0,
                typography: row.code ? 'figure' : 'body2',
                fontSize: row.code ? 12 : undefined,
                fontVariantNumeric: 'tabular-nums',
                overflowWrap: row.code ? 'anywhere' : 'break-word',
              }}
            >
              {row.swatch && (
                <Box
                  component="span"
                  aria-hidden
                  sx={{
                    display: 'inline-block',
                    width: 14,
                    height: 14,
                    mr: 1,
                    verticalAlign: '-2px',
                    borderRadius: 0.5,
                    border: 1,
                    borderColor: 'room.lineStrong',
                  }}
                  style={{ background: row.swatch }}
                />
              )}
              {row.value}
            </Box>
          </Box>
        ))}
      </Box>
      {unchanged && (
        <Typography variant="caption" component="p" sx={{ m: 0, mt: 0.75, color: 'text.secondary' }}>
          {t('jobs.page.unchanged', { list: unchanged })}
        </Typography>
      )}
      {notes && notes.length > 0 && (
        <Box
          component="ul"
          sx={{ m: 0, mt: 0.75, pl: 2, typography: 'caption', color: 'text.secondary', lineHeight: 1.45 }}
        >
          {notes.map((note) => (
            <li key={note}>{said(note)}</li>
          ))}
        </Box>
      )}
    </Box>
  );
}
