/** The bar on top: what room this is, the search box, bringing scans in, and what runs. */
import Add from '@mui/icons-material/Add';
import Close from '@mui/icons-material/Close';
import CreateNewFolderOutlined from '@mui/icons-material/CreateNewFolderOutlined';
import HelpOutline from '@mui/icons-material/HelpOutlined';
import Search from '@mui/icons-material/Search';
import { Box, Button, IconButton, InputAdornment, OutlinedInput, Tooltip, Typography } from '@mui/material';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { startImport } from '../library/importing.ts';
import { goTo, useApp } from '../store/app.ts';
import { setFilter, useLibrary } from '../store/library.ts';
import { sizes } from '../theme.ts';
import { Kbd } from '../ui/Kbd.tsx';
import { useShortcut } from '../useShortcut.ts';
import { JobChip } from './JobChip.tsx';

/** A pause in typing after which the table is asked. */
const TYPING_MS = 160;

function SearchBox() {
  const { t } = useTranslation();
  const text = useLibrary((s) => s.filter.text);
  const [draft, setDraft] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  useShortcut('global.search', () => {
    goTo('library');
    input.current?.focus();
    input.current?.select();
  });
  useEffect(() => {
    if (draft === null) return;
    const timer = setTimeout(() => {
      if (draft !== useLibrary.getState().filter.text) {
        goTo('library');
        setFilter({ text: draft });
      }
      setDraft(null);
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [draft]);
  const value = draft ?? text;
  return (
    <OutlinedInput
      size="small"
      value={value}
      onChange={(event) => setDraft(event.target.value)}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        if (value) setDraft('');
        else input.current?.blur();
      }}
      inputRef={input}
      placeholder={t('shell.search')}
      inputProps={{ 'aria-label': t('shell.search'), type: 'search', spellCheck: false, maxLength: 200 }}
      startAdornment={
        <InputAdornment position="start">
          <Search />
        </InputAdornment>
      }
      endAdornment={
        value ? (
          <IconButton aria-label={t('shell.clearSearch')} edge="end" onClick={() => setDraft('')}>
            <Close />
          </IconButton>
        ) : (
          <Kbd keys="/" />
        )
      }
      sx={{
        flex: '0 1 440px',
        height: 34,
        '& input::-webkit-search-cancel-button': { display: 'none' },
      }}
    />
  );
}

export function TopBar() {
  const { t } = useTranslation();
  const room = useApp((s) => s.room);
  const dialogs = useApp((s) => s.info?.dialogs ?? false);
  return (
    <Box
      component="header"
      sx={{
        height: sizes.topBar,
        flexShrink: 0,
        display: 'flex',
        alignItems: 'center',
        gap: 1.5,
        px: 2,
        bgcolor: 'room.panel',
        borderBottom: 1,
        borderColor: 'room.line',
      }}
    >
      <Typography variant="h2" component="h1" sx={{ width: sizes.sidePanel - 32, flexShrink: 0 }} noWrap>
        {t(`rooms.${room}`)}
      </Typography>
      <SearchBox />
      <Box sx={{ flex: 1 }} />
      <JobChip />
      <Button variant="contained" startIcon={<Add />} onClick={() => startImport()} sx={{ flexShrink: 0 }}>
        {t('library.import')}
      </Button>
      {/* The system's dialogs pick either files or a folder; the window's own list takes both at once. */}
      {dialogs && (
        <Tooltip title={t('library.importFolder')}>
          <IconButton aria-label={t('library.importFolder')} onClick={() => startImport('folder')}>
            <CreateNewFolderOutlined />
          </IconButton>
        </Tooltip>
      )}
      <Tooltip title={t('commands.global.shortcuts')}>
        <IconButton
          aria-label={t('commands.global.shortcuts')}
          onClick={() => useApp.setState({ shortcutsOpen: true })}
        >
          <HelpOutline />
        </IconButton>
      </Tooltip>
    </Box>
  );
}
