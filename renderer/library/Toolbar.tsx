/** Above the light table: what is shown (filters), in which order, how large. */
import ArrowDownward from '@mui/icons-material/ArrowDownward';
import ArrowUpward from '@mui/icons-material/ArrowUpward';
import Close from '@mui/icons-material/Close';
import PhotoSizeSelectActualOutlined from '@mui/icons-material/PhotoSizeSelectActualOutlined';
import ViewSidebarOutlined from '@mui/icons-material/ViewSidebarOutlined';
import {
  Box,
  Button,
  Checkbox,
  Divider,
  IconButton,
  MenuItem,
  Slider,
  TextField,
  Tooltip,
  Typography,
} from '@mui/material';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { itemStates, scanKinds } from '../../app/contract/library.ts';
import { useApp } from '../store/app.ts';
import { narrowing, noFilter, setFilter, useLibrary, type Filter } from '../store/library.ts';
import { sizes } from '../theme.ts';
import { MenuButton } from '../ui/MenuButton.tsx';
import { readFilterDate } from './state.ts';
import { largestRow, smallestRow } from './useTableKeys.ts';
import { Stars } from '../ui/Stars.tsx';

interface ManyProps<T extends string> {
  label: string;
  all: readonly T[];
  chosen: readonly T[];
  name: (value: T) => string;
  count?: (value: T) => number | undefined;
  onChange: (chosen: T[]) => void;
}

/** A filter of which several values may be on. */
function Many<T extends string>({ label, all, chosen, name, count, onChange }: ManyProps<T>) {
  const text =
    chosen.length === 0 ? label : chosen.length === 1 ? name(chosen[0]) : `${label}: ${chosen.length}`;
  return (
    <MenuButton label={text} on={chosen.length > 0}>
      {() =>
        all.map((value) => {
          const on = chosen.includes(value);
          return (
            <MenuItem
              key={value}
              role="menuitemcheckbox"
              aria-checked={on}
              onClick={() => onChange(on ? chosen.filter((v) => v !== value) : [...chosen, value])}
            >
              <Checkbox checked={on} tabIndex={-1} disableRipple sx={{ p: 0, mr: 1 }} aria-hidden />
              <Box component="span" sx={{ flex: 1 }}>
                {name(value)}
              </Box>
              {count?.(value) !== undefined && (
                <Typography variant="figure" color="textSecondary" sx={{ ml: 3 }}>
                  {count(value)}
                </Typography>
              )}
            </MenuItem>
          );
        })
      }
    </MenuButton>
  );
}

function DateFilter({ filter }: { filter: Filter }) {
  const { t } = useTranslation();
  const [from, setFrom] = useState(filter.dateFrom ?? '');
  const [to, setTo] = useState(filter.dateTo ?? '');
  const bad = (text: string) => readFilterDate(text) === undefined;
  const apply = () => {
    if (!bad(from) && !bad(to))
      setFilter({ dateFrom: readFilterDate(from) ?? null, dateTo: readFilterDate(to) ?? null });
  };
  return (
    <Box
      component="form"
      sx={{ display: 'grid', gap: 1.5, width: 260 }}
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
    >
      <Typography variant="label">{t('filter.captured')}</Typography>
      <TextField
        label={t('filter.from')}
        value={from}
        error={bad(from)}
        onChange={(e) => setFrom(e.target.value)}
        placeholder="1962"
        autoFocus
      />
      <TextField
        label={t('filter.to')}
        value={to}
        error={bad(to)}
        onChange={(e) => setTo(e.target.value)}
        placeholder="1969-12"
      />
      <Button type="submit" variant="outlined" color="secondary" disabled={bad(from) || bad(to)}>
        {t('filter.apply')}
      </Button>
    </Box>
  );
}

const sorts = ['group', 'name', 'captureDate', 'scanDate', 'rating', 'added'] as const;
const flags = ['keep', 'none', 'reject'] as const;

export function Toolbar() {
  const { t } = useTranslation();
  const filter = useLibrary((s) => s.filter);
  const facets = useLibrary((s) => s.facets);
  const total = useLibrary((s) => s.total);
  const rowHeight = useLibrary((s) => s.rowHeight);
  const panels = useApp((s) => s.panels);
  const dates = [filter.dateFrom, filter.dateTo].filter(Boolean).join(' – ');
  return (
    <Box
      role="toolbar"
      aria-label={t('filter.toolbar')}
      sx={{
        minHeight: sizes.toolbar,
        flexShrink: 0,
        display: 'flex',
        flexWrap: 'wrap',
        alignItems: 'center',
        columnGap: 0.25,
        px: 1.5,
        py: 0.75,
        bgcolor: 'room.panel',
        borderBottom: 1,
        borderColor: 'room.line',
      }}
    >
      <Tooltip title={t('commands.library.panels')}>
        <IconButton
          aria-label={t('commands.library.panels')}
          aria-pressed={panels}
          onClick={() => useApp.setState({ panels: !panels })}
          sx={{ mr: 0.5 }}
        >
          <ViewSidebarOutlined sx={{ transform: 'scaleX(-1)' }} />
        </IconButton>
      </Tooltip>
      <Many
        label={t('filter.kind')}
        all={scanKinds}
        chosen={filter.kinds}
        name={(k) => t(`kind.${k}`)}
        count={(k) => facets.counts[k]}
        onChange={(kinds) => setFilter({ kinds })}
      />
      <MenuButton
        label={filter.minRating ? '★'.repeat(filter.minRating) : t('filter.rating')}
        on={filter.minRating > 0}
        as="panel"
        aria-label={t('filter.rating')}
      >
        {() => (
          <Box sx={{ display: 'grid', gap: 1 }}>
            <Typography variant="label">{t('filter.atLeast')}</Typography>
            <Stars
              value={filter.minRating}
              onChange={(_, value) => setFilter({ minRating: value ?? 0 })}
              sx={{ color: 'primary.main' }}
            />
          </Box>
        )}
      </MenuButton>
      <Many
        label={t('filter.flag')}
        all={flags}
        chosen={filter.flags}
        name={(f) => t(`flag.${f}`)}
        onChange={(next) => setFilter({ flags: next })}
      />
      <Many
        label={t('filter.state')}
        all={itemStates}
        chosen={filter.states}
        name={(s) => t(`state.${s}`)}
        onChange={(states) => setFilter({ states })}
      />
      <MenuButton label={filter.camera ?? t('filter.camera')} on={filter.camera !== null}>
        {(close) =>
          [null, ...facets.cameras].map((camera) => (
            <MenuItem
              key={camera ?? ''}
              selected={camera === filter.camera}
              onClick={() => {
                setFilter({ camera });
                close();
              }}
            >
              {camera ?? t('filter.anyCamera')}
            </MenuItem>
          ))
        }
      </MenuButton>
      <MenuButton label={dates || t('filter.date')} on={dates !== ''} as="panel">
        {() => <DateFilter filter={filter} />}
      </MenuButton>
      {narrowing(filter) > 0 && (
        <Button
          startIcon={<Close />}
          onClick={() => setFilter({ ...noFilter, sort: filter.sort, descending: filter.descending })}
        >
          {t('filter.clear')}
        </Button>
      )}
      <Box sx={{ flex: 1 }} />
      <Typography variant="figure" color="textSecondary" noWrap sx={{ px: 1 }} aria-live="polite">
        {t('library.frames', { count: total })}
      </Typography>
      <Divider orientation="vertical" flexItem sx={{ my: 1, mx: 0.5 }} />
      <MenuButton
        label={t(`sort.${filter.sort}`)}
        aria-label={`${t('sort.by')}: ${t(`sort.${filter.sort}`)}`}
      >
        {(close) =>
          sorts.map((sort) => (
            <MenuItem
              key={sort}
              selected={sort === filter.sort}
              onClick={() => {
                setFilter({ sort });
                close();
              }}
            >
              {t(`sort.${sort}`)}
            </MenuItem>
          ))
        }
      </MenuButton>
      <Tooltip title={t(filter.descending ? 'sort.descending' : 'sort.ascending')}>
        <IconButton
          aria-label={t(filter.descending ? 'sort.descending' : 'sort.ascending')}
          onClick={() => setFilter({ descending: !filter.descending })}
        >
          {filter.descending ? <ArrowDownward /> : <ArrowUpward />}
        </IconButton>
      </Tooltip>
      <Box
        sx={{
          display: 'flex',
          alignItems: 'center',
          gap: 1.25,
          ml: 1,
          mr: 1,
          width: 132,
          color: 'text.secondary',
        }}
      >
        <PhotoSizeSelectActualOutlined sx={{ fontSize: 16 }} />
        <Slider
          aria-label={t('library.size')}
          value={rowHeight}
          min={smallestRow}
          max={largestRow}
          step={10}
          onChange={(_, value) => useLibrary.setState({ rowHeight: value as number })}
        />
      </Box>
    </Box>
  );
}
