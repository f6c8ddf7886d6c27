/**
 * One parameter as a row: scope badge, name (its help on hover and for screen readers), the control that its
 * type asks for, and its value. Which control that is follows from the description alone.
 */
import {
  Box,
  Button,
  IconButton,
  MenuItem,
  Select,
  Switch,
  ToggleButton,
  ToggleButtonGroup,
  Tooltip,
  Typography,
} from '@mui/material';
import RestartAlt from '@mui/icons-material/RestartAlt';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { numberLocale } from '../../format.ts';
import type { ChoiceSpec, RectSpec, RgbSpec } from '../../../app/recipe/spec.ts';
import { useLightbox, useSession } from '../context.ts';
import type { Control } from '../logic/controls.ts';
import type { Tool } from '../logic/session.ts';
import { baseDensity, swatchColour } from '../logic/swatch.ts';
import { HintsRow, MarksRow } from './DrawnRows.tsx';
import { ModelRow } from './ModelRow.tsx';
import { ScopeBadge } from './ScopeBadge.tsx';
import { SourcesRow } from './SourcesRow.tsx';
import { SliderTrack } from './SliderTrack.tsx';
import { ValueField } from './ValueField.tsx';

/** Tools that set a parameter on the picture. */
const tools: Record<string, Tool> = { 'film.base': 'base', 'film.baseRect': 'base', 'frame.crop': 'crop' };
const SEGMENTS = 4;

interface RowProps {
  control: Control;
  disabled: boolean;
}

export function ParamRow({ control, disabled }: RowProps) {
  const { t } = useTranslation();
  const session = useSession();
  const helpId = useId();
  const { spec, step } = control;
  const name = t(control.labelKey);
  const help = t(control.helpKey);
  return (
    <Box
      sx={{
        display: 'grid',
        gridTemplateColumns: '18px 104px minmax(0, 1fr) auto',
        alignItems: 'center',
        columnGap: 0.5,
        minHeight: 28,
      }}
    >
      <ScopeBadge control={control} />
      <Tooltip title={help} placement="left">
        <Typography
          variant="body2"
          noWrap
          onDoubleClick={() => !disabled && session.set(step, spec.key, spec.default as Control['value'])}
          sx={{
            fontSize: 12.5,
            color: disabled ? 'text.disabled' : control.changed ? 'text.primary' : 'text.secondary',
            fontWeight: control.changed ? 550 : 400,
          }}
        >
          {name}
        </Typography>
      </Tooltip>
      <Box component="span" id={helpId} sx={hiddenText}>
        {help}
      </Box>
      {spec.type === 'number' && (
        <>
          <SliderTrack
            step={step}
            spec={spec}
            value={control.value as number}
            name={name}
            describedBy={helpId}
            disabled={disabled}
          />
          <ValueField
            step={step}
            spec={spec}
            value={control.value as number}
            name={name}
            disabled={disabled}
          />
        </>
      )}
      {spec.type === 'choice' && (
        <Choice control={control} spec={spec} name={name} helpId={helpId} disabled={disabled} />
      )}
      {spec.type === 'switch' && (
        <Box sx={{ gridColumn: '3 / -1', justifySelf: 'end' }}>
          <Switch
            size="small"
            checked={control.value === true}
            disabled={disabled}
            onChange={(_, on) => session.set(step, spec.key, on)}
            slotProps={{ input: { 'aria-label': name, 'aria-describedby': helpId } }}
          />
        </Box>
      )}
      {spec.type === 'model' && (
        <ModelRow step={step} spec={spec} value={control.value as string} name={name} disabled={disabled} />
      )}
      {spec.type === 'sources' && <SourcesRow name={name} disabled={disabled} />}
      {spec.type === 'marks' && <MarksRow />}
      {spec.type === 'hints' && <HintsRow name={name} />}
      {(spec.type === 'rgb' || spec.type === 'rect') && (
        <Picked control={control} spec={spec} name={name} disabled={disabled} />
      )}
    </Box>
  );
}

const hiddenText = {
  position: 'absolute',
  width: 1,
  height: 1,
  overflow: 'hidden',
  clipPath: 'inset(50%)',
  whiteSpace: 'nowrap',
} as const;

function Choice({
  control,
  spec,
  name,
  helpId,
  disabled,
}: RowProps & { spec: ChoiceSpec; name: string; helpId: string }) {
  const { t } = useTranslation();
  const session = useSession();
  const { step } = control;
  const word = (option: string) => t(`params.${step}.${spec.key}.options.${option}`);
  if (spec.options.length <= SEGMENTS)
    return (
      <ToggleButtonGroup
        exclusive
        fullWidth
        size="small"
        value={control.value}
        disabled={disabled}
        aria-label={name}
        aria-describedby={helpId}
        onChange={(_, v: string | null) => v !== null && session.set(step, spec.key, v)}
        sx={{
          gridColumn: '3 / -1',
          '& .MuiToggleButton-root': { py: 0, minHeight: 24, fontSize: 12, px: 0.5 },
        }}
      >
        {spec.options.map((o) => (
          <ToggleButton key={o} value={o}>
            {word(o)}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
    );
  return (
    <Select
      value={control.value as string}
      disabled={disabled}
      onChange={(e) => session.set(step, spec.key, e.target.value)}
      inputProps={{ 'aria-label': name, 'aria-describedby': helpId }}
      sx={{ gridColumn: '3 / -1', fontSize: 12.5, '& .MuiSelect-select': { py: 0.25 } }}
    >
      {spec.options.map((o) => (
        <MenuItem key={o} value={o}>
          {word(o)}
        </MenuItem>
      ))}
    </Select>
  );
}

/** A value taken from the picture: what it is now, a button for the tool, one to go back to automatic. */
function Picked({ control, spec, name, disabled }: RowProps & { spec: RgbSpec | RectSpec; name: string }) {
  const { t, i18n } = useTranslation();
  const session = useSession();
  const tool = tools[`${control.step}.${spec.key}`];
  const active = useLightbox((s) => s.tool);
  const { value } = control;
  const rgb = spec.type === 'rgb' && Array.isArray(value) ? (value as number[]) : null;
  const rect = spec.type === 'rect' && value ? (value as { w: number; h: number }) : null;
  const number = new Intl.NumberFormat(numberLocale(i18n.language), {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  });
  const text = rgb
    ? baseDensity(rgb)
        .map((d) => number.format(d))
        .join(' · ')
    : rect
      ? t('lightbox.rectSize', { w: Math.round(rect.w * 100), h: Math.round(rect.h * 100) })
      : t('lightbox.automatic');
  return (
    // Three densities and two buttons do not fit on one line in every language: the buttons go below them then.
    <Box
      sx={{
        gridColumn: '3 / -1',
        display: 'flex',
        flexWrap: 'wrap',
        alignItems: 'center',
        gap: 0.75,
        minWidth: 0,
        py: 0.25,
      }}
    >
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 0.75, flex: '1 0 auto', maxWidth: '100%' }}>
        {rgb && (
          <Box
            sx={{
              width: 16,
              height: 16,
              flex: 'none',
              borderRadius: 0.5,
              border: 1,
              borderColor: 'room.lineStrong',
            }}
            style={{ background: swatchColour(rgb) }}
          />
        )}
        <Typography variant="figure" sx={{ fontSize: 12, whiteSpace: 'nowrap', color: 'text.secondary' }}>
          {text}
        </Typography>
      </Box>
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 0.75, ml: 'auto' }}>
        {value !== null && (
          <IconButton
            disabled={disabled}
            onClick={() => session.set(control.step, spec.key, null)}
            aria-label={t('lightbox.clearOf', { name })}
            title={t('lightbox.clearOf', { name })}
            sx={{ p: 0.25 }}
          >
            <RestartAlt sx={{ fontSize: 16 }} />
          </IconButton>
        )}
        {tool && (
          <Button
            color="secondary"
            variant="outlined"
            disabled={disabled}
            aria-pressed={active === tool}
            aria-label={t('lightbox.setOf', { name })}
            onClick={() => session.store.setState({ tool: active === tool ? 'none' : tool })}
            sx={small}
          >
            {t(tool === 'base' ? 'lightbox.pick' : 'lightbox.draw')}
          </Button>
        )}
      </Box>
    </Box>
  );
}

const small = { minHeight: 24, py: 0, px: 1, minWidth: 0, fontSize: 12, flex: 'none' } as const;
