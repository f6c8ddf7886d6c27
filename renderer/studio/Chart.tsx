/**
 * The chart itself: lines over minutes with marks. A module of its own, since the chart library is large and is
 * only loaded when there is a curve to show. Lines differ by dashes as well as by colour.
 */
import { Box } from '@mui/material';
import { useTheme } from '@mui/material/styles';
import { ChartsReferenceLine } from '@mui/x-charts/ChartsReferenceLine';
import { LineChart } from '@mui/x-charts/LineChart';
import { memo } from 'react';
import { lookOf } from './lines.ts';

export interface ChartLine {
  id: string;
  label: string;
  data: readonly (number | null)[];
  /** Place among colours and dashes. */
  look: number;
}
export interface ChartMark {
  minutes: number;
  kind: string;
  label: string;
}
export interface ChartProps {
  x: readonly number[];
  lines: readonly ChartLine[];
  marks: readonly ChartMark[];
  /** A level that does not change, e.g. the model in use. */
  level: { value: number; label: string } | null;
  log: boolean;
  height: number;
  xLabel: string;
  /** Seconds under three minutes are easier to read than fractions of a minute. */
  format: (value: number | null) => string;
  formatX: (minutes: number) => string;
}

function Chart({ x, lines, marks, level, log, height, xLabel, format, formatX }: ChartProps) {
  const { palette, typography } = useTheme();
  const small = { fontSize: 11, fontFamily: typography.fontFamily, fill: palette.text.secondary };
  const safe = (v: number | null) => (v === null || (log && v <= 0) ? null : v);
  const strokes: Record<string, { strokeDasharray?: string; strokeWidth: number }> = {};
  lines.forEach((line, index) => {
    strokes[`& .MuiLineChart-line[data-series="${line.id}"]`] = {
      strokeDasharray: lookOf(line.look, palette.mode).dash || undefined,
      strokeWidth: index === 0 ? 2.2 : 1.7,
    };
  });
  return (
    <Box
      sx={{
        '& .MuiChartsAxis-line, & .MuiChartsAxis-tick': { stroke: palette.room.lineStrong },
        '& .MuiChartsGrid-line': { stroke: palette.room.line },
        '& .MuiChartsAxis-tickLabel, & .MuiChartsAxis-label': { fill: palette.text.secondary },
        ...strokes,
      }}
    >
      <LineChart
        height={height}
        skipAnimation
        hideLegend
        margin={{ left: 4, right: 12, top: 22, bottom: 0 }}
        grid={{ horizontal: true }}
        xAxis={[
          {
            id: 'x',
            data: [...x],
            scaleType: 'linear',
            min: 0,
            max: x.at(-1) ?? 1,
            label: xLabel,
            labelStyle: small,
            tickLabelStyle: small,
            valueFormatter: (minutes: number) => formatX(minutes),
            height: 42,
            tickNumber: 6,
          },
        ]}
        yAxis={[
          {
            id: 'y',
            scaleType: log ? 'log' : 'linear',
            tickLabelStyle: small,
            width: 46,
            valueFormatter: (value: number) => format(value),
            tickNumber: 5,
          },
        ]}
        series={lines.map((line) => ({
          id: line.id,
          label: line.label,
          data: line.data.map(safe),
          color: lookOf(line.look, palette.mode).colour,
          connectNulls: true,
          showMark: x.length <= 2,
          curve: 'linear' as const,
          valueFormatter: (value: number | null) => (value === null ? '' : format(value)),
        }))}
      >
        {marks.map((mark, index) => (
          <ChartsReferenceLine
            key={`${mark.kind}${index}`}
            x={mark.minutes}
            label={mark.label}
            labelAlign="start"
            labelStyle={{ ...small, fontSize: 10.5 }}
            spacing={{ x: 3, y: -14 }}
            lineStyle={{
              stroke: mark.kind === 'alarm' ? palette.error.main : palette.room.lineStrong,
              strokeDasharray: mark.kind === 'switch' ? '1 4' : mark.kind === 'alarm' ? undefined : '4 3',
            }}
          />
        ))}
        {level && (
          <ChartsReferenceLine
            y={level.value}
            label={level.label}
            labelAlign="end"
            labelStyle={small}
            lineStyle={{ stroke: palette.text.secondary, strokeDasharray: '6 4' }}
          />
        )}
      </LineChart>
    </Box>
  );
}

export default memo(Chart);
