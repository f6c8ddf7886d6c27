/** The header of a roll, album or reel on the light table: what film, which base, how many, when, and what can be done. */
import MoreHoriz from '@mui/icons-material/MoreHoriz';
import InboxOutlined from '@mui/icons-material/InboxOutlined';
import { Box, Button, IconButton, Menu, MenuItem, Typography } from '@mui/material';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { getClient } from '../client.ts';
import { cssColour } from '../format.ts';
import { notify, openExport, report } from '../store/app.ts';
import { setFilter, setSelection, useLibrary } from '../store/library.ts';
import { filmName, groupIcons } from './kinds.tsx';
import { groupCounts, NO_GROUP } from './layout.ts';
import { openDialog } from './state.ts';

/** The ids of a group as far as the table shows them. */
function idsOf(groupId: number): number[] {
  const { index } = useLibrary.getState();
  return Array.from(index.ids).filter((_, i) => index.groups[i] === groupId);
}

export function BaseSwatch({ base, size = 14 }: { base: [number, number, number]; size?: number }) {
  const { t } = useTranslation();
  return (
    <Box
      component="span"
      role="img"
      title={t('library.base', { values: base.map((v) => v.toFixed(3)).join(' / ') })}
      aria-label={t('library.base', { values: base.map((v) => v.toFixed(3)).join(' / ') })}
      sx={{
        display: 'inline-block',
        flexShrink: 0,
        width: size,
        height: size,
        borderRadius: 0.5,
        border: 1,
        borderColor: 'room.lineStrong',
        bgcolor: cssColour(base),
      }}
    />
  );
}

export function GroupHeader({ groupId }: { groupId: number }) {
  const { t } = useTranslation();
  const group = useLibrary((s) => s.groups.get(groupId));
  const shown = useLibrary((s) => groupCounts(s.index).get(groupId) ?? 0);
  const [menu, setMenu] = useState<HTMLElement | null>(null);
  const Icon = group ? groupIcons[group.kind] : InboxOutlined;
  const loose = groupId === NO_GROUP || !group;
  const selectGroup = () => {
    const ids = idsOf(groupId);
    setSelection({ ids: new Set(ids), anchor: ids[0] ?? null, active: ids[0] ?? null });
  };
  const menuItem = (label: string, run: () => void) => (
    <MenuItem
      onClick={() => {
        setMenu(null);
        run();
      }}
    >
      {label}
    </MenuItem>
  );
  return (
    <Box
      role="gridcell"
      sx={{
        display: 'flex',
        alignItems: 'center',
        gap: 1.25,
        height: '100%',
        pt: 2,
        pb: 1.25,
        minWidth: 0,
        color: 'text.secondary',
      }}
    >
      <Icon />
      <Typography variant="h3" component="h2" noWrap sx={{ m: 0, color: 'text.primary', minWidth: 0 }}>
        {group?.name ?? t('library.loose')}
      </Typography>
      <Box
        sx={{
          display: 'flex',
          alignItems: 'center',
          gap: 1.25,
          minWidth: 0,
          typography: 'body2',
          whiteSpace: 'nowrap',
        }}
      >
        {group?.base && <BaseSwatch base={group.base} />}
        {group?.film && <span>{filmName(group.film, t)}</span>}
        <Box component="span" sx={{ typography: 'figure' }}>
          {group && shown < group.count
            ? t('library.framesOf', { shown, count: group.count })
            : t('library.frames', { count: shown })}
        </Box>
        {!loose && (
          <Button
            variant="text"
            onClick={() => openDialog({ type: 'groupDate', groupId })}
            sx={{
              minHeight: 26,
              px: 0.75,
              minWidth: 0,
              color: 'text.secondary',
              textDecoration: group.captureDate ? 'none' : 'underline dotted',
              textUnderlineOffset: '4px',
              fontWeight: 500,
              fontSize: 13,
            }}
          >
            {group.captureDate ?? t('library.addDate')}
          </Button>
        )}
      </Box>
      <Box sx={{ flex: 1, height: '1px', bgcolor: 'room.line', minWidth: 8 }} />
      <Button
        color="secondary"
        variant="text"
        onClick={selectGroup}
        sx={{ minHeight: 28, fontWeight: 500, color: 'text.secondary' }}
      >
        {t('library.selectGroup')}
      </Button>
      <IconButton
        aria-label={t('library.groupMenu', { name: group?.name ?? t('library.loose') })}
        aria-haspopup="menu"
        onClick={(event) => setMenu(event.currentTarget)}
      >
        <MoreHoriz />
      </IconButton>
      {menu && (
        <Menu anchorEl={menu} open onClose={() => setMenu(null)}>
          {menuItem(t('library.exportGroup'), () => openExport(idsOf(groupId)))}
          {!loose && menuItem(t('library.showOnly'), () => setFilter({ groupId }))}
          {!loose && menuItem(t('library.rename'), () => openDialog({ type: 'rename', groupId }))}
          {!loose && menuItem(t('library.setDate'), () => openDialog({ type: 'groupDate', groupId }))}
          {group?.kind === 'roll' &&
            menuItem(t('library.analyseAgain'), () => {
              getClient()
                .call('roll.analyse', { groupId })
                .then(() => notify('info', t('library.analysing', { name: group.name })))
                .catch(report);
            })}
        </Menu>
      )}
    </Box>
  );
}
