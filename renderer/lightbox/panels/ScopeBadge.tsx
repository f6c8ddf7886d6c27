/** Whether a parameter belongs to the roll or to this frame; on a roll's parameter it is the button that writes it to all frames. */
import CameraRollOutlined from '@mui/icons-material/CameraRollOutlined';
import CropOriginalOutlined from '@mui/icons-material/CropOriginalOutlined';
import { Box, ButtonBase, Tooltip } from '@mui/material';
import { useTranslation } from 'react-i18next';
import { useLightbox, useSession } from '../context.ts';
import type { Control } from '../logic/controls.ts';
import { syncToRoll } from '../logic/roll.ts';

export function ScopeBadge({ control }: { control: Control }) {
  const { t } = useTranslation();
  const session = useSession();
  const group = useLightbox((s) => s.group);
  const { scope, spec, step, changed } = control;
  const icon = { fontSize: 13, color: changed ? 'text.secondary' : 'text.disabled' } as const;
  if (scope === 'frame')
    return (
      <Tooltip title={t('lightbox.scope.frame')} placement="left">
        <Box
          component="span"
          role="img"
          aria-label={t('lightbox.scope.frame')}
          sx={{ display: 'grid', placeItems: 'center' }}
        >
          <CropOriginalOutlined sx={icon} />
        </Box>
      </Tooltip>
    );
  const title =
    group?.kind === 'roll' ? t('lightbox.scope.rollSpread', { roll: group.name }) : t('lightbox.scope.roll');
  return (
    <Tooltip title={title} placement="left">
      <ButtonBase
        aria-label={`${t('lightbox.scope.spread')}: ${t(control.labelKey)}`}
        disabled={group?.kind !== 'roll'}
        tabIndex={-1}
        onClick={() => void syncToRoll(session, [`${step}.${spec.key}`], t)}
        sx={{ width: 18, height: 24, borderRadius: 0.5, '&:hover': { bgcolor: 'room.hover' } }}
      >
        <CameraRollOutlined sx={icon} />
      </ButtonBase>
    </Tooltip>
  );
}
