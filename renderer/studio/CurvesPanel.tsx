/** The curves of a run: all its losses or one of its figures, past runs beside it, events marked, or as a table. */
import TableRowsOutlined from '@mui/icons-material/TableRowsOutlined';
import {
  Box,
  ButtonBase,
  FormControlLabel,
  IconButton,
  LinearProgress,
  MenuItem,
  Select,
  Switch,
  ToggleButton,
  ToggleButtonGroup,
  Tooltip,
  Typography,
} from '@mui/material';
import { useTheme } from '@mui/material/styles';
import { lazy, Suspense, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { StudioRun } from '../../app/contract/studio.ts';
import type { ChartLine } from './Chart.tsx';
import { CurvesTable } from './CurvesTable.tsx';
import { figureCurve, lossCurve, lossNames, marksOf, onOneAxis, type Curve } from './curves.ts';
import { figureNames, deciding, showFigure, type FigureName, numberLocales } from './figures.ts';
import { lookOf } from './lines.ts';
import { curvesOf, loadCurves, useStudio } from './store.ts';
import { useLossName } from './words.ts';

const Chart = lazy(() => import('./Chart.tsx'));
/** Under three minutes, seconds; over three hours, hours. */
const unitOf = (minutes: number) => (minutes < 3 ? 'seconds' : minutes < 180 ? 'minutes' : 'hours');
const factor = { seconds: 60, minutes: 1, hours: 1 / 60 } as const;
const HEIGHT = 264;
/** Not a loss, and on another scale: drawn when it is asked for. */
const quiet: ReadonlySet<string> = new Set(['gradient']);

function Sample({ look }: { look: number }) {
  const { colour, dash } = lookOf(look, useTheme().palette.mode);
  return (
    <svg width="26" height="8" aria-hidden>
      <line
        x1="1"
        x2="25"
        y1="4"
        y2="4"
        stroke={colour}
        strokeWidth="2.4"
        strokeDasharray={dash || undefined}
      />
    </svg>
  );
}

export function CurvesPanel({ run }: { run: StudioRun }) {
  const { t, i18n } = useTranslation();
  const lossName = useLossName();
  const curves = useStudio((s) => curvesOf(s, run.id));
  const all = useStudio((s) => s.curves);
  const compared = useStudio((s) => s.compared);
  const [show, setShow] = useState<'losses' | 'figures'>('losses');
  const [wanted, setWanted] = useState<FigureName | null>(null);
  const [log, setLog] = useState(false);
  const [table, setTable] = useState(false);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(quiet);
  const others = useMemo(() => [...compared].filter((id) => id !== run.id), [compared, run.id]);

  useEffect(() => {
    for (const id of [run.id, ...others]) if (!useStudio.getState().curves.has(id)) void loadCurves(id);
  }, [run.id, others]);

  const available = useMemo(
    () => figureNames.filter((name) => curves.figures.some((f) => name in f.figures)),
    [curves.figures],
  );
  const { network } = run.settings;
  const figure = useMemo(
    () =>
      [wanted, deciding(network, run.figures?.figures ?? {}), available[0]].find(
        (f) => f && available.includes(f),
      ) ?? null,
    [available, wanted, network, run.figures],
  );
  const { lines, x, looks } = useMemo(() => {
    const own: Curve[] =
      show === 'losses'
        ? lossNames(curves.points).map((name) => ({
            id: name,
            label: lossName(name),
            ...lossCurve(curves.points, name),
          }))
        : figure
          ? [{ id: run.id, label: run.id, ...figureCurve(curves.figures, figure) }]
          : [];
    const past = others.flatMap((id): Curve[] => {
      const c = all.get(id);
      if (!c) return [];
      return [
        {
          id: `run-${id}`,
          label: id,
          ...(show === 'losses' ? lossCurve(c.points, 'total') : figureCurve(c.figures, figure ?? '')),
        },
      ];
    });
    const listed = [...own, ...past];
    const drawn = listed.filter((c) => !hidden.has(c.id) && c.xs.length > 0);
    const { x: axis, ys } = onOneAxis(drawn);
    return {
      looks: listed.map((c, look) => ({ id: c.id, label: c.label, look })),
      x: axis,
      lines: drawn.map((c, k): ChartLine => ({
        id: c.id,
        label: c.label,
        data: ys[k],
        look: listed.indexOf(c),
      })),
    };
  }, [curves, all, others, show, figure, hidden, lossName, run.id]);
  const marks = useMemo(
    () =>
      marksOf(curves).map(({ minutes, kind, size }) => ({
        minutes,
        kind,
        label: size !== null && run.melodies.length === 0 ? `${size} px` : kind === 'alarm' ? '!' : '',
      })),
    [curves, run.melodies.length],
  );
  const unit = unitOf(x.at(-1) ?? 0);
  const theirs = show === 'figures' && figure ? run.figuresInUse?.figures[figure] : undefined;
  const logable = show === 'losses';
  const format = useMemo(() => {
    const few = new Intl.NumberFormat(numberLocales(i18n.language), { maximumSignificantDigits: 3 });
    return (value: number | null) =>
      value === null
        ? ''
        : show === 'figures' && figure
          ? showFigure(figure, value, i18n.language)
          : few.format(value);
  }, [i18n.language, show, figure]);
  const formatX = useMemo(() => {
    const one = new Intl.NumberFormat(numberLocales(i18n.language), { maximumFractionDigits: 1 });
    return (minutes: number) => one.format(minutes * factor[unit]);
  }, [i18n.language, unit]);
  const first = lines[0]?.data.find((v) => v !== null);
  const last = lines[0]?.data.findLast((v) => v !== null);

  return (
    <Box component="section" aria-labelledby="studio-curves" sx={{ display: 'grid', gap: 1 }}>
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 1.5, flexWrap: 'wrap' }}>
        <Typography id="studio-curves" variant="h3" sx={{ m: 0 }}>
          {t('studio.curves.title')}
        </Typography>
        <ToggleButtonGroup
          exclusive
          size="small"
          value={show}
          onChange={(_, next: 'losses' | 'figures' | null) => next && setShow(next)}
          aria-label={t('studio.curves.what')}
        >
          <ToggleButton value="losses">{t('studio.curves.losses')}</ToggleButton>
          <ToggleButton value="figures">{t('studio.curves.figures')}</ToggleButton>
        </ToggleButtonGroup>
        {show === 'figures' && figure && (
          <Select
            value={figure}
            onChange={(event) => setWanted(event.target.value)}
            inputProps={{ 'aria-label': t('studio.curves.figure') }}
            sx={{ maxWidth: 240 }}
          >
            {available.map((name) => (
              <MenuItem key={name} value={name}>
                {t(`studio.figure.${name}.name`)}
              </MenuItem>
            ))}
          </Select>
        )}
        <Box sx={{ flex: 1 }} />
        {logable && !table && (
          <FormControlLabel
            control={<Switch size="small" checked={log} onChange={(_, on) => setLog(on)} />}
            label={<Typography variant="body2">{t('studio.curves.log')}</Typography>}
            sx={{ mr: 0 }}
          />
        )}
        <Tooltip title={t('studio.curves.table')}>
          <IconButton
            aria-label={t('studio.curves.table')}
            aria-pressed={table}
            onClick={() => setTable(!table)}
            sx={table ? { color: 'primary.main', bgcolor: 'room.selectedFill' } : undefined}
          >
            <TableRowsOutlined />
          </IconButton>
        </Tooltip>
      </Box>
      {looks.length > 0 && !table && (
        <Box
          role="group"
          aria-label={t('studio.curves.lines')}
          sx={{ display: 'flex', flexWrap: 'wrap', gap: 0.5 }}
        >
          {looks.map(({ id, label, look }) => (
            <ButtonBase
              key={id}
              aria-pressed={!hidden.has(id)}
              onClick={() => {
                const next = new Set(hidden);
                if (!next.delete(id)) next.add(id);
                setHidden(next);
              }}
              sx={{
                gap: 0.75,
                px: 0.75,
                py: 0.5,
                minHeight: 26,
                borderRadius: 1,
                color: hidden.has(id) ? 'text.secondary' : 'text.primary',
                textDecoration: hidden.has(id) ? 'line-through' : 'none',
                '&:hover': { bgcolor: 'room.hover' },
              }}
            >
              <Sample look={look} />
              <Typography variant="caption">{label}</Typography>
            </ButtonBase>
          ))}
        </Box>
      )}
      {table ? (
        <CurvesTable curves={curves} show={show} figure={figure} />
      ) : x.length === 0 ? (
        <Typography color="textSecondary" sx={{ py: 5, textAlign: 'center' }}>
          {looks.length > 0 && hidden.size > 0
            ? t('studio.curves.allHidden')
            : show === 'figures'
              ? t(run.melodies.length > 0 ? 'studio.melodies.noFigures' : 'studio.curves.noFigures')
              : t('studio.curves.none')}
        </Typography>
      ) : (
        <Box
          role="img"
          aria-label={t('studio.curves.says', {
            name: lines[0].label,
            first: format(first ?? null),
            last: format(last ?? null),
            time: `${formatX(x.at(-1) ?? 0)} ${t(`studio.unit.${unit}`)}`,
          })}
          sx={{ minHeight: HEIGHT }}
        >
          <Suspense fallback={<LinearProgress aria-label={t('common.loading')} />}>
            <Chart
              x={x}
              lines={lines}
              marks={marks}
              level={theirs === undefined ? null : { value: theirs, label: t('studio.verdict.inUse') }}
              log={log && logable}
              height={HEIGHT}
              xLabel={t(`studio.curves.over.${unit}`)}
              format={format}
              formatX={formatX}
            />
          </Suspense>
        </Box>
      )}
      {marks.length > 1 && !table && x.length > 0 && (
        <Typography variant="caption" color="textSecondary">
          {t('studio.curves.marks')}
        </Typography>
      )}
      {show === 'figures' && figure && !table && (
        <Typography variant="caption" color="textSecondary">
          {t(`studio.figure.${figure}.says`)}
        </Typography>
      )}
    </Box>
  );
}
