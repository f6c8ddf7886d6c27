/** Folders and files among what the host knows, to learn from: one place at a time, what is ticked stays ticked. */
import ChevronRight from '@mui/icons-material/ChevronRight';
import FolderOutlined from '@mui/icons-material/FolderOutlined';
import ImageOutlined from '@mui/icons-material/ImageOutlined';
import { Box, Checkbox, IconButton, Typography } from '@mui/material';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApp } from '../store/app.ts';
import { PlaceFrame } from '../ui/PlaceFrame.tsx';
import { useWalk, type Place } from '../ui/places.ts';
import { useRows } from '../ui/rows.ts';

export type { Place } from '../ui/places.ts';
export const placeKey = (place: Pick<Place, 'folderId' | 'path'>): string =>
  `${place.folderId}\u0000${place.path}`;

const ROW = 34;

export function FolderChoice({
  picked,
  onChange,
}: {
  picked: readonly Place[];
  onChange: (picked: Place[]) => void;
}) {
  const { t } = useTranslation();
  const folders = useApp((s) => s.folders);
  const walk = useWalk();
  const rows = walk.rows ?? [];
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null);
  const size = useCallback(() => ROW, []);
  const visible = useRows(scroller, rows.length, size, 6);
  const has = (row: Place) => picked.some((p) => placeKey(p) === placeKey(row));
  const toggle = ({ folderId, path, name }: Place) =>
    onChange(
      has({ folderId, path, name })
        ? picked.filter((p) => placeKey(p) !== placeKey({ folderId, path }))
        : [...picked, { folderId, path, name }],
    );
  if (folders.length === 0)
    return (
      <Typography variant="body2" color="textSecondary">
        {t('studio.make.noFolders')}
      </Typography>
    );
  return (
    <PlaceFrame walk={walk} none={rows.length === 0} empty={t('picker.emptyFolder')}>
      <Box ref={setScroller} sx={{ maxHeight: 204, overflowY: 'auto' }}>
        <Box sx={{ position: 'relative' }} style={{ height: visible.total }}>
          {visible.items.map(({ index, start }) => {
            const row = rows[index];
            if (!row) return null;
            const Icon = row.directory ? FolderOutlined : ImageOutlined;
            return (
              <Box
                key={placeKey(row)}
                style={{ top: start, height: ROW }}
                sx={{
                  position: 'absolute',
                  left: 0,
                  right: 0,
                  px: 0.5,
                  display: 'flex',
                  alignItems: 'center',
                  gap: 0.75,
                  '&:hover': { bgcolor: 'room.hover' },
                }}
              >
                <Checkbox
                  checked={has(row)}
                  onChange={() => toggle(row)}
                  slotProps={{ input: { 'aria-label': row.name } }}
                />
                <Icon sx={{ color: 'text.secondary' }} />
                <Typography variant="body2" noWrap sx={{ flex: 1 }}>
                  {row.name}
                </Typography>
                {row.directory && (
                  <IconButton
                    aria-label={t('studio.make.openFolder', { name: row.name })}
                    onClick={() => walk.go(row)}
                  >
                    <ChevronRight />
                  </IconButton>
                )}
              </Box>
            );
          })}
        </Box>
      </Box>
    </PlaceFrame>
  );
}
