/** All runs: which is shown, which are laid over its curves, what each came to; removed with a way back. */
import DeleteOutlined from '@mui/icons-material/DeleteOutlined';
import {
  Box,
  ButtonBase,
  Checkbox,
  IconButton,
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableRow,
  Tooltip,
  Typography,
} from '@mui/material';
import { useTranslation } from 'react-i18next';
import type { StudioRun } from '../../app/contract/studio.ts';
import { removeRun } from './actions.ts';
import { deciding, elapsed, showFigure } from './figures.ts';
import { StateMark } from './StateMark.tsx';
import { showRun, toggleCompared, useStudio, working } from './store.ts';

const decidingIn = (run: StudioRun) => deciding(run.settings.network, run.figures?.figures ?? {});

export function PastRuns({ shown }: { shown: string | null }) {
  const { t, i18n } = useTranslation();
  const runs = useStudio((s) => s.runs);
  const compared = useStudio((s) => s.compared);
  if (runs.length === 0) return null;
  const figure = (run: StudioRun) => {
    const name = decidingIn(run);
    const value = run.figures?.figures[name];
    return value === undefined ? '–' : `${showFigure(name, value, i18n.language)}`;
  };
  return (
    <Box component="section" aria-labelledby="studio-runs" sx={{ display: 'grid', gap: 1 }}>
      <Box>
        <Typography id="studio-runs" variant="h3" component="h2" sx={{ m: 0 }}>
          {t('studio.runs.title')}
        </Typography>
        {runs.length > 1 && (
          <Typography variant="caption" color="textSecondary">
            {t('studio.runs.help')}
          </Typography>
        )}
      </Box>
      <Table
        size="small"
        sx={{
          '& td, & th': { px: 0.5, py: 0.4, borderColor: 'room.line' },
          '& thead th': { typography: 'caption', color: 'text.secondary' },
          // Neutral, as everything beside pictures.
          '& .MuiTableRow-root.Mui-selected, & .MuiTableRow-root.Mui-selected:hover': {
            bgcolor: 'room.selectedFill',
          },
        }}
      >
        <TableHead>
          <TableRow>
            {runs.length > 1 && <TableCell>{t('studio.runs.overlay')}</TableCell>}
            <TableCell>{t('studio.runs.run')}</TableCell>
            <TableCell align="right">{t('studio.runs.figure')}</TableCell>
            <TableCell />
          </TableRow>
        </TableHead>
        <TableBody>
          {runs.map((run) => (
            <TableRow key={run.id} selected={run.id === shown}>
              {runs.length > 1 && (
                <TableCell>
                  <Checkbox
                    checked={compared.has(run.id) && run.id !== shown}
                    disabled={run.id === shown}
                    onChange={() => toggleCompared(run.id)}
                    slotProps={{ input: { 'aria-label': t('studio.runs.overlayOf', { name: run.id }) } }}
                    sx={{ p: 0.25 }}
                  />
                </TableCell>
              )}
              <TableCell sx={{ maxWidth: 0, width: '100%' }}>
                <ButtonBase
                  onClick={() => showRun(run.id)}
                  aria-current={run.id === shown}
                  sx={{
                    display: 'block',
                    width: '100%',
                    textAlign: 'left',
                    borderRadius: 0.5,
                    p: 0.5,
                    '&:hover': { bgcolor: 'room.hover' },
                  }}
                >
                  <Box sx={{ display: 'flex', alignItems: 'center', gap: 0.75 }}>
                    <StateMark state={run.state} iconOnly />
                    <Typography
                      variant="body2"
                      sx={{
                        fontWeight: run.id === shown ? 600 : 400,
                        overflowWrap: 'anywhere',
                        lineHeight: 1.3,
                      }}
                    >
                      {run.id}
                    </Typography>
                  </Box>
                  <Typography variant="caption" color="textSecondary" component="div">
                    {[
                      t(`studio.network.${run.settings.network}.name`),
                      t(`studio.width.${run.settings.width}`),
                      ...(run.step > 0 ? [elapsed(run.secondsDone)] : []),
                      ...(run.inUse ? [t('studio.runs.inUse')] : []),
                    ].join(' · ')}
                  </Typography>
                </ButtonBase>
              </TableCell>
              <TableCell align="right" sx={{ whiteSpace: 'nowrap' }}>
                <Tooltip describeChild title={t(`studio.figure.${decidingIn(run)}.name`)}>
                  <Typography variant="figure" component="span">
                    {figure(run)}
                  </Typography>
                </Tooltip>
              </TableCell>
              <TableCell>
                {!working(run) && !run.inUse && (
                  <Tooltip title={t('studio.runs.remove')}>
                    <IconButton
                      aria-label={t('studio.runs.removeOf', { name: run.id })}
                      onClick={() => void removeRun(run)}
                    >
                      <DeleteOutlined />
                    </IconButton>
                  </Tooltip>
                )}
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </Box>
  );
}
