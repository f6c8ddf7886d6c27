/** Left of the light table: all rolls, albums and reels; choosing one shows it alone. */
import PhotoLibraryOutlined from '@mui/icons-material/PhotoLibraryOutlined';
import { Box, ButtonBase, Typography } from '@mui/material';
import { useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { groupKinds, type Group } from '../../app/contract/library.ts';
import { setFilter, useLibrary } from '../store/library.ts';
import { sizes } from '../theme.ts';
import { useRows } from '../ui/rows.ts';
import { BaseSwatch } from './GroupHeader.tsx';
import { filmName, groupIcons } from './kinds.tsx';

type Line = { type: 'label'; kind: Group['kind'] } | { type: 'group'; group: Group };
const LABEL = 38;
const GROUP = 46;

function Choice(props: { on: boolean; onClick: () => void; children: ReactNode }) {
  return (
    <ButtonBase
      aria-pressed={props.on}
      onClick={props.onClick}
      sx={{
        width: '100%',
        height: GROUP - 4,
        px: 1,
        gap: 1.25,
        borderRadius: 1,
        justifyContent: 'flex-start',
        textAlign: 'left',
        bgcolor: props.on ? 'room.selectedFill' : 'transparent',
        boxShadow: (theme) => (props.on ? `inset 3px 0 0 ${theme.palette.primary.main}` : 'none'),
        '&:hover': { bgcolor: props.on ? 'room.selectedFill' : 'room.hover' },
      }}
    >
      {props.children}
    </ButtonBase>
  );
}

export function SidePanel() {
  const { t } = useTranslation();
  const groups = useLibrary((s) => s.groups);
  const chosen = useLibrary((s) => s.filter.groupId);
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null);
  const lines = useMemo(() => {
    const all: Line[] = [];
    for (const kind of groupKinds) {
      const some = [...groups.values()].filter((g) => g.kind === kind);
      if (some.length === 0) continue;
      all.push({ type: 'label', kind }, ...some.map((group): Line => ({ type: 'group', group })));
    }
    return all;
  }, [groups]);
  const size = useMemo(() => (row: number) => (lines[row]?.type === 'label' ? LABEL : GROUP), [lines]);
  const rows = useRows(scroller, lines.length, size, 6);
  return (
    <Box
      component="aside"
      aria-label={t('library.groups')}
      sx={{
        width: sizes.sidePanel,
        flexShrink: 0,
        display: 'flex',
        flexDirection: 'column',
        bgcolor: 'room.panel',
        borderRight: 1,
        borderColor: 'room.line',
      }}
    >
      <Box sx={{ p: 1, pb: 0.5 }}>
        <Choice on={chosen === null} onClick={() => setFilter({ groupId: null })}>
          <PhotoLibraryOutlined sx={{ color: 'text.secondary' }} />
          <Typography variant="body2" sx={{ fontWeight: 550 }}>
            {t('library.all')}
          </Typography>
        </Choice>
      </Box>
      <Box ref={setScroller} sx={{ flex: 1, minHeight: 0, overflowY: 'auto', px: 1, pb: 1 }}>
        <Box sx={{ position: 'relative', height: rows.total }}>
          {rows.items.map(({ index, start }) => {
            const line = lines[index];
            if (!line) return null;
            return (
              <Box key={index} sx={{ position: 'absolute', left: 0, right: 0 }} style={{ top: start }}>
                {line.type === 'label' ? (
                  <Typography variant="label" component="h2" sx={{ m: 0, px: 1, pt: 1.75 }}>
                    {t(`groups.${line.kind}`)}
                  </Typography>
                ) : (
                  <GroupLine group={line.group} on={chosen === line.group.id} />
                )}
              </Box>
            );
          })}
        </Box>
      </Box>
    </Box>
  );
}

function GroupLine({ group, on }: { group: Group; on: boolean }) {
  const { t } = useTranslation();
  const Icon = groupIcons[group.kind];
  const about = [group.film && filmName(group.film, t), group.captureDate].filter(Boolean).join(' · ');
  return (
    <Choice on={on} onClick={() => setFilter({ groupId: on ? null : group.id })}>
      {group.base ? (
        <BaseSwatch base={group.base} size={18} />
      ) : (
        <Icon sx={{ fontSize: 18, color: 'text.secondary' }} />
      )}
      <Box sx={{ flex: 1, minWidth: 0 }}>
        <Typography variant="body2" noWrap sx={{ fontWeight: on ? 600 : 500, lineHeight: 1.3 }}>
          {group.name}
        </Typography>
        {about && (
          <Typography variant="caption" component="div" color="textSecondary" noWrap sx={{ lineHeight: 1.3 }}>
            {about}
          </Typography>
        )}
      </Box>
      <Typography variant="figure" color="textSecondary">
        {group.count}
      </Typography>
    </Choice>
  );
}
