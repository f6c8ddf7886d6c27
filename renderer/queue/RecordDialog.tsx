/** The change record of one export: what was changed, where, with what. A readable outline of its JSON. */
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
import { errorText } from '../store/app.ts';
import { fileName } from './titles.ts';

/** One line of the outline: how deep, the key, the value when it is a leaf. */
export interface OutlineLine {
  depth: number;
  key: string;
  value: string | null;
}

const leaf = (value: unknown): string | null => {
  if (value === null) return '–';
  if (typeof value === 'number')
    return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
  if (typeof value !== 'object') return String(value);
  // Short lists of plain values read best on one line.
  if (Array.isArray(value) && value.length <= 12 && value.every((v) => v === null || typeof v !== 'object'))
    return value.map((v) => leaf(v)).join(', ') || '–';
  return null;
};

/** Flattens a record into lines, in its own order. */
export function outline(record: unknown, depth = 0): OutlineLine[] {
  if (record === null || typeof record !== 'object') return [{ depth, key: '', value: leaf(record) }];
  const lines: OutlineLine[] = [];
  for (const [key, value] of Object.entries(record)) {
    const text = leaf(value);
    lines.push({ depth, key: Array.isArray(record) ? String(Number(key) + 1) : key, value: text });
    if (text === null) lines.push(...outline(value, depth + 1));
  }
  return lines;
}

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
        {record !== undefined && (
          <Box
            component="dl"
            sx={{
              m: 0,
              display: 'grid',
              gridTemplateColumns: 'minmax(140px, max-content) 1fr',
              columnGap: 3,
              rowGap: 0.5,
            }}
          >
            {outline(record).map((line, i) => (
              <Box key={i} sx={{ display: 'contents' }}>
                <Box
                  component="dt"
                  sx={{
                    typography: 'body2',
                    pl: line.depth * 2,
                    color: line.value === null ? 'text.primary' : 'text.secondary',
                    fontWeight: line.value === null ? 600 : 400,
                  }}
                >
                  {line.key}
                </Box>
                <Box component="dd" sx={{ m: 0, typography: 'figure', overflowWrap: 'anywhere' }}>
                  {line.value}
                </Box>
              </Box>
            ))}
          </Box>
        )}
      </DialogContent>
      <DialogActions>
        {record !== undefined && (
          <Button
            color="secondary"
            onClick={() =>
              void navigator.clipboard.writeText(JSON.stringify(record, null, 2)).catch(() => undefined)
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
