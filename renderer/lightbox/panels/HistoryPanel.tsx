/** What was done to this picture, newest first; a click goes back to that state, a name keeps it for good. */
import Bookmark from '@mui/icons-material/Bookmark';
import BookmarkBorder from '@mui/icons-material/BookmarkBorder';
import { Box, ButtonBase, IconButton, Tooltip, Typography } from '@mui/material';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { HistoryEntry } from '../../../app/contract/index.ts';
import { useLightbox, useSession } from '../context.ts';
import { sameValue } from '../logic/controls.ts';
import { readLabel } from '../logic/labels.ts';
import { dateLocale } from '../../format.ts';

export function HistoryPanel({ onName }: { onName(entry: HistoryEntry): void }) {
  const { t, i18n } = useTranslation();
  const session = useSession();
  const history = useLightbox((s) => s.history);
  const recipe = useLightbox((s) => s.recipe);
  const saving = useLightbox((s) => s.saving);
  useEffect(() => {
    if (!saving) session.refreshHistory().catch(session.fail);
  }, [session, saving]);
  const time = new Intl.DateTimeFormat(dateLocale(i18n.language), { dateStyle: 'short', timeStyle: 'short' });
  const word = (key: string, values?: Record<string, string>): string => t(key, values ?? {});
  const entries = [...history].reverse();
  // Undo can make an older entry the present one again: only the newest match is marked.
  const present = entries.find((e) => recipe && sameValue(e.recipe, recipe))?.id;
  const restore = (e: HistoryEntry) =>
    session.apply(e.recipe, e.version ? `version:${e.version}`.slice(0, 120) : 'restore');
  if (entries.length === 0)
    return (
      <Typography variant="body2" sx={{ p: 2, color: 'text.secondary' }}>
        {t('lightbox.history.empty')}
      </Typography>
    );
  return (
    <Box component="ol" aria-label={t('lightbox.history.title')} sx={{ m: 0, p: 0.5, listStyle: 'none' }}>
      {entries.map((e) => (
        <Box component="li" key={e.id} sx={{ display: 'flex', alignItems: 'center' }}>
          <ButtonBase
            aria-current={e.id === present || undefined}
            onClick={() => restore(e)}
            sx={{
              flex: 1,
              minWidth: 0,
              justifyContent: 'flex-start',
              textAlign: 'left',
              px: 1,
              py: 0.5,
              borderRadius: 0.75,
              bgcolor: e.id === present ? 'room.selectedFill' : undefined,
              '&:hover': { bgcolor: e.id === present ? undefined : 'room.hover' },
            }}
          >
            <Box sx={{ minWidth: 0 }}>
              <Typography variant="body2" noWrap sx={{ fontSize: 12.5, fontWeight: e.version ? 600 : 400 }}>
                {e.version ?? readLabel(e.label, word, i18n.language)}
              </Typography>
              <Typography variant="caption" noWrap component="p" sx={{ color: 'text.secondary' }}>
                {e.version ? `${readLabel(e.label, word, i18n.language)} · ` : ''}
                {time.format(e.at)}
              </Typography>
            </Box>
          </ButtonBase>
          <Tooltip title={t(e.version ? 'lightbox.history.rename' : 'lightbox.history.name')}>
            <IconButton
              aria-label={t(e.version ? 'lightbox.history.rename' : 'lightbox.history.name')}
              onClick={() => onName(e)}
            >
              {e.version ? <Bookmark color="primary" /> : <BookmarkBorder />}
            </IconButton>
          </Tooltip>
        </Box>
      ))}
    </Box>
  );
}
