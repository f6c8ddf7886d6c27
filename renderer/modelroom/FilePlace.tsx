/** One ONNX file among the folders that the host knows. */
import FolderOutlined from '@mui/icons-material/FolderOutlined';
import InsertDriveFileOutlined from '@mui/icons-material/InsertDriveFileOutlined';
import { Box, ButtonBase, Typography } from '@mui/material';
import { useTranslation } from 'react-i18next';
import { fileSize } from '../format.ts';
import { PlaceFrame } from '../ui/PlaceFrame.tsx';
import { useWalk, type Place } from '../ui/places.ts';

export type Chosen = Place;

export function FilePlace({
  chosen,
  onChoose,
  disabled,
}: {
  chosen: Chosen | null;
  onChoose(chosen: Chosen): void;
  disabled: boolean;
}) {
  const { t } = useTranslation();
  const walk = useWalk();
  const shown = (walk.rows ?? []).filter((row) => row.directory || /\.onnx$/i.test(row.name));
  return (
    <PlaceFrame walk={walk} none={shown.length === 0} empty={t('models.noOnnx')}>
      <Box role="group" aria-label={t('models.where')} sx={{ maxHeight: 196, overflowY: 'auto', p: 0.5 }}>
        {shown.map((row) => {
          const held = chosen?.folderId === row.folderId && chosen.path === row.path;
          const Icon = row.directory ? FolderOutlined : InsertDriveFileOutlined;
          return (
            <ButtonBase
              key={`${row.folderId} ${row.path}`}
              disabled={disabled}
              aria-pressed={row.directory ? undefined : held}
              onClick={() => (row.directory ? walk.go(row) : onChoose(row))}
              sx={{
                width: '100%',
                minHeight: 32,
                px: 1,
                gap: 1,
                justifyContent: 'flex-start',
                borderRadius: 0.75,
                bgcolor: held ? 'room.selectedFill' : undefined,
                '&:hover': { bgcolor: 'room.hover' },
              }}
            >
              <Icon sx={{ color: 'text.secondary' }} />
              <Typography variant="body2" noWrap sx={{ flex: 1, textAlign: 'left' }}>
                {row.name}
              </Typography>
              {!row.directory && (
                <Typography variant="figure" color="textSecondary">
                  {fileSize(row.size)}
                </Typography>
              )}
            </ButtonBase>
          );
        })}
      </Box>
    </PlaceFrame>
  );
}
