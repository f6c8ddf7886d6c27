/** Other pictures of the same, from which damage is filled before anything is made up: a second print, the negative. */
import AddPhotoAlternateOutlined from '@mui/icons-material/AddPhotoAlternateOutlined';
import Close from '@mui/icons-material/Close';
import { Box, Button, ButtonBase, IconButton, Popover, Typography } from '@mui/material';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Item } from '../../../app/contract/library.ts';
import { useLightbox, useSession } from '../context.ts';
import { useThumb } from '../parts/useThumb.ts';

const none: readonly number[] = [];
/** The contract's limit. */
const MOST = 4;

export function SourcesRow({ name, disabled }: { name: string; disabled: boolean }) {
  const { t } = useTranslation();
  const session = useSession();
  const id = useLightbox((s) => s.id);
  const group = useLightbox((s) => s.items[s.id]?.groupId ?? null);
  const sources = useLightbox((s) => s.recipe?.params.repair.sources ?? none);
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const [offered, setOffered] = useState<Item[] | null>(null);
  const open = anchor !== null;
  useEffect(() => {
    if (!open) return;
    let wanted = true;
    // Its album first, then the newest of everything else: the negative lies in another group.
    Promise.all([
      group === null ? { items: [] } : session.client.call('library.query', { groupId: group, limit: 60 }),
      session.client.call('library.query', { sort: 'added', descending: true, limit: 120 }),
    ])
      .then(([near, all]) => {
        if (!wanted) return;
        const list = [...near.items, ...all.items].filter((i) => i.id !== id && i.kind !== 'reel');
        setOffered([...new Map(list.map((i) => [i.id, i])).values()].slice(0, 120));
      })
      .catch(session.fail);
    return () => {
      wanted = false;
    };
  }, [open, session, group, id]);
  const set = (next: readonly number[]) => session.set('repair', 'sources', next);
  return (
    <Box
      sx={{
        gridColumn: '3 / -1',
        display: 'flex',
        flexWrap: 'wrap',
        gap: 0.5,
        py: 0.25,
        alignItems: 'center',
      }}
    >
      {sources.map((source) => (
        <Box key={source} sx={{ position: 'relative' }}>
          <Thumb id={source} />
          <IconButton
            aria-label={t('lightbox.sources.remove', { n: sources.indexOf(source) + 1 })}
            disabled={disabled}
            onClick={() => set(sources.filter((s) => s !== source))}
            sx={{
              position: 'absolute',
              right: -6,
              top: -6,
              p: 0,
              bgcolor: 'room.panel',
              borderRadius: '50%',
            }}
          >
            <Close sx={{ fontSize: 15 }} />
          </IconButton>
        </Box>
      ))}
      {sources.length < MOST && (
        <Button
          color="secondary"
          variant="outlined"
          startIcon={<AddPhotoAlternateOutlined />}
          disabled={disabled}
          aria-label={name}
          onClick={(e) => setAnchor(e.currentTarget)}
          sx={{ minHeight: 26, py: 0, px: 1, fontSize: 12, ml: 'auto' }}
        >
          {t('lightbox.sources.add')}
        </Button>
      )}
      <Popover
        open={open}
        anchorEl={anchor}
        onClose={() => setAnchor(null)}
        anchorOrigin={{ vertical: 'bottom', horizontal: 'right' }}
        transformOrigin={{ vertical: 'top', horizontal: 'right' }}
        slotProps={{
          paper: { role: 'dialog', 'aria-label': name, sx: { width: 380, p: 1.5, bgcolor: 'room.panel' } },
        }}
      >
        <Typography variant="caption" component="p" color="textSecondary" sx={{ mb: 1 }}>
          {t('lightbox.sources.help')}
        </Typography>
        {offered?.length === 0 && <Typography variant="body2">{t('lightbox.sources.none')}</Typography>}
        <Box
          sx={{
            display: 'grid',
            gridTemplateColumns: 'repeat(4, 1fr)',
            gap: 0.75,
            maxHeight: 300,
            overflowY: 'auto',
          }}
        >
          {offered?.map((item) => (
            <ButtonBase
              key={item.id}
              aria-label={item.name}
              aria-pressed={sources.includes(item.id)}
              onClick={() => {
                set(
                  sources.includes(item.id)
                    ? sources.filter((s) => s !== item.id)
                    : [...sources, item.id].slice(-MOST),
                );
                setAnchor(null);
              }}
              sx={{
                flexDirection: 'column',
                p: 0.5,
                borderRadius: 0.75,
                minWidth: 0,
                '&:hover': { bgcolor: 'room.hover' },
              }}
            >
              <Thumb id={item.id} item={item} />
              <Typography variant="caption" noWrap sx={{ maxWidth: '100%' }}>
                {item.name}
              </Typography>
            </ButtonBase>
          ))}
        </Box>
      </Popover>
    </Box>
  );
}

function Thumb({ id, item }: { id: number; item?: Item }) {
  const session = useSession();
  const known = useLightbox((s) => s.items[id]);
  const version = (item ?? known)?.thumbVersion ?? 0;
  const url = useThumb(session.client.thumbs, id, version);
  useEffect(() => {
    if (!item) session.needItems([id]);
  }, [session, id, item]);
  return (
    <Box
      title={(item ?? known)?.name}
      sx={{
        width: 72,
        height: 52,
        display: 'grid',
        placeContent: 'center',
        bgcolor: 'room.table',
        borderRadius: 0.5,
        overflow: 'hidden',
      }}
    >
      {url && <img src={url} alt="" style={{ maxWidth: 72, maxHeight: 52 }} />}
    </Box>
  );
}
