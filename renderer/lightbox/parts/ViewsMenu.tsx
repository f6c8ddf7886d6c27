/** The views that tell what was done to a picture, in one menu of the bar; the one that is shown is ticked. */
import Check from '@mui/icons-material/Check';
import FactCheck from '@mui/icons-material/FactCheckOutlined';
import { Box, IconButton, ListItemIcon, Menu, MenuItem, Tooltip, useTheme } from '@mui/material';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Kbd } from '../../ui/Kbd.tsx';
import { useApp } from '../../store/app.ts';
import { allCommands, keysFor } from '../../shortcuts.ts';
import { useLightbox } from '../context.ts';
import { views, type View } from '../logic/state.ts';

export function ViewsMenu({ show }: { show(view: View): void }) {
  const { t } = useTranslation();
  const overlay = useLightbox((s) => s.overlay);
  const overrides = useApp((s) => s.settings.shortcuts);
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const room = useTheme().palette.room;
  const shown = views.some((v) => v === overlay);
  const keyOf = (view: View) => {
    const command = allCommands().find((c) => c.id === `lightbox.${view}`);
    return command && keysFor(command, overrides)[0];
  };
  return (
    <>
      <Tooltip title={t('lightbox.views.title')}>
        <IconButton
          aria-label={t('lightbox.views.title')}
          aria-haspopup="menu"
          aria-expanded={anchor !== null}
          aria-pressed={shown}
          onMouseDown={(e) => e.preventDefault()}
          onClick={(e) => setAnchor(e.currentTarget)}
          sx={shown ? { bgcolor: room.selectedFill, color: 'primary.main' } : undefined}
        >
          <FactCheck />
        </IconButton>
      </Tooltip>
      <Menu anchorEl={anchor} open={anchor !== null} onClose={() => setAnchor(null)}>
        {views.map((view) => {
          const key = keyOf(view);
          return (
            <MenuItem
              key={view}
              role="menuitemradio"
              aria-checked={overlay === view}
              onClick={() => {
                setAnchor(null);
                show(view);
              }}
            >
              <ListItemIcon sx={{ '&&': { minWidth: 28 } }}>{overlay === view && <Check />}</ListItemIcon>
              {t(`lightbox.commands.${view}`)}
              {key && (
                <Box component="span" sx={{ ml: 'auto', pl: 4 }}>
                  <Kbd keys={key} />
                </Box>
              )}
            </MenuItem>
          );
        })}
      </Menu>
    </>
  );
}
