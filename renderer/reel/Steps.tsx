/** The reel's steps as cards: switch, sliders, choices, and a look at what each would change; for the reel or for one shot. */
import RestartAlt from '@mui/icons-material/RestartAlt';
import VisibilityOutlined from '@mui/icons-material/VisibilityOutlined';
import {
  Box,
  IconButton,
  MenuItem,
  Slider,
  Switch,
  TextField,
  ToggleButton,
  ToggleButtonGroup,
  Tooltip,
  Typography,
} from '@mui/material';
import { useTranslation } from 'react-i18next';
import type { ParamSpec } from '../../app/recipe/spec.ts';
import { filmSteps, type FilmStepName } from '../../app/recipe/film.ts';
import { scopeFirst, shotAt, shownRecipe, stepParams, storeRecipe, useReel, withParams } from './store.ts';

/** Steps that can show what they would change in a frame. */
const DIAGNOSTIC = new Set<FilmStepName>([
  'frames',
  'stabilize',
  'deflicker',
  'dirt',
  'lines',
  'gate',
  'grain',
  'colour',
]);

function Row({
  step,
  spec,
  value,
  disabled,
}: {
  step: FilmStepName;
  spec: ParamSpec;
  value: unknown;
  disabled: boolean;
}) {
  const { t } = useTranslation();
  const label = t(`reel.params.${step}.${spec.key}`);
  const change = (next: unknown, store: boolean): void => {
    const state = useReel.getState();
    const recipe = shownRecipe(state);
    if (!recipe) return;
    const changed = withParams(recipe, step, { [spec.key]: next }, scopeFirst(state));
    if (store) void storeRecipe(changed, `${t(`reel.steps.${step}.title`)}: ${label}`);
    else useReel.setState({ draft: changed });
  };
  if (spec.type === 'number' && typeof value === 'number')
    return (
      <Box sx={{ display: 'grid', gridTemplateColumns: '1fr auto', alignItems: 'center', columnGap: 1.5 }}>
        <Typography variant="body2" color="textSecondary">
          {label}
        </Typography>
        <Typography variant="figure" sx={{ fontSize: 12 }}>
          {`${Math.round(value * 1000) / 1000} ${spec.unit}`}
        </Typography>
        <Slider
          size="small"
          min={spec.min}
          max={spec.max}
          step={spec.step}
          value={value}
          disabled={disabled}
          aria-label={label}
          onChange={(_, v) => change(v, false)}
          onChangeCommitted={(_, v) => change(v, true)}
          onDoubleClick={() => change(spec.default, true)}
          sx={{ gridColumn: '1 / -1', mx: 0.75, width: 'calc(100% - 12px)' }}
        />
      </Box>
    );
  if (spec.type === 'switch')
    return (
      <Box sx={{ display: 'flex', alignItems: 'center' }}>
        <Typography variant="body2" color="textSecondary" sx={{ flex: 1 }}>
          {label}
        </Typography>
        <Switch
          size="small"
          checked={value === true}
          disabled={disabled}
          onChange={(_, on) => change(on, true)}
          slotProps={{ input: { 'aria-label': label } }}
        />
      </Box>
    );
  if (spec.type === 'choice')
    return (
      <TextField
        select
        size="small"
        margin="dense"
        fullWidth
        label={label}
        disabled={disabled}
        value={value}
        onChange={(e) => change(e.target.value, true)}
      >
        {spec.options.map((option) => (
          <MenuItem key={option} value={option}>
            {/^\d+$/.test(option) ? `${option} ×` : t(`reel.options.${step}.${spec.key}.${option}`)}
          </MenuItem>
        ))}
      </TextField>
    );
  // Models are chosen in their own room.
  return null;
}

function StepCard({ step }: { step: (typeof filmSteps)[number] }) {
  const { t } = useTranslation();
  const first = useReel(scopeFirst);
  const recipe = useReel(shownRecipe);
  const shown = useReel((s) => s.view === 'diagnostic' && s.step === step.id);
  if (!recipe) return null;
  const params = stepParams(recipe, step.id, first);
  const on = params.on === true;
  const own = first !== null && recipe.overrides.some((o) => o.first === first && o.params[step.id]);
  const title = t(`reel.steps.${step.id}.title`);
  const specs: readonly ParamSpec[] = step.params;
  return (
    <Box
      component="section"
      aria-label={title}
      sx={{ borderTop: 1, borderColor: 'divider', px: 1.5, py: 0.75 }}
    >
      <Box sx={{ display: 'flex', alignItems: 'center', minHeight: 34 }}>
        <Box sx={{ flex: 1, minWidth: 0 }}>
          <Typography variant="h4" component="h3" sx={{ m: 0, fontSize: 13 }}>
            {title}
            {own ? ' •' : ''}
          </Typography>
        </Box>
        {own && (
          <Tooltip title={t('reel.likeReel')}>
            <IconButton
              size="small"
              aria-label={`${t('reel.likeReel')}: ${title}`}
              onClick={() => {
                const overrides = recipe.overrides.flatMap((o) => {
                  if (o.first !== first) return [o];
                  const params = Object.fromEntries(
                    Object.entries(o.params).filter(([id]) => id !== step.id),
                  );
                  return Object.keys(params).length > 0 ? [{ ...o, params }] : [];
                });
                void storeRecipe({ ...recipe, overrides }, title);
              }}
            >
              <RestartAlt fontSize="small" />
            </IconButton>
          </Tooltip>
        )}
        {on && DIAGNOSTIC.has(step.id) && (
          <Tooltip title={t('reel.look')}>
            <IconButton
              size="small"
              aria-label={`${t('reel.look')}: ${title}`}
              aria-pressed={shown}
              color={shown ? 'primary' : 'default'}
              onClick={() =>
                useReel.setState(
                  shown ? { view: 'after', step: null } : { view: 'diagnostic', step: step.id },
                )
              }
            >
              <VisibilityOutlined fontSize="small" />
            </IconButton>
          </Tooltip>
        )}
        <Switch
          size="small"
          checked={on}
          onChange={(_, next) => void storeRecipe(withParams(recipe, step.id, { on: next }, first), title)}
          slotProps={{ input: { 'aria-label': title } }}
        />
      </Box>
      {on ? (
        specs.map((spec) => (
          <Row key={spec.key} step={step.id} spec={spec} value={params[spec.key]} disabled={!on} />
        ))
      ) : (
        <Typography variant="caption" color="textSecondary" component="p" sx={{ m: 0 }}>
          {t(`reel.steps.${step.id}.text`)}
        </Typography>
      )}
    </Box>
  );
}

export function Steps() {
  const { t } = useTranslation();
  const { reel, shot, frame } = useReel();
  const here = useReel((s) => shotAt(s, s.frame));
  return (
    <Box>
      <ToggleButtonGroup
        exclusive
        size="small"
        fullWidth
        value={shot === null ? 'reel' : 'shot'}
        aria-label={t('reel.scope')}
        onChange={(_, value) => {
          if (value === 'reel') useReel.setState({ shot: null });
          if (value === 'shot') useReel.setState({ shot: shotAt({ reel }, frame) });
        }}
        sx={{ px: 1.5, pb: 1 }}
      >
        <ToggleButton value="reel">{t('reel.whole')}</ToggleButton>
        <ToggleButton value="shot" disabled={!reel?.shots}>
          {t('reel.thisShot', { number: (shot ?? here) + 1 })}
        </ToggleButton>
      </ToggleButtonGroup>
      {filmSteps.map((step) => (
        <StepCard key={step.id} step={step} />
      ))}
    </Box>
  );
}
