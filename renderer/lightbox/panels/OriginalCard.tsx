/** Says that the file of this picture is gone, or is another one than was imported, and what to do then. */
import { Alert, AlertTitle, Button } from '@mui/material';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLightbox, useSession } from '../context.ts';

export function OriginalCard() {
  const { t } = useTranslation();
  const session = useSession();
  const item = useLightbox((s) => s.items[s.id]);
  const [taken, setTaken] = useState<number | null>(null);
  if (!item || (item.state !== 'missing' && !item.originalChanged)) return null;
  const missing = item.state === 'missing';
  const take = async () => {
    setTaken(item.id);
    try {
      await session.client.call('library.takeOriginal', { itemId: item.id });
      session.say('info', t('lightbox.original.taking', { name: item.name }));
    } catch (error) {
      setTaken(null);
      session.fail(error);
    }
  };
  return (
    <Alert
      severity="warning"
      sx={{ m: 1.5, mb: 0, alignItems: 'flex-start', '& .MuiAlert-message': { minWidth: 0 } }}
    >
      <AlertTitle sx={{ fontSize: 13 }}>
        {t(missing ? 'lightbox.original.missing' : 'lightbox.original.changed')}
      </AlertTitle>
      {t(missing ? 'lightbox.original.missingHelp' : 'lightbox.original.changedHelp', {
        folder: item.folder,
      })}
      {!missing && (
        <Button
          color="secondary"
          variant="outlined"
          disabled={taken === item.id}
          onClick={() => void take()}
          sx={{ display: 'block', mt: 1, minHeight: 26, py: 0, fontSize: 12 }}
        >
          {t('lightbox.original.take')}
        </Button>
      )}
    </Alert>
  );
}
