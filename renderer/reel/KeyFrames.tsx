/** Frames whose colours a person fixed, by putting colours on places or by a picture that shows the same; the shot follows. */
import AddOutlined from '@mui/icons-material/AddOutlined';
import CloseOutlined from '@mui/icons-material/CloseOutlined';
import {
  Box,
  Button,
  ButtonBase,
  Dialog,
  DialogContent,
  DialogTitle,
  IconButton,
  Typography,
} from '@mui/material';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { querySchema, type Item } from '../../app/contract/library.ts';
import { getClient } from '../client.ts';
import { report } from '../store/app.ts';
import { useThumb } from '../ui/useThumb.ts';
import { FramePicture, timeOf } from './Timeline.tsx';
import { showFrame, shownRate, shownRecipe, storeRecipe, useReel } from './store.ts';

const hex = (colour: readonly number[]): string =>
  `#${colour
    .map((c) =>
      Math.round(c * 255)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
const rgb = (text: string): [number, number, number] => [
  parseInt(text.slice(1, 3), 16) / 255,
  parseInt(text.slice(3, 5), 16) / 255,
  parseInt(text.slice(5, 7), 16) / 255,
];
/** Colours that old films hold most: skin, sky, foliage, earth, brick, khaki. */
const SWATCHES = ['#c79a7d', '#8fb0d0', '#6b7f4a', '#8a6f52', '#a0523d', '#8c8462', '#3f5573', '#c9c2b4'];

function PickReference({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [items, setItems] = useState<Item[]>([]);
  const recipe = useReel(shownRecipe);
  const frame = useReel((s) => s.frame);
  useEffect(() => {
    getClient()
      .call('library.query', querySchema.parse({ limit: 200 }))
      .then((found) => setItems(found.items.filter((i) => i.kind !== 'reel')), report);
  }, []);
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth="sm">
      <DialogTitle>{t('reel.reference')}</DialogTitle>
      <DialogContent>
        {items.length === 0 && <Typography color="textSecondary">{t('reel.noPictures')}</Typography>}
        <Box sx={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fill, minmax(120px, 1fr))', gap: 1 }}>
          {items.map((item) => (
            <ButtonBase
              key={item.id}
              aria-label={item.name}
              onClick={() => {
                if (!recipe) return;
                const own = recipe.keyFrames.find((k) => k.frame === frame);
                const key = { frame, hints: own?.hints ?? [], referenceItem: item.id };
                const keyFrames = [...recipe.keyFrames.filter((k) => k.frame !== frame), key];
                keyFrames.sort((a, b) => a.frame - b.frame);
                void storeRecipe({ ...recipe, keyFrames }, t('reel.referenced'));
                onClose();
              }}
              sx={{ height: 96, borderRadius: 1, overflow: 'hidden', bgcolor: 'room.raised' }}
            >
              <Thumb item={item} />
            </ButtonBase>
          ))}
        </Box>
      </DialogContent>
    </Dialog>
  );
}

function Thumb({ item }: { item: Item }) {
  const url = useThumb(item.id, item.thumbVersion);
  return url ? <img src={url} alt="" style={{ width: '100%', height: '100%', objectFit: 'cover' }} /> : null;
}

export function KeyFrames() {
  const { t } = useTranslation();
  const { itemId, hinting, reel } = useReel();
  const rate = useReel(shownRate);
  const recipe = useReel(shownRecipe);
  const [picking, setPicking] = useState(false);
  if (!recipe || itemId === null || !reel) return null;
  const off = !recipe.params.colour.on;
  return (
    <Box
      component="section"
      aria-label={t('reel.keyFrames')}
      sx={{ px: 1.5, py: 1.25, borderTop: 1, borderColor: 'divider' }}
    >
      <Typography variant="h4" component="h3" sx={{ m: 0, mb: 0.5, fontSize: 13 }}>
        {t('reel.keyFrames')}
      </Typography>
      <Typography variant="caption" color="textSecondary" component="p" sx={{ m: 0, mb: 1 }}>
        {off ? t('reel.keyFramesOff') : t('reel.keyFramesText')}
      </Typography>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 0.75, alignItems: 'center' }}>
        {SWATCHES.map((colour) => (
          <ButtonBase
            key={colour}
            disabled={off}
            aria-label={t('reel.swatch', { colour })}
            aria-pressed={hinting !== null && hex(hinting) === colour}
            onClick={() =>
              useReel.setState({
                hinting: hinting && hex(hinting) === colour ? null : rgb(colour),
                view: 'after',
              })
            }
            sx={{
              width: 26,
              height: 26,
              borderRadius: '50%',
              bgcolor: colour,
              opacity: off ? 0.35 : 1,
              border: '2px solid',
              borderColor: hinting && hex(hinting) === colour ? 'primary.main' : 'room.line',
            }}
          />
        ))}
        <Box
          component="input"
          type="color"
          disabled={off}
          aria-label={t('reel.ownColour')}
          value={hinting ? hex(hinting) : '#808080'}
          onChange={(e: React.ChangeEvent<HTMLInputElement>) =>
            useReel.setState({ hinting: rgb(e.target.value), view: 'after' })
          }
          sx={{ width: 30, height: 30, p: 0, border: 0, bgcolor: 'transparent' }}
        />
        {hinting && (
          <Button size="small" color="secondary" onClick={() => useReel.setState({ hinting: null })}>
            {t('reel.hintsDone')}
          </Button>
        )}
      </Box>
      <Button
        size="small"
        color="secondary"
        disabled={off}
        startIcon={<AddOutlined />}
        onClick={() => setPicking(true)}
        sx={{ mt: 1 }}
      >
        {t('reel.reference')}
      </Button>
      <Box component="ul" sx={{ listStyle: 'none', m: 0, mt: 1, p: 0, display: 'grid', gap: 0.75 }}>
        {recipe.keyFrames.map((key) => (
          <Box component="li" key={key.frame} sx={{ display: 'flex', alignItems: 'center', gap: 1 }}>
            <ButtonBase
              onClick={() => showFrame(key.frame)}
              aria-label={t('reel.goTo', { time: timeOf(key.frame, rate) })}
              sx={{ width: 64, height: 40, borderRadius: 0.5, overflow: 'hidden', bgcolor: 'room.raised' }}
            >
              <FramePicture itemId={itemId} frame={key.frame} height={40} />
            </ButtonBase>
            <Typography variant="caption" sx={{ flex: 1 }}>
              {timeOf(key.frame, rate)}
              {key.hints.length > 0 ? ` · ${t('reel.colours', { count: key.hints.length })}` : ''}
              {key.referenceItem === null ? '' : ` · ${t('reel.byPicture')}`}
            </Typography>
            <IconButton
              size="small"
              aria-label={t('reel.freeFrame', { time: timeOf(key.frame, rate) })}
              onClick={() =>
                void storeRecipe(
                  { ...recipe, keyFrames: recipe.keyFrames.filter((k) => k.frame !== key.frame) },
                  t('reel.freed'),
                )
              }
            >
              <CloseOutlined fontSize="small" />
            </IconButton>
          </Box>
        ))}
      </Box>
      {picking && <PickReference onClose={() => setPicking(false)} />}
    </Box>
  );
}
