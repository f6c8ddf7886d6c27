/** Names a state of the picture, so that it is kept for good; an empty name takes the name away. */
import { Button, Dialog, DialogActions, DialogContent, DialogTitle, TextField } from '@mui/material';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { HistoryEntry } from '../../../app/contract/index.ts';
import { useSession } from '../context.ts';

export function VersionDialog({ entry, onClose }: { entry: HistoryEntry; onClose(): void }) {
  const { t } = useTranslation();
  const session = useSession();
  const [name, setName] = useState(entry.version ?? '');
  const save = async () => {
    try {
      await session.client.call('recipe.nameVersion', {
        itemId: session.store.getState().id,
        historyId: entry.id,
        name: name.trim() || null,
      });
      await session.refreshHistory();
      onClose();
    } catch (error) {
      session.fail(error);
    }
  };
  return (
    <Dialog open onClose={onClose} maxWidth="xs" fullWidth aria-labelledby="version-title">
      <form
        onSubmit={(e) => {
          e.preventDefault();
          void save();
        }}
      >
        <DialogTitle id="version-title">{t('lightbox.version.title')}</DialogTitle>
        <DialogContent>
          <TextField
            autoFocus
            fullWidth
            margin="dense"
            label={t('lightbox.version.name')}
            helperText={t('lightbox.version.help')}
            value={name}
            onChange={(e) => setName(e.target.value)}
            slotProps={{ htmlInput: { maxLength: 80 } }}
          />
        </DialogContent>
        <DialogActions>
          <Button color="secondary" onClick={onClose}>
            {t('lightbox.tools.cancel')}
          </Button>
          <Button type="submit" variant="contained">
            {t('lightbox.version.save')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
