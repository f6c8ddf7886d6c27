/** The roll this frame belongs to: how its frames are printed together, references, outliers, and what is spread to all. */
import MoreHoriz from '@mui/icons-material/MoreHoriz';
import WarningAmber from '@mui/icons-material/WarningAmber';
import {
  Box,
  Button,
  FormControlLabel,
  IconButton,
  Menu,
  MenuItem,
  Switch,
  ToggleButton,
  ToggleButtonGroup,
  Tooltip,
  Typography,
} from '@mui/material';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLightbox, useSession } from '../context.ts';
import { analyseRoll, setReference, syncToRoll } from '../logic/roll.ts';

const modes = ['auto', 'roll', 'fixed'] as const;
const references = ['base', 'flat', 'none'] as const;

export function RollCard({ onSync }: { onSync(): void }) {
  const { t } = useTranslation();
  const session = useSession();
  const group = useLightbox((s) => s.group);
  const item = useLightbox((s) => s.items[s.id]);
  const mode = useLightbox((s) => s.recipe?.params.lights.mode ?? 'auto');
  const link = useLightbox((s) => s.linkRoll);
  const [menu, setMenu] = useState<HTMLElement | null>(null);
  if (group?.kind !== 'roll') return null;
  const role =
    item && group.baseItemId === item.id ? 'base' : item && group.flatItemId === item.id ? 'flat' : 'none';
  const setMode = (next: string | null) => {
    if (next === null) return;
    session.set('lights', 'mode', next);
    void syncToRoll(session, ['lights.mode'], t);
  };
  const choose = (action: () => void) => () => {
    setMenu(null);
    action();
  };
  return (
    <Box
      component="section"
      aria-label={t('lightbox.roll.title')}
      sx={{ borderTop: 1, borderColor: 'divider', px: 1.5, py: 1 }}
    >
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 1 }}>
        <Typography variant="h4" component="h3" noWrap sx={{ flex: 1, fontSize: 13 }}>
          {group.name}
          <Typography component="span" variant="caption" sx={{ color: 'text.secondary', ml: 1 }}>
            {t('lightbox.roll.count', { count: group.count })}
          </Typography>
        </Typography>
        <Tooltip title={t('lightbox.roll.more')}>
          <IconButton
            aria-label={t('lightbox.roll.more')}
            aria-haspopup="menu"
            onClick={(e) => setMenu(e.currentTarget)}
            sx={{ p: 0.5 }}
          >
            <MoreHoriz />
          </IconButton>
        </Tooltip>
        <Menu anchorEl={menu} open={menu !== null} onClose={() => setMenu(null)}>
          <MenuItem onClick={choose(() => void analyseRoll(session, t))}>
            {t('lightbox.roll.analyse')}
          </MenuItem>
          <MenuItem onClick={choose(onSync)}>{t('lightbox.roll.sync')}</MenuItem>
          {references.map((r) => (
            <MenuItem
              key={r}
              role="menuitemradio"
              aria-checked={r === role}
              selected={r === role}
              onClick={choose(() => void setReference(session, r, t))}
            >
              {t(`lightbox.roll.reference.${r}`)}
            </MenuItem>
          ))}
        </Menu>
      </Box>
      {item?.outlier && (
        <Box role="note" sx={{ display: 'flex', gap: 0.75, mt: 0.5, fontSize: 12, color: 'warning.main' }}>
          <WarningAmber sx={{ fontSize: 16, mt: '1px' }} />
          <span>{t('lightbox.roll.outlier')}</span>
        </Box>
      )}
      <Tooltip title={t(`lightbox.roll.modeHelp.${mode}`)} placement="left">
        <ToggleButtonGroup
          exclusive
          fullWidth
          size="small"
          value={mode}
          aria-label={t('params.lights.mode.label')}
          onChange={(_, v: string | null) => setMode(v)}
          sx={{ mt: 0.75, '& .MuiToggleButton-root': { py: 0, minHeight: 26, fontSize: 12 } }}
        >
          {modes.map((m) => (
            <ToggleButton key={m} value={m}>
              {t(`params.lights.mode.options.${m}`)}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
      </Tooltip>
      <Box sx={{ display: 'flex', alignItems: 'center', justifyContent: 'space-between', mt: 0.5 }}>
        <Tooltip title={t('lightbox.roll.linkHelp')} placement="left">
          <FormControlLabel
            control={
              <Switch
                size="small"
                checked={link}
                onChange={(_, on) => session.store.setState({ linkRoll: on })}
              />
            }
            label={t('lightbox.roll.link')}
            slotProps={{ typography: { sx: { fontSize: 12.5 } } }}
            sx={{ m: 0, gap: 0.5 }}
          />
        </Tooltip>
        <Button
          color="secondary"
          variant="outlined"
          onClick={onSync}
          sx={{ minHeight: 26, py: 0, fontSize: 12 }}
        >
          {t('lightbox.roll.syncShort')}
        </Button>
      </Box>
    </Box>
  );
}
