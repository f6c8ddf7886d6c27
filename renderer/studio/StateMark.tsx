/** The state of a run or dataset: an icon and a word, never a colour alone. */
import CheckCircleOutlined from '@mui/icons-material/CheckCircleOutlined';
import ErrorOutlined from '@mui/icons-material/ErrorOutlined';
import PauseCircleOutlined from '@mui/icons-material/PauseCircleOutlined';
import PlayArrow from '@mui/icons-material/PlayArrow';
import Schedule from '@mui/icons-material/Schedule';
import StopCircleOutlined from '@mui/icons-material/StopCircleOutlined';
import { Box, Typography } from '@mui/material';
import { useTranslation } from 'react-i18next';
import type { StudioRun } from '../../app/contract/studio.ts';

const looks = {
  queued: { Icon: Schedule, colour: 'text.secondary' },
  running: { Icon: PlayArrow, colour: 'primary.main' },
  paused: { Icon: PauseCircleOutlined, colour: 'warning.main' },
  done: { Icon: CheckCircleOutlined, colour: 'success.main' },
  failed: { Icon: ErrorOutlined, colour: 'error.main' },
  cancelled: { Icon: StopCircleOutlined, colour: 'text.secondary' },
} as const;

export function StateMark({ state, iconOnly }: { state: StudioRun['state']; iconOnly?: boolean }) {
  const { t } = useTranslation();
  const { Icon, colour } = looks[state];
  const word = t(`studio.state.${state}`);
  return (
    <Box sx={{ display: 'inline-flex', alignItems: 'center', gap: 0.5, color: colour, flexShrink: 0 }}>
      <Icon {...(iconOnly ? { titleAccess: word } : {})} sx={{ fontSize: 18 }} />
      {!iconOnly && (
        <Typography variant="caption" sx={{ fontWeight: 550 }}>
          {word}
        </Typography>
      )}
    </Box>
  );
}
