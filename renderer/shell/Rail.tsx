/** The narrow rail on the left: six rooms. */
import CameraRollOutlined from '@mui/icons-material/PhotoLibraryOutlined';
import ChecklistRtl from '@mui/icons-material/ChecklistRtl';
import HubOutlined from '@mui/icons-material/HubOutlined';
import MusicNoteOutlined from '@mui/icons-material/MusicNoteOutlined';
import ScienceOutlined from '@mui/icons-material/ScienceOutlined';
import TuneOutlined from '@mui/icons-material/TuneOutlined';
import { Box, ButtonBase, Typography } from '@mui/material';
import { useTranslation } from 'react-i18next';
import { activeJobs, goTo, rooms, useApp, type Room } from '../store/app.ts';
import { sizes } from '../theme.ts';
import { Mark } from './Mark.tsx';

const icons: Record<Room, typeof TuneOutlined> = {
  library: CameraRollOutlined,
  queue: ChecklistRtl,
  score: MusicNoteOutlined,
  studio: ScienceOutlined,
  models: HubOutlined,
  settings: TuneOutlined,
};

export function Rail() {
  const { t } = useTranslation();
  const room = useApp((s) => s.room);
  const busy = useApp((s) => activeJobs(s.jobs).length);
  return (
    <Box
      component="nav"
      aria-label={t('shell.rooms')}
      sx={{
        width: sizes.rail,
        flexShrink: 0,
        display: 'flex',
        flexDirection: 'column',
        alignItems: 'stretch',
        gap: 0.5,
        px: 0.75,
        pb: 1,
        bgcolor: 'room.panel',
        borderRight: 1,
        borderColor: 'room.line',
      }}
    >
      <Box sx={{ height: sizes.topBar, display: 'grid', placeContent: 'center', mb: 0.5 }}>
        <Mark />
      </Box>
      {rooms.map((r) => {
        const Icon = icons[r];
        const here = r === room;
        return (
          <ButtonBase
            key={r}
            aria-current={here ? 'page' : undefined}
            onClick={() => goTo(r)}
            sx={{
              position: 'relative',
              flexDirection: 'column',
              gap: 0.5,
              py: 1.1,
              mt: r === 'settings' ? 'auto' : 0,
              borderRadius: 1,
              color: here ? 'text.primary' : 'text.secondary',
              bgcolor: here ? 'room.hover' : 'transparent',
              '&:hover': { color: 'text.primary', bgcolor: 'room.hover' },
              '&::before': {
                content: '""',
                position: 'absolute',
                left: -6,
                top: 12,
                bottom: 12,
                width: 3,
                borderRadius: 2,
                bgcolor: here ? 'primary.main' : 'transparent',
              },
            }}
          >
            <Icon sx={{ fontSize: 22, color: here ? 'primary.main' : 'inherit' }} />
            <Typography component="span" variant="caption" sx={{ fontWeight: here ? 600 : 500 }}>
              {t(`rooms.${r}`)}
            </Typography>
            {r === 'queue' && busy > 0 && (
              <Box
                component="span"
                aria-label={t('jobs.active', { count: busy })}
                sx={{
                  position: 'absolute',
                  top: 5,
                  right: 10,
                  minWidth: 17,
                  height: 17,
                  px: 0.5,
                  borderRadius: 9,
                  bgcolor: 'primary.main',
                  color: 'primary.contrastText',
                  typography: 'figure',
                  fontSize: 12,
                  lineHeight: '17px',
                  fontWeight: 650,
                  textAlign: 'center',
                }}
              >
                {busy}
              </Box>
            )}
          </ButtonBase>
        );
      })}
    </Box>
  );
}
