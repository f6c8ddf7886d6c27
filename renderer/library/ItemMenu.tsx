/** The menu on a frame: corrects its kind, gives it a part in its roll, and repeats what the keys do. */
import CheckOutlined from '@mui/icons-material/CheckOutlined';
import { Box, Divider, ListItemIcon, Menu, MenuItem, Typography } from '@mui/material';
import { useTranslation } from 'react-i18next';
import { scanKinds } from '../../app/contract/library.ts';
import { getClient } from '../client.ts';
import { isPrint } from '../../app/recipe/wanted.ts';
import { asReels } from './asReel.ts';
import { findPairs, flip, joinPair, oneAge, partPair } from './family.ts';
import { notify, openExport, openLightbox, report, useApp } from '../store/app.ts';
import { removeItems, selectedIds, updateItems, useLibrary } from '../store/library.ts';
import { keysFor, allCommands } from '../shortcuts.ts';
import { Kbd } from '../ui/Kbd.tsx';
import { kindIcons } from './kinds.tsx';
import { want } from './restoring.ts';
import { openDialog, useLibraryUi } from './state.ts';
import { openItem } from './useTableKeys.ts';

const close = () => useLibraryUi.setState({ menu: null });

/** The frames a menu on `id` is about: the selection when the frame is part of it. */
function meant(id: number): number[] {
  const { selection } = useLibrary.getState();
  return selection.ids.has(id) ? selectedIds() : [id];
}

function Key({ command }: { command: string }) {
  const overrides = useApp((s) => s.settings.shortcuts);
  const found = allCommands().find((c) => c.id === command);
  const key = found && keysFor(found, overrides)[0];
  return key ? (
    <Box component="span" sx={{ ml: 'auto', pl: 4 }}>
      <Kbd keys={key} />
    </Box>
  ) : null;
}

export function ItemMenu() {
  const { t } = useTranslation();
  const menu = useLibraryUi((s) => s.menu);
  const item = useLibrary((s) => (menu ? s.items.get(menu.id) : undefined));
  const group = useLibrary((s) => (item?.groupId == null ? undefined : s.groups.get(item.groupId)));
  const groups = useLibrary((s) => s.groups.size);
  const open = menu !== null && item !== undefined;

  const entry = (label: string, run: (ids: number[]) => void, command?: string) => (
    <MenuItem
      key={label}
      onClick={() => {
        close();
        if (item) run(meant(item.id));
      }}
    >
      {label}
      {command && <Key command={command} />}
    </MenuItem>
  );
  const role =
    item && group?.baseItemId === item.id ? 'base' : item && group?.flatItemId === item.id ? 'flat' : 'none';
  const reference = (as: 'base' | 'flat' | 'none', label: string) =>
    entry(as === role ? `${label} ✓` : label, () => {
      if (!item || !group) return;
      getClient()
        .call('roll.setReference', { groupId: group.id, itemId: item.id, as })
        .then(() => notify('info', t('library.referenceSet', { name: group.name })))
        .catch(report);
    });

  const family = (ids: number[]) => [
    // The one under the pointer is the front.
    ids.length === 2 &&
      item &&
      entry(t('family.join', { name: item.name }), (list) => {
        const back = list.find((id) => id !== item.id);
        if (back !== undefined) void joinPair(item.id, back);
      }),
    ids.length === 1 && item?.backId != null && entry(t('family.flip'), () => flip(ids[0]), 'library.flip'),
    ids.length === 1 &&
      item?.backId != null &&
      entry(t('family.open'), () => item.backId !== null && openLightbox([item.backId], item.backId)),
    ids.length === 1 && item?.backId != null && entry(t('family.part'), () => void partPair(ids[0])),
    ids.length > 1 && entry(t('family.find'), (list) => void findPairs(list)),
    ids.length > 1 && entry(t('family.oneAge'), (list) => void oneAge(list)),
    (ids.length > 1 || item?.backId != null) && <Divider key="d4" />,
  ];
  return (
    <Menu
      open={open}
      onClose={close}
      anchorReference="anchorPosition"
      anchorPosition={menu ? { left: menu.x, top: menu.y } : undefined}
    >
      {open &&
        menu.only === null && [
          entry(t('library.open'), () => openItem(item.id), 'library.open'),
          entry(t('restore.restore.button'), (ids) => void want('restore', ids), 'library.restore'),
          entry(t('restore.colorize.button'), (ids) => void want('colorize', ids), 'library.colorize'),
          entry(t('library.exportEllipsis'), openExport, 'library.export'),
          entry(t('library.tagsEllipsis'), (ids) => openDialog({ type: 'tags', ids }), 'library.tags'),
          entry(t('library.newGroup'), (ids) => openDialog({ type: 'newGroup', ids }), 'library.group'),
          groups > 0 && entry(t('library.moveTo'), (ids) => openDialog({ type: 'move', ids })),
          entry(t('library.setDate'), (ids) => openDialog({ type: 'itemDate', ids })),
          <Divider key="d1" />,
          ...(isPrint(item.kind) ? family(meant(item.id)) : []),
        ]}
      {open &&
        menu.only === null &&
        group?.kind === 'roll' && [
          reference('base', t('library.useAsBase')),
          reference('flat', t('library.useAsFlat')),
          reference('none', t('library.useAsPicture')),
          <Divider key="d2" />,
        ]}
      {open && (
        <Typography variant="label" component="li" role="presentation" sx={{ px: 1.25, py: 0.5 }}>
          {t('library.thisIs')}
        </Typography>
      )}
      {open &&
        scanKinds.map((kind) => {
          const Icon = kindIcons[kind];
          return (
            <MenuItem
              key={kind}
              role="menuitemradio"
              aria-checked={item.kind === kind}
              onClick={() => {
                close();
                void (kind === 'reel' ? asReels(meant(item.id)) : updateItems(meant(item.id), { kind }));
              }}
            >
              <ListItemIcon sx={{ '&&': { minWidth: 28 } }}>
                <Icon />
              </ListItemIcon>
              {t(`kind.${kind}`)}
              {item.kind === kind && <CheckOutlined sx={{ ml: 'auto', color: 'primary.main' }} />}
            </MenuItem>
          );
        })}
      {open &&
        menu.only === null && [
          <Divider key="d3" />,
          entry(t('library.remove'), (ids) => void removeItems(ids), 'library.remove'),
        ]}
    </Menu>
  );
}
