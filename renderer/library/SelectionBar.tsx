/** What can be done with the selected frames; floats over the bottom of the table while there are any. */
import AutoAwesomeOutlined from '@mui/icons-material/AutoAwesomeOutlined';
import AutoFixHighOutlined from '@mui/icons-material/AutoFixHighOutlined';
import Close from '@mui/icons-material/Close';
import ColorLensOutlined from '@mui/icons-material/ColorLensOutlined';
import CreateNewFolderOutlined from '@mui/icons-material/CreateNewFolderOutlined';
import DeleteOutlined from '@mui/icons-material/DeleteOutlined';
import Flag from '@mui/icons-material/Flag';
import LocalOfferOutlined from '@mui/icons-material/LocalOfferOutlined';
import SaveAltOutlined from '@mui/icons-material/SaveAltOutlined';
import ThumbDownOffAlt from '@mui/icons-material/ThumbDownOffAlt';
import { Box, Button, Divider, IconButton, Paper, Tooltip, Typography } from '@mui/material';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { isPrint } from '../../app/recipe/wanted.ts';
import { openExport } from '../store/app.ts';
import { removeItems, selectedIds, setSelection, updateItems, useLibrary } from '../store/library.ts';
import { noSelection } from './selection.ts';
import { want } from './restoring.ts';
import { openDialog } from './state.ts';
import { openItem } from './useTableKeys.ts';
import { Stars } from '../ui/Stars.tsx';

function Tool({
  label,
  on,
  onClick,
  children,
}: {
  label: string;
  on?: boolean;
  onClick: () => void;
  children: ReactNode;
}) {
  return (
    <Tooltip title={label}>
      <IconButton
        aria-label={label}
        aria-pressed={on}
        onClick={onClick}
        sx={on ? { color: 'primary.main' } : undefined}
      >
        {children}
      </IconButton>
    </Tooltip>
  );
}

export function SelectionBar() {
  const { t } = useTranslation();
  const ids = useLibrary((s) => s.selection.ids);
  const items = useLibrary((s) => s.items);
  if (ids.size === 0) return null;
  // The rating and flag all of them share, as far as they are known here.
  const known = [...ids].map((id) => items.get(id)).filter((item) => item !== undefined);
  const rating = known.every((i) => i.rating === known[0].rating) ? (known[0]?.rating ?? 0) : 0;
  const flag = known.every((i) => i.flag === known[0].flag) ? (known[0]?.flag ?? 'none') : 'none';
  const prints = known.some((i) => isPrint(i.kind));
  const setFlag = (next: 'keep' | 'reject') => () =>
    void updateItems(selectedIds(), { flag: flag === next ? 'none' : next });
  return (
    <Paper
      role="toolbar"
      aria-label={t('library.selection')}
      elevation={8}
      sx={{
        position: 'absolute',
        zIndex: 3,
        bottom: 16,
        left: 0,
        right: 0,
        mx: 'auto',
        width: 'fit-content',
        maxWidth: 'calc(100% - 24px)',
        display: 'flex',
        // Long words in a narrow window: two lines rather than a cut.
        flexWrap: 'wrap',
        justifyContent: 'center',
        alignItems: 'center',
        gap: 0.5,
        pl: 2,
        pr: 0.75,
        py: 0.75,
        borderRadius: 2,
        border: 1,
        borderColor: 'room.lineStrong',
        whiteSpace: 'nowrap',
      }}
    >
      <Typography variant="figure" sx={{ fontWeight: 600, mr: 1 }} aria-live="polite">
        {t('library.selected', { count: ids.size })}
      </Typography>
      <Stars
        value={rating}
        size="small"
        aria-label={t('filter.rating')}
        onChange={(_, value) => void updateItems(selectedIds(), { rating: value ?? 0 })}
        sx={{ color: 'primary.main', mr: 0.5 }}
      />
      <Tool label={t('flag.keep')} on={flag === 'keep'} onClick={setFlag('keep')}>
        <Flag />
      </Tool>
      <Tool label={t('flag.reject')} on={flag === 'reject'} onClick={setFlag('reject')}>
        <ThumbDownOffAlt />
      </Tool>
      <Tool label={t('library.tags')} onClick={() => openDialog({ type: 'tags', ids: selectedIds() })}>
        <LocalOfferOutlined />
      </Tool>
      <Tool
        label={t('library.newGroup')}
        onClick={() => openDialog({ type: 'newGroup', ids: selectedIds() })}
      >
        <CreateNewFolderOutlined />
      </Tool>
      <Tool label={t('library.remove')} onClick={() => void removeItems(selectedIds())}>
        <DeleteOutlined />
      </Tool>
      <Divider orientation="vertical" flexItem sx={{ mx: 0.5 }} />
      <Box sx={{ display: 'flex', gap: 0.75, ml: 0.5 }}>
        {prints && (
          <Tooltip describeChild title={t('restore.auto.help')}>
            <Button
              variant="outlined"
              color="secondary"
              startIcon={<AutoAwesomeOutlined />}
              onClick={() => void want('auto', selectedIds())}
            >
              {t('restore.auto.button')}
            </Button>
          </Tooltip>
        )}
        <Tooltip describeChild title={t('restore.restore.help')}>
          <Button
            variant="outlined"
            color="secondary"
            startIcon={<AutoFixHighOutlined />}
            onClick={() => void want('restore', selectedIds())}
          >
            {t('restore.restore.button')}
          </Button>
        </Tooltip>
        <Tooltip describeChild title={t('restore.colorize.help')}>
          <Button
            variant="outlined"
            color="secondary"
            startIcon={<ColorLensOutlined />}
            onClick={() => void want('colorize', selectedIds())}
          >
            {t('restore.colorize.button')}
          </Button>
        </Tooltip>
        <Button
          variant="outlined"
          color="secondary"
          onClick={() => {
            const first = selectedIds()[0];
            if (first !== undefined) openItem(first);
          }}
        >
          {t('library.open')}
        </Button>
        <Button variant="contained" startIcon={<SaveAltOutlined />} onClick={() => openExport(selectedIds())}>
          {t('library.export')}
        </Button>
      </Box>
      <Tool label={t('commands.library.selectNone')} onClick={() => setSelection(noSelection)}>
        <Close />
      </Tool>
    </Paper>
  );
}
