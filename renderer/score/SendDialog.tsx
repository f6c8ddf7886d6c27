/** Sends the melody on the desk to a reel of the library: it becomes the reel's score, fitted to its shots at the export. */
import {
  Button,
  Dialog,
  DialogActions,
  DialogContent,
  DialogTitle,
  List,
  ListItemButton,
  ListItemText,
  Typography,
} from '@mui/material';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Item } from '../../app/contract/library.ts';
import { querySchema } from '../../app/contract/library.ts';
import type { Melody } from '../../app/melody/types.ts';
import { reelScoreSchema } from '../../app/recipe/film.ts';
import { getClient } from '../client.ts';
import { notify, report } from '../store/app.ts';
import { useScore } from './store.ts';

/** Makes a melody the score of a reel, in the instrument and tempo of the room; one entry in the reel's history. */
export async function sendToReel(
  melody: Melody,
  item: Pick<Item, 'id' | 'name'>,
  label: string,
): Promise<void> {
  const { play, title } = useScore.getState();
  const { recipe } = await getClient().call('reel.recipe', { itemId: item.id });
  await getClient().call('reel.setRecipe', {
    itemId: item.id,
    label,
    recipe: {
      ...recipe,
      score: reelScoreSchema.parse({
        ...play,
        melody,
        neurri: melody.neurri ?? title.slice(0, 80),
        seed: melody.seed ?? 0,
      }),
    },
  });
}

export function SendDialog({ melody, onClose }: { melody: Melody; onClose: () => void }) {
  const { t } = useTranslation();
  const [reels, setReels] = useState<Item[] | null>(null);
  useEffect(() => {
    getClient()
      .call('library.query', querySchema.parse({ kinds: ['reel'], limit: 200 }))
      .then(({ items }) => setReels(items), report);
  }, []);
  const send = async (item: Item): Promise<void> => {
    try {
      await sendToReel(melody, item, t('score.sentLabel'));
      notify('info', t('score.sent', { name: item.name }));
      onClose();
    } catch (error) {
      report(error);
    }
  };
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth="xs">
      <DialogTitle>{t('score.send')}</DialogTitle>
      <DialogContent>
        {reels && reels.length === 0 && <Typography color="textSecondary">{t('score.noReels')}</Typography>}
        <List dense>
          {reels?.map((item) => (
            <ListItemButton key={item.id} onClick={() => void send(item)}>
              <ListItemText primary={item.name} />
            </ListItemButton>
          ))}
        </List>
      </DialogContent>
      <DialogActions>
        <Button color="secondary" onClick={onClose}>
          {t('common.cancel')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
