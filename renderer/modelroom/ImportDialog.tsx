/** Bringing a model in: a dropped file, or one picked from folders or the system's dialog; what a person knows of it; and in words why it was refused. */
import {
  Alert,
  Box,
  Button,
  Dialog,
  DialogActions,
  DialogContent,
  DialogTitle,
  LinearProgress,
  MenuItem,
  TextField,
  Typography,
} from '@mui/material';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { adapterKindNames, type ModelCardView, type ModelWish } from '../../app/contract/models.ts';
import { getClient } from '../client.ts';
import { useSaid } from '../i18n/said.ts';
import { errorText, isCancelled, notify, useApp } from '../store/app.ts';
import { FilePlace, type Chosen } from './FilePlace.tsx';
import { importFile, importPlace, refreshModels, stemOf } from './store.ts';

const GUESS = '';

export function ImportDialog({ file, rest, onClose }: { file: File | null; rest: number; onClose(): void }) {
  const { t } = useTranslation();
  const said = useSaid();
  const dialogs = useApp((s) => s.info?.dialogs ?? false);
  const [place, setPlace] = useState<Chosen | null>(null);
  const source = file?.name ?? place?.name ?? '';
  const [name, setName] = useState<string | null>(null);
  const [kind, setKind] = useState(GUESS);
  const [license, setLicense] = useState('');
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState('');
  const wanted = name ?? stemOf(source);

  const run = async () => {
    const wish: ModelWish = {
      ...(wanted ? { name: wanted } : {}),
      ...(kind ? { kind } : {}),
      ...(license.trim() ? { license: license.trim() } : {}),
    };
    setBusy(true);
    setRefusal('');
    try {
      let card: ModelCardView | null;
      if (file) card = await importFile(file, wish);
      else if (place) card = await importPlace(place, wish);
      else {
        card = (await getClient().call('models.pick', wish)).model;
        if (card) await refreshModels();
      }
      if (!card) return;
      notify('info', t('models.taken', { name: card.name, step: t(`models.task.${card.task}.title`) }));
      onClose();
    } catch (error) {
      if (!isCancelled(error)) setRefusal(errorText(error));
    } finally {
      setBusy(false);
    }
  };
  const ready = file !== null || place !== null || dialogs;
  return (
    <Dialog open onClose={busy ? undefined : onClose} maxWidth="sm" fullWidth aria-labelledby="import-model">
      <DialogTitle id="import-model">{t('models.importTitle')}</DialogTitle>
      <DialogContent sx={{ display: 'flex', flexDirection: 'column', gap: 2 }}>
        <Typography variant="body2" color="textSecondary">
          {t('models.importText')}
        </Typography>
        {file ? (
          <Typography sx={{ fontWeight: 550, overflowWrap: 'anywhere' }}>
            {file.name}
            {rest > 0 && (
              <Typography component="span" variant="caption" color="textSecondary">
                {' '}
                {t('models.rest', { count: rest })}
              </Typography>
            )}
          </Typography>
        ) : (
          !dialogs && <FilePlace chosen={place} onChoose={setPlace} disabled={busy} />
        )}
        <Box sx={{ display: 'grid', gridTemplateColumns: '1fr 1fr', gap: 1.5 }}>
          <TextField
            label={t('models.name')}
            value={wanted}
            disabled={busy}
            onChange={(e) => setName(e.target.value)}
            slotProps={{ htmlInput: { maxLength: 80, spellCheck: false } }}
          />
          <TextField
            select
            label={t('models.adapter')}
            value={kind}
            disabled={busy}
            onChange={(e) => setKind(e.target.value)}
            slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
          >
            <MenuItem value={GUESS}>{t('models.guess')}</MenuItem>
            {adapterKindNames.map((k) => (
              <MenuItem key={k} value={k}>
                {t(`models.kind.${k}`)}
              </MenuItem>
            ))}
          </TextField>
          <TextField
            label={t('models.licence')}
            placeholder="BSD-3-Clause"
            value={license}
            disabled={busy}
            onChange={(e) => setLicense(e.target.value)}
            helperText={t('models.licenceHelp')}
            sx={{ gridColumn: '1 / -1' }}
            slotProps={{ htmlInput: { maxLength: 400 }, inputLabel: { shrink: true } }}
          />
        </Box>
        {busy && (
          <Box role="status">
            <LinearProgress />
            <Typography variant="caption" color="textSecondary" component="p" sx={{ mt: 0.75 }}>
              {t('models.trying')}
            </Typography>
          </Box>
        )}
        {refusal && (
          <Alert severity="error" role="alert">
            {said(refusal)}
          </Alert>
        )}
      </DialogContent>
      <DialogActions>
        <Button color="secondary" onClick={onClose} disabled={busy}>
          {t('common.cancel')}
        </Button>
        <Button variant="contained" onClick={() => void run()} disabled={busy || !ready}>
          {t(dialogs && !file ? 'models.chooseFile' : 'models.import')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
