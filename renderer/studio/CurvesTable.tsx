/** The curves as a table: for those who read numbers rather than lines, and for screen readers. */
import { Box, Table, TableBody, TableCell, TableHead, TableRow } from '@mui/material';
import { useTranslation } from 'react-i18next';
import { lossesOf, lossNames, tableRows, type Curves } from './curves.ts';
import { elapsed, showFigure, type FigureName, numberLocales } from './figures.ts';
import { useLossName } from './words.ts';

interface Props {
  curves: Curves;
  show: 'losses' | 'figures';
  figure: FigureName | null;
}

export function CurvesTable({ curves, show, figure }: Props) {
  const { t, i18n } = useTranslation();
  const lossName = useLossName();
  const number = new Intl.NumberFormat(numberLocales(i18n.language), { maximumSignificantDigits: 4 });
  const names = lossNames(curves.points);
  const columns = show === 'losses' ? names.map(lossName) : figure ? [t(`studio.figure.${figure}.name`)] : [];
  const rows =
    show === 'losses'
      ? tableRows(curves.points).map((p) => ({
          step: p.step,
          seconds: p.seconds,
          size: p.size as number | null,
          values: names.map((name) => (name in lossesOf(p) ? number.format(lossesOf(p)[name]) : '')),
        }))
      : tableRows(curves.figures.filter((f) => f.of === 'run' && figure && figure in f.figures)).map((f) => ({
          step: f.step,
          seconds: f.seconds,
          size: null,
          values: figure ? [showFigure(figure, f.figures[figure], i18n.language)] : [],
        }));
  return (
    <Box
      tabIndex={0}
      role="region"
      aria-label={t('studio.curves.table')}
      sx={{ maxHeight: 300, overflow: 'auto', border: 1, borderColor: 'room.line', borderRadius: 1 }}
    >
      <Table
        size="small"
        stickyHeader
        sx={{ '& td, & th': { typography: 'figure', borderColor: 'room.line' } }}
      >
        <TableHead>
          <TableRow>
            <TableCell>{t('studio.run.step')}</TableCell>
            <TableCell>{t('studio.run.time')}</TableCell>
            {show === 'losses' && <TableCell>{t('studio.run.size')}</TableCell>}
            {columns.map((name) => (
              <TableCell key={name} align="right">
                {name}
              </TableCell>
            ))}
          </TableRow>
        </TableHead>
        <TableBody>
          {rows.map((row, k) => (
            <TableRow key={k}>
              <TableCell>{row.step}</TableCell>
              <TableCell>{elapsed(row.seconds)}</TableCell>
              {row.size !== null && <TableCell>{row.size} px</TableCell>}
              {row.values.map((value, v) => (
                <TableCell key={v} align="right">
                  {value}
                </TableCell>
              ))}
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </Box>
  );
}
