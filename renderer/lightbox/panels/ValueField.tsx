/** The number behind a slider, editable: Enter takes it, Escape forgets it, arrow keys nudge it. */
import { Box, InputBase } from '@mui/material';
import { useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { NumberSpec } from '../../../app/recipe/spec.ts';
import { formatNumber, parseNumber } from '../logic/controls.ts';
import { useNumber } from './useNumber.ts';

export interface ValueFieldProps {
  step: string;
  spec: NumberSpec;
  value: number;
  name: string;
  disabled: boolean;
}

export function ValueField({ step, spec, value, name, disabled }: ValueFieldProps) {
  const { t, i18n } = useTranslation();
  const frame = useRef<HTMLDivElement>(null);
  const number = useNumber(step, spec, value, frame);
  const [text, setText] = useState<string | null>(null);
  const shown = text ?? formatNumber(value, spec, i18n.language);
  const take = () => {
    if (text === null) return;
    const parsed = parseNumber(text, spec);
    if (parsed !== null && parsed !== value) number.set(parsed);
    setText(null);
  };
  const key = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Enter') take();
    else if (event.key === 'Escape') {
      setText(null);
      event.stopPropagation();
      event.currentTarget.blur();
    } else if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
      setText(null);
      number.onKeyDown(event);
    }
  };
  return (
    <Box ref={frame} sx={{ display: 'flex', alignItems: 'baseline', justifyContent: 'flex-end' }}>
      <InputBase
        value={shown}
        disabled={disabled}
        onFocus={(e) => {
          setText(shown);
          e.currentTarget.select();
        }}
        onChange={(e) => setText(e.currentTarget.value)}
        onBlur={take}
        onKeyDown={key}
        inputProps={{
          'aria-label': t('lightbox.valueOf', { name }),
          inputMode: 'decimal',
          autoComplete: 'off',
          spellCheck: false,
        }}
        sx={{
          width: 46,
          height: 22,
          '& input': {
            p: '1px 4px',
            textAlign: 'right',
            fontSize: 12.5,
            fontVariantNumeric: 'tabular-nums',
            borderRadius: 0.5,
            '&:hover': { bgcolor: disabled ? undefined : 'room.hover' },
            '&:focus': {
              bgcolor: 'room.raised',
              boxShadow: (th) => `inset 0 0 0 1px ${th.palette.primary.main}`,
            },
          },
        }}
      />
      <Box component="span" sx={{ width: 22, pl: 0.25, fontSize: 11.5, color: 'text.secondary' }}>
        {spec.unit}
      </Box>
    </Box>
  );
}
