/** The verdict on a run: its figures against those of the model in use on the same pictures, and the one decision. */
import ArrowDownward from '@mui/icons-material/ArrowDownward';
import ArrowUpward from '@mui/icons-material/ArrowUpward';
import CheckCircle from '@mui/icons-material/CheckCircle';
import DragHandle from '@mui/icons-material/DragHandle';
import {
  Box,
  Button,
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableRow,
  Tooltip,
  Typography,
} from '@mui/material';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { StudioRun } from '../../app/contract/studio.ts';
import { goBack, putToWork } from './actions.ts';
import { showFigure, verdictRows, type Judgement, type Row } from './figures.ts';
import { useStudio } from './store.ts';

const marks = {
  better: { Icon: ArrowUpward, colour: 'success.main' },
  worse: { Icon: ArrowDownward, colour: 'error.main' },
  even: { Icon: DragHandle, colour: 'text.secondary' },
} as const;
const SHOWN = 6;

function Mark({ judgement }: { judgement: Judgement }) {
  const { t } = useTranslation();
  const { Icon, colour } = marks[judgement];
  return (
    <Box sx={{ display: 'inline-flex', alignItems: 'center', gap: 0.25, color: colour }}>
      <Icon sx={{ fontSize: 14 }} />
      <Typography variant="caption">{t(`studio.verdict.${judgement}`)}</Typography>
    </Box>
  );
}

/** The sentence over the table: the deciding figure, and whether the rest agrees. */
function useSummary(run: StudioRun, rows: readonly Row[]): string {
  const { t } = useTranslation();
  if (run.settings.phase === 'critic') return t('studio.verdict.critic');
  if (run.figures === null) return t('studio.verdict.notYet');
  const judged = rows.filter((row) => row.judgement !== null);
  if (judged.length === 0) return t('studio.verdict.alone');
  const better = judged.filter((row) => row.judgement === 'better').length;
  const worse = judged.filter((row) => row.judgement === 'worse').length;
  const first = judged[0].judgement;
  const which =
    first === 'better'
      ? worse > better
        ? 'mixedBetter'
        : 'isBetter'
      : first === 'worse'
        ? 'isWorse'
        : 'isEven';
  return t(`studio.verdict.${which}`, { better, worse, all: judged.length });
}

export function Verdict({ run }: { run: StudioRun }) {
  const { t, i18n } = useTranslation();
  const inUse = useStudio((s) => s.runs.find((r) => r.inUse && r.settings.network === run.settings.network));
  const shipped = useStudio((s) =>
    s.networks
      .find((n) => n.name === run.settings.network)
      ?.starts.some((start) => start.model === 'shipped'),
  );
  const [all, setAll] = useState(false);
  const rows = verdictRows(
    run.settings.network,
    run.figures?.figures ?? {},
    run.figuresInUse?.figures ?? null,
  );
  const compared = rows.some((row) => row.theirs !== null);
  const listed = all ? rows : rows.slice(0, SHOWN);
  const summary = useSummary(run, rows);
  const works = inUse
    ? t('studio.verdict.inUseRun', { name: inUse.id })
    : shipped
      ? t('studio.verdict.inUseShipped')
      : t('studio.verdict.inUseNone');
  return (
    <Box component="section" aria-labelledby="studio-verdict" sx={{ display: 'grid', gap: 1.5 }}>
      <Typography id="studio-verdict" variant="h3" component="h2" sx={{ m: 0 }}>
        {t('studio.verdict.title')}
      </Typography>
      <Typography variant="body2">{summary}</Typography>
      {rows.length > 0 && (
        <Table
          size="small"
          sx={{
            '& td, & th': { px: 0.5, py: 0.6, borderColor: 'room.line' },
            '& th': { typography: 'caption', color: 'text.secondary', verticalAlign: 'bottom' },
          }}
        >
          <TableHead>
            <TableRow>
              <TableCell>
                {t(run.melodies.length > 0 ? 'studio.verdict.figureMelodies' : 'studio.verdict.figure')}
              </TableCell>
              <TableCell align="right">{t('studio.verdict.thisRun')}</TableCell>
              {compared && <TableCell align="right">{t('studio.verdict.inUse')}</TableCell>}
              {compared && <TableCell>{t('studio.verdict.judged')}</TableCell>}
            </TableRow>
          </TableHead>
          <TableBody>
            {listed.map((row, k) => (
              <TableRow key={row.name}>
                <TableCell component="th" scope="row">
                  <Tooltip describeChild title={t(`studio.figure.${row.name}.says`)} placement="left">
                    <Box component="span" sx={{ color: 'text.primary', fontWeight: k === 0 ? 600 : 400 }}>
                      {t(`studio.figure.${row.name}.name`)}
                    </Box>
                  </Tooltip>
                </TableCell>
                <TableCell align="right" sx={{ typography: 'figure', fontWeight: k === 0 ? 600 : 400 }}>
                  {showFigure(row.name, row.mine, i18n.language)}
                </TableCell>
                {compared && (
                  <TableCell align="right" sx={{ typography: 'figure' }}>
                    {row.theirs === null ? '' : showFigure(row.name, row.theirs, i18n.language)}
                  </TableCell>
                )}
                {compared && <TableCell>{row.judgement && <Mark judgement={row.judgement} />}</TableCell>}
              </TableRow>
            ))}
          </TableBody>
        </Table>
      )}
      {rows.length > SHOWN && (
        <Button
          variant="text"
          color="secondary"
          sx={{ justifySelf: 'start', ml: -1 }}
          aria-expanded={all}
          onClick={() => setAll(!all)}
        >
          {all ? t('studio.verdict.fewer') : t('studio.verdict.all', { count: rows.length })}
        </Button>
      )}
      <Box sx={{ display: 'grid', gap: 1, p: 1.5, border: 1, borderColor: 'room.line', borderRadius: 1 }}>
        {run.inUse ? (
          <Box sx={{ display: 'flex', alignItems: 'center', gap: 0.75 }} role="status">
            <CheckCircle sx={{ color: 'success.main' }} />
            <Typography variant="body2">{t('studio.verdict.thisInUse')}</Typography>
          </Box>
        ) : (
          <Typography variant="body2" color="textSecondary">
            {works}
          </Typography>
        )}
        <Box sx={{ display: 'flex', gap: 1 }}>
          {run.inUse ? (
            <Button variant="outlined" color="secondary" onClick={() => void goBack(run)}>
              {t('studio.verdict.goBack')}
            </Button>
          ) : (
            <Button
              variant="contained"
              disabled={run.model === null}
              onClick={() => void putToWork(run.settings.network, run.model)}
            >
              {t('studio.verdict.use')}
            </Button>
          )}
        </Box>
        {run.model === null && run.settings.phase !== 'critic' && (
          <Typography variant="caption" color="textSecondary">
            {t('studio.verdict.noModel')}
          </Typography>
        )}
      </Box>
    </Box>
  );
}
