/** How large the finished picture is: all of it, a longest side in pixels, or a size on paper in centimetres and dots per inch. */
import { Box, TextField, ToggleButton, ToggleButtonGroup, Typography } from '@mui/material';
import { useTranslation } from 'react-i18next';
import type { ExportRecipe } from '../../app/contract/jobs.ts';
import type { Item } from '../../app/contract/library.ts';
import { numberLocale } from '../format.ts';
import { paperFacts } from './paper.ts';

type Patch = Pick<Partial<ExportRecipe>, 'longSide' | 'printCm' | 'dpi'>;
type Mode = 'full' | 'limited' | 'paper';

export function SizeField({
  recipe,
  first,
  set,
}: {
  recipe: ExportRecipe;
  first: Item | undefined;
  set(patch: Patch): void;
}) {
  const { t, i18n } = useTranslation();
  const mode: Mode = recipe.printCm !== null ? 'paper' : recipe.longSide !== null ? 'limited' : 'full';
  const number = (value: number) =>
    new Intl.NumberFormat(numberLocale(i18n.language), { maximumFractionDigits: 1 }).format(value);
  const choose = (next: Mode | null) => {
    if (next === 'full') set({ longSide: null, printCm: null, dpi: null });
    if (next === 'limited') set({ longSide: 2048, printCm: null, dpi: null });
    if (next === 'paper') set({ longSide: null, printCm: 15, dpi: 300 });
  };
  const facts = mode === 'paper' && first ? paperFacts(recipe, first) : null;
  const amount = (
    value: number,
    unit: string,
    name: string,
    range: readonly [number, number],
    change: (v: number) => void,
    step = 1,
  ) => (
    <TextField
      type="number"
      value={value}
      onChange={(e) => {
        const next = Number(e.target.value);
        if (next > 0 && next <= range[1]) change(next);
      }}
      onBlur={() => change(Math.min(range[1], Math.max(range[0], value)))}
      slotProps={{
        htmlInput: { min: range[0], max: range[1], step, 'aria-label': name },
        input: { endAdornment: <Typography color="textSecondary">{unit}</Typography> },
      }}
      sx={{ width: unit === 'px' ? 130 : 112 }}
    />
  );
  return (
    <Box>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1.5, alignItems: 'center' }}>
        <ToggleButtonGroup
          exclusive
          size="small"
          value={mode}
          aria-label={t('export.size')}
          onChange={(_, next: Mode | null) => choose(next)}
        >
          <ToggleButton value="full" sx={{ px: 1.5 }}>
            {t('export.fullSize')}
          </ToggleButton>
          <ToggleButton value="limited" sx={{ px: 1.5 }}>
            {t('export.longSide')}
          </ToggleButton>
          <ToggleButton value="paper" sx={{ px: 1.5 }}>
            {t('export.paper')}
          </ToggleButton>
        </ToggleButtonGroup>
        {recipe.longSide !== null &&
          mode === 'limited' &&
          amount(recipe.longSide, 'px', t('export.longSide'), [16, 60000], (v) =>
            set({ longSide: Math.round(v) }),
          )}
        {recipe.printCm !== null && (
          <Box sx={{ display: 'flex', gap: 1, alignItems: 'center' }}>
            {amount(recipe.printCm, 'cm', t('export.paperSide'), [1, 500], (v) => set({ printCm: v }), 0.5)}
            {amount(recipe.dpi ?? 300, 'dpi', t('export.dpi'), [30, 2400], (v) =>
              set({ dpi: Math.round(v) }),
            )}
          </Box>
        )}
      </Box>
      {facts && (
        <Typography
          variant="caption"
          component="p"
          sx={{ mt: 0.5, color: facts.enough ? 'text.secondary' : 'warning.main' }}
        >
          {t(facts.enough ? 'export.paperIs' : 'export.paperCoarse', {
            width: number(facts.width),
            height: number(facts.height),
            dpi: number(Math.round(facts.dpi)),
            wanted: number(recipe.dpi ?? 300),
          })}
        </Typography>
      )}
    </Box>
  );
}
