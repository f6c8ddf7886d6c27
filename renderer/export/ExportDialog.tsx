/** The export dialog: format, bits, colour space, size, names, folder; presets to start from and to keep. */
import AddOutlined from '@mui/icons-material/Add';
import {
  Alert,
  Box,
  Button,
  Chip,
  Dialog,
  DialogActions,
  DialogContent,
  DialogTitle,
  FormControlLabel,
  MenuItem,
  Slider,
  Switch,
  TextField,
  ToggleButton,
  ToggleButtonGroup,
  Typography,
} from '@mui/material';
import { useEffect, useState, type ReactNode } from 'react';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { exportRecipeSchema, formats, iccNames, type ExportRecipe } from '../../app/contract/jobs.ts';
import { getClient } from '../client.ts';
import { notify, refreshFolders, report, useApp } from '../store/app.ts';
import { SizeField } from './SizeField.tsx';
import { useLibrary } from '../store/library.ts';
import { example, limits, settle, tokens, unknownTokens } from './template.ts';

/** The presets that come with the program, by the names they are stored under; a person's own keep their name. */
const shipped: Readonly<Record<string, string>> = {
  'Master (16-bit TIFF)': 'master',
  'Print (16-bit TIFF)': 'print',
  'Share (JPEG)': 'share',
};
const shippedName = (name: string, t: TFunction): string =>
  name in shipped ? t(`export.shipped.${shipped[name]}`) : name;

const LAST_KEY = 'revelado.lastExport';
const negatives = new Set(['colour-negative', 'bw-negative']);

/** What was used last in this window, else the defaults. */
function lastRecipe(): ExportRecipe {
  try {
    return settle(exportRecipeSchema.parse(JSON.parse(sessionStorage.getItem(LAST_KEY) ?? '{}')));
  } catch {
    return exportRecipeSchema.parse({});
  }
}

function Field({ label, children, help }: { label: string; children: ReactNode; help?: string }) {
  return (
    <Box sx={{ display: 'grid', gridTemplateColumns: '132px 1fr', columnGap: 2, alignItems: 'center' }}>
      <Typography variant="body2" color="textSecondary">
        {label}
      </Typography>
      <Box sx={{ minWidth: 0 }}>{children}</Box>
      {help && (
        <Typography variant="caption" color="textSecondary" sx={{ gridColumn: 2, mt: 0.5 }}>
          {help}
        </Typography>
      )}
    </Box>
  );
}

export default function ExportDialog({ ids }: { ids: number[] }) {
  const { t } = useTranslation();
  const items = useLibrary((s) => s.items);
  const groups = useLibrary((s) => s.groups);
  const folders = useApp((s) => s.folders);
  const dialogs = useApp((s) => s.info?.dialogs ?? false);
  const [recipe, setRecipe] = useState(lastRecipe);
  const [presets, setPresets] = useState<ExportRecipe[]>([]);
  const [naming, setNaming] = useState(false);
  const [busy, setBusy] = useState(false);
  const close = () => useApp.setState({ exporting: null });
  const set = (patch: Partial<ExportRecipe>) => setRecipe((r) => settle({ ...r, ...patch }));

  useEffect(() => {
    getClient()
      .call('export.presets', {})
      .then((answer) => setPresets(answer.presets))
      .catch(report);
  }, []);

  const first = items.get(ids[0]);
  const group = first?.groupId == null ? undefined : groups.get(first.groupId);
  const several =
    first !== undefined &&
    [...items.values()].some((i) => i.frame > 0 && i.name === first.name && i.folder === first.folder);
  // Unknown items count as negatives: the host refuses 'source' for them anyway.
  const anyNegative = ids.some((id) => negatives.has(items.get(id)?.kind ?? 'colour-negative'));
  const unknown = unknownTokens(recipe.template);
  const { bits, quality } = limits(recipe.format);
  const destinations = folders.filter((f) => f.purpose === 'export');
  const wrong =
    unknown.length > 0 || recipe.template.trim() === '' || (recipe.icc === 'source' && anyNegative);

  const start = async () => {
    setBusy(true);
    try {
      const { jobId } = await getClient().call('export.start', { ids, recipe });
      sessionStorage.setItem(LAST_KEY, JSON.stringify(recipe));
      useApp.setState({ exporting: null, openJob: jobId });
      notify('info', t('export.started', { count: ids.length }), {
        label: t('export.showQueue'),
        run: () => useApp.setState({ room: 'queue', lightbox: null, openJob: jobId }),
      });
    } catch (error) {
      report(error);
      setBusy(false);
    }
  };

  const savePreset = async () => {
    try {
      await getClient().call('export.savePreset', { preset: recipe });
      const answer = await getClient().call('export.presets', {});
      setPresets(answer.presets);
      setNaming(false);
    } catch (error) {
      report(error);
    }
  };

  return (
    <Dialog open onClose={close} fullWidth maxWidth="sm" aria-labelledby="export-title">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!wrong && !busy) void start();
        }}
      >
        <DialogTitle id="export-title">{t('export.title', { count: ids.length })}</DialogTitle>
        <DialogContent sx={{ display: 'grid', gap: 2 }}>
          <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, alignItems: 'center' }}>
            {presets.map((preset) => (
              <Chip
                key={preset.name}
                label={shippedName(preset.name, t)}
                onClick={() => setRecipe(settle(preset))}
                color={recipe.name === preset.name ? 'primary' : 'default'}
                variant={recipe.name === preset.name ? 'filled' : 'outlined'}
              />
            ))}
            {naming ? (
              <Box sx={{ display: 'flex', gap: 1 }}>
                <TextField
                  label={t('export.presetName')}
                  value={recipe.name}
                  onChange={(e) => set({ name: e.target.value.slice(0, 80) })}
                  autoFocus
                />
                <Button
                  variant="outlined"
                  color="secondary"
                  disabled={!recipe.name.trim()}
                  onClick={() => void savePreset()}
                >
                  {t('common.save')}
                </Button>
              </Box>
            ) : (
              <Button
                variant="text"
                color="secondary"
                startIcon={<AddOutlined />}
                onClick={() => setNaming(true)}
              >
                {t('export.savePreset')}
              </Button>
            )}
          </Box>

          <Field label={t('export.format')}>
            <ToggleButtonGroup
              exclusive
              size="small"
              value={recipe.format}
              aria-label={t('export.format')}
              onChange={(_, format: ExportRecipe['format'] | null) => format && set({ format })}
            >
              {formats.map((format) => (
                <ToggleButton key={format} value={format} sx={{ px: 2 }}>
                  {format === 'webp' ? 'WebP' : format.toUpperCase()}
                </ToggleButton>
              ))}
            </ToggleButtonGroup>
          </Field>
          <Field label={t('export.bits')} help={bits.length === 1 ? t('export.only8') : undefined}>
            <ToggleButtonGroup
              exclusive
              size="small"
              value={recipe.bits}
              aria-label={t('export.bits')}
              onChange={(_, next: 8 | 16 | null) => next && set({ bits: next })}
            >
              {([16, 8] as const).map((b) => (
                <ToggleButton key={b} value={b} disabled={!bits.includes(b)} sx={{ px: 2 }}>
                  {t('export.bitsOf', { bits: b })}
                </ToggleButton>
              ))}
            </ToggleButtonGroup>
          </Field>
          {quality && (
            <Field label={t('export.quality')}>
              <Box sx={{ display: 'flex', gap: 2, alignItems: 'center', pl: 1 }}>
                <Slider
                  value={recipe.quality}
                  min={1}
                  max={100}
                  aria-label={t('export.quality')}
                  onChange={(_, value) => set({ quality: value as number })}
                />
                <Typography variant="figure" sx={{ width: 30, textAlign: 'right' }}>
                  {recipe.quality}
                </Typography>
              </Box>
            </Field>
          )}
          <Field label={t('export.icc')} help={anyNegative ? t('export.noSource') : undefined}>
            <TextField
              select
              fullWidth
              value={recipe.icc}
              error={recipe.icc === 'source' && anyNegative}
              slotProps={{ htmlInput: { 'aria-label': t('export.icc') } }}
              onChange={(e) => set({ icc: e.target.value as ExportRecipe['icc'] })}
            >
              {iccNames.map((icc) => (
                <MenuItem key={icc} value={icc} disabled={icc === 'source' && anyNegative}>
                  {t(`icc.${icc}`)}
                </MenuItem>
              ))}
            </TextField>
          </Field>
          <Field label={t('export.size')}>
            <SizeField recipe={recipe} first={first} set={set} />
          </Field>
          <Field label={t('export.names')}>
            <TextField
              fullWidth
              value={recipe.template}
              error={unknown.length > 0 || recipe.template.trim() === ''}
              onChange={(e) => set({ template: e.target.value.slice(0, 200) })}
              slotProps={{ htmlInput: { 'aria-label': t('export.names'), spellCheck: false } }}
              helperText={
                unknown.length > 0
                  ? t('export.unknownToken', { tokens: unknown.join(' ') })
                  : t('export.example', { name: example(recipe, first, group, ids.length, several) })
              }
            />
            <Box sx={{ display: 'flex', gap: 0.5, mt: 0.75, flexWrap: 'wrap' }}>
              {tokens.map((token) => (
                <Chip
                  key={token}
                  size="small"
                  variant="outlined"
                  label={t(`export.token.${token.slice(1, -1)}`)}
                  onClick={() => set({ template: recipe.template + token })}
                />
              ))}
            </Box>
          </Field>
          <Field label={t('export.folder')}>
            <Box sx={{ display: 'flex', gap: 1 }}>
              <TextField
                select
                fullWidth
                value={destinations.some((f) => f.id === recipe.folderId) ? recipe.folderId : ''}
                slotProps={{ htmlInput: { 'aria-label': t('export.folder') } }}
                onChange={(e) => set({ folderId: e.target.value })}
              >
                {destinations.map((folder) => (
                  <MenuItem key={folder.id} value={folder.id}>
                    <Box component="span" sx={{ mr: 1 }}>
                      {folder.name}
                    </Box>
                    <Box component="span" sx={{ color: 'text.secondary', fontSize: 12.5 }}>
                      {folder.path}
                    </Box>
                  </MenuItem>
                ))}
              </TextField>
              {dialogs && (
                <Button
                  variant="outlined"
                  color="secondary"
                  sx={{ flexShrink: 0 }}
                  onClick={() => {
                    getClient()
                      .call('folders.add', { purpose: 'export' })
                      .then(async ({ folder }) => {
                        await refreshFolders();
                        if (folder) set({ folderId: folder.id });
                      })
                      .catch(report);
                  }}
                >
                  {t('export.chooseFolder')}
                </Button>
              )}
            </Box>
          </Field>
          {ids.length > 1 && (
            <FormControlLabel
              sx={{ ml: '140px', mb: -1.5 }}
              control={
                <Switch
                  size="small"
                  checked={recipe.contactSheet}
                  onChange={(_, contactSheet) => set({ contactSheet })}
                />
              }
              label={<Typography variant="body2">{t('export.contactSheet')}</Typography>}
            />
          )}
          <FormControlLabel
            sx={{ ml: '140px' }}
            control={
              <Switch
                size="small"
                checked={recipe.overwrite}
                onChange={(_, overwrite) => set({ overwrite })}
              />
            }
            label={<Typography variant="body2">{t('export.overwrite')}</Typography>}
          />
          {recipe.overwrite && (
            <Alert severity="warning" variant="outlined">
              {t('export.overwriteWarning')}
            </Alert>
          )}
        </DialogContent>
        <DialogActions>
          <Typography variant="caption" color="textSecondary" sx={{ mr: 'auto' }}>
            {t('export.kept')}
          </Typography>
          <Button color="secondary" onClick={close}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" variant="contained" disabled={wrong || busy}>
            {t('export.start', { count: ids.length })}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
