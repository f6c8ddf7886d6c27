/** Which model does a step: ours (or what was chosen in its place), or one of those that were imported for its task. */
import { MenuItem, Select } from '@mui/material';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { ModelSpec } from '../../../app/recipe/spec.ts';
import { refreshModels, shownName, useModels } from '../../modelroom/store.ts';
import { useApp } from '../../store/app.ts';
import { useSession } from '../context.ts';

export function ModelRow(props: {
  step: string;
  spec: ModelSpec;
  value: string;
  name: string;
  disabled: boolean;
}) {
  const { step, spec, value, name, disabled } = props;
  const { t } = useTranslation();
  const session = useSession();
  const models = useModels((s) => s.models);
  const chosen = useApp((s) => s.settings.models[spec.task]);
  useEffect(() => {
    if (models === null) void refreshModels();
  }, [models]);
  const named = (models ?? []).filter((m) => m.task === spec.task && m.source === 'imported');
  // One that is gone is still what the recipe says.
  const gone = value !== '' && !named.some((m) => m.name === value);
  return (
    <Select
      size="small"
      displayEmpty
      value={value}
      disabled={disabled}
      onChange={(e) => session.set(step, spec.key, e.target.value)}
      inputProps={{ 'aria-label': name }}
      sx={{ gridColumn: '3 / -1', fontSize: 12.5, height: 26, minWidth: 0 }}
    >
      <MenuItem value="">
        {chosen === '' ? t('lightbox.ownModel') : t('lightbox.chosenModel', { name: shownName(chosen) })}
      </MenuItem>
      {named.map((m) => (
        <MenuItem key={m.name} value={m.name}>
          {m.name}
        </MenuItem>
      ))}
      {gone && <MenuItem value={value}>{t('lightbox.goneModel', { name: shownName(value) })}</MenuItem>}
    </Select>
  );
}
