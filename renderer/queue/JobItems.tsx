/** Every item of a job with its state, its reason when it failed, and its change record. Virtual rows, paged. */
import CheckCircleOutlined from '@mui/icons-material/CheckCircleOutlined';
import CancelOutlined from '@mui/icons-material/CancelOutlined';
import DescriptionOutlined from '@mui/icons-material/DescriptionOutlined';
import ErrorOutlined from '@mui/icons-material/ErrorOutlined';
import PauseCircleOutlined from '@mui/icons-material/PauseCircleOutlined';
import PlayArrow from '@mui/icons-material/PlayArrow';
import Schedule from '@mui/icons-material/Schedule';
import { Box, Button, FormControlLabel, Switch, Typography } from '@mui/material';
import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Job, JobItem } from '../../app/contract/jobs.ts';
import { getClient } from '../client.ts';
import { duration } from '../format.ts';
import { useSaid } from '../i18n/said.ts';
import { isCancelled, openLightbox, report } from '../store/app.ts';
import { useRows } from '../ui/rows.ts';
import { RecordDialog } from './RecordDialog.tsx';
import { fileName } from './titles.ts';

const PAGE = 200;
const ROW = 40;
/** Two lines of reason. */
const ROW_WITH_REASON = 78;

const icons = {
  queued: { Icon: Schedule, colour: 'text.disabled' },
  running: { Icon: PlayArrow, colour: 'primary.main' },
  paused: { Icon: PauseCircleOutlined, colour: 'warning.main' },
  done: { Icon: CheckCircleOutlined, colour: 'success.main' },
  failed: { Icon: ErrorOutlined, colour: 'error.main' },
  cancelled: { Icon: CancelOutlined, colour: 'text.disabled' },
} as const;

/** All items of a job, page by page; asked again when the job's counts move, or something was asked of an item. */
function useJobItems(job: Job, asked: number): JobItem[] {
  const [items, setItems] = useState<JobItem[]>([]);
  const { id, done, failed, state } = job;
  useEffect(() => {
    const abort = new AbortController();
    const load = async () => {
      const all: JobItem[] = [];
      for (;;) {
        const page = await getClient().call(
          'jobs.items',
          { jobId: id, offset: all.length, limit: PAGE },
          { signal: abort.signal },
        );
        all.push(...page.items);
        if (page.items.length === 0 || all.length >= page.total) break;
      }
      setItems(all);
    };
    // Counts move many times a second on small items; once in a while is enough for the eye.
    const timer = setTimeout(() => {
      load().catch((error: unknown) => {
        if (!isCancelled(error)) report(error);
      });
    }, 200);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [id, done, failed, state, asked]);
  return items;
}

export function JobItems({ job }: { job: Job }) {
  const { t } = useTranslation();
  const said = useSaid();
  const [asked, setAsked] = useState(0);
  const all = useJobItems(job, asked);
  const [onlyFailed, setOnlyFailed] = useState(false);
  const [record, setRecord] = useState<JobItem | null>(null);
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null);
  const items = onlyFailed && job.failed > 0 ? all.filter((i) => i.state === 'failed') : all;
  const size = useCallback((row: number) => (items[row]?.error ? ROW_WITH_REASON : ROW), [items]);
  const ask = (call: 'jobs.retry' | 'jobs.skip', item: JobItem) =>
    void getClient()
      .call(call, { jobId: job.id, index: item.index })
      .then(() => setAsked((n) => n + 1))
      .catch(report);
  const rows = useRows(scroller, items.length, size, 8);
  return (
    <>
      <Box sx={{ display: 'flex', alignItems: 'center', px: 3, minHeight: 44 }}>
        <Typography variant="label">{t('jobs.items', { count: all.length })}</Typography>
        {job.failed > 0 && (
          <FormControlLabel
            sx={{ ml: 'auto', mr: 0, '& .MuiFormControlLabel-label': { fontSize: 13 } }}
            control={<Switch size="small" checked={onlyFailed} onChange={(_, on) => setOnlyFailed(on)} />}
            label={t('jobs.onlyFailed')}
          />
        )}
      </Box>
      <Box
        ref={setScroller}
        tabIndex={0}
        role="list"
        aria-label={t('jobs.itemList')}
        sx={{ flex: 1, minHeight: 0, overflowY: 'auto', px: 3, pb: 2 }}
      >
        <Box sx={{ position: 'relative' }} style={{ height: rows.total }}>
          {rows.items.map(({ index, start, size: height }) => {
            const item = items[index];
            if (!item) return null;
            const { Icon, colour } = icons[item.state];
            return (
              <Box
                key={item.index}
                role="listitem"
                aria-posinset={index + 1}
                aria-setsize={items.length}
                style={{ top: start, height }}
                sx={{
                  position: 'absolute',
                  left: 0,
                  right: 0,
                  display: 'flex',
                  alignItems: 'center',
                  gap: 1.5,
                  borderBottom: 1,
                  borderColor: 'room.line',
                }}
              >
                <Icon titleAccess={t(`jobs.state.${item.state}`)} sx={{ color: colour }} />
                <Box sx={{ flex: 1, minWidth: 0 }}>
                  <Typography
                    variant="body2"
                    noWrap
                    title={[item.input, item.output].filter(Boolean).join(' → ')}
                  >
                    {fileName(item.input)}
                    {item.output && item.output !== item.input && (
                      <Box component="span" sx={{ color: 'text.secondary' }}>
                        {'  →  '}
                        {fileName(item.output)}
                      </Box>
                    )}
                  </Typography>
                  {item.error && (
                    <Typography
                      variant="caption"
                      component="p"
                      title={said(item.error)}
                      sx={{
                        m: 0,
                        color: 'error.main',
                        overflow: 'hidden',
                        display: '-webkit-box',
                        WebkitLineClamp: 2,
                        WebkitBoxOrient: 'vertical',
                        overflowWrap: 'anywhere',
                      }}
                    >
                      {said(item.error).replaceAll(item.input, fileName(item.input))}
                    </Typography>
                  )}
                </Box>
                {item.seconds !== null && (
                  <Typography variant="figure" color="textSecondary">
                    {duration(item.seconds)}
                  </Typography>
                )}
                {item.state === 'failed' && item.itemId !== null && (
                  <ItemTool
                    label={t('jobs.fix')}
                    name={fileName(item.input)}
                    onClick={() => item.itemId !== null && openLightbox([item.itemId], item.itemId)}
                  />
                )}
                {(item.state === 'failed' || (item.state === 'cancelled' && item.error)) && (
                  <ItemTool
                    label={t('jobs.again')}
                    name={fileName(item.input)}
                    onClick={() => ask('jobs.retry', item)}
                  />
                )}
                {(item.state === 'failed' || (item.state === 'queued' && job.state !== 'cancelled')) && (
                  <ItemTool
                    label={t('jobs.skip')}
                    name={fileName(item.input)}
                    onClick={() => ask('jobs.skip', item)}
                  />
                )}
                {item.output && item.state === 'done' && (
                  <Button
                    color="secondary"
                    variant="text"
                    startIcon={<DescriptionOutlined />}
                    onClick={() => setRecord(item)}
                    sx={{ minHeight: 28 }}
                  >
                    {t('jobs.record')}
                  </Button>
                )}
              </Box>
            );
          })}
        </Box>
      </Box>
      {record && <RecordDialog jobId={job.id} item={record} onClose={() => setRecord(null)} />}
    </>
  );
}

function ItemTool({ label, name, onClick }: { label: string; name: string; onClick(): void }) {
  return (
    <Button
      color="secondary"
      variant="text"
      aria-label={`${label}: ${name}`}
      onClick={onClick}
      sx={{ minHeight: 28, px: 1, minWidth: 0 }}
    >
      {label}
    </Button>
  );
}
