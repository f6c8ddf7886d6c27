/** The window: theme and language from the settings, the rail, the bar on top, the room, and what lies over them. */
import { Box, CssBaseline, ThemeProvider, useMediaQuery } from '@mui/material';
import { lazy, Suspense, useEffect, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { pickLanguage, setLanguage } from './i18n/index.ts';
import { Library } from './library/Library.tsx';
import { DropTargets } from './shell/DropTargets.tsx';
import { Fallen } from './shell/Fallen.tsx';
import { LineBanner } from './shell/LineBanner.tsx';
import { Notices } from './shell/Notices.tsx';
import { Rail } from './shell/Rail.tsx';
import { ShortcutSheet } from './shell/ShortcutSheet.tsx';
import { TopBar } from './shell/TopBar.tsx';
import { goTo, rooms, useApp, type Room } from './store/app.ts';
import { makeTheme } from './theme.ts';
import { useShortcut } from './useShortcut.ts';
import './commands.ts';
import './lightbox/commands.ts';

const Queue = lazy(() => import('./queue/Queue.tsx'));
const Settings = lazy(() => import('./settings/Settings.tsx'));
const Studio = lazy(() => import('./studio/Studio.tsx'));
const Models = lazy(() => import('./modelroom/Models.tsx'));
const Score = lazy(() => import('./score/Score.tsx'));
const ExportDialog = lazy(() => import('./export/ExportDialog.tsx'));
const FolderPicker = lazy(() => import('./shell/FolderPicker.tsx'));
const Reel = lazy(() => import('./reel/Reel.tsx'));
const Lightbox = lazy(() => import('./lightbox/Lightbox.tsx'));

function RoomView({ room }: { room: Room }) {
  switch (room) {
    case 'library':
      return <Library />;
    case 'queue':
      return <Queue />;
    case 'settings':
      return <Settings />;
    case 'studio':
      return <Studio />;
    case 'models':
      return <Models />;
    case 'score':
      return <Score />;
  }
}

function GoToRoom({ room }: { room: Room }) {
  useShortcut(`global.room.${room}`, () => goTo(room));
  return null;
}

export function App() {
  const { t } = useTranslation();
  const room = useApp((s) => s.room);
  const lightbox = useApp((s) => s.lightbox);
  const reel = useApp((s) => s.reel);
  const exporting = useApp((s) => s.exporting);
  const pickerOpen = useApp((s) => s.pickerOpen);
  const language = useApp((s) => s.settings.language);
  const wished = useApp((s) => s.settings.theme);
  const systemLight = useMediaQuery('(prefers-color-scheme: light)');
  const mode = wished === 'system' ? (systemLight ? 'light' : 'dark') : wished;
  const theme = useMemo(() => makeTheme(mode), [mode]);

  useEffect(() => setLanguage(pickLanguage(language, navigator.languages)), [language]);
  useShortcut('global.shortcuts', () => useApp.setState({ shortcutsOpen: true }));

  return (
    <ThemeProvider theme={theme}>
      <CssBaseline enableColorScheme />
      {rooms.map((r) => (
        <GoToRoom key={r} room={r} />
      ))}
      <Box sx={{ display: 'flex', height: '100%', bgcolor: 'background.default' }}>
        <Rail />
        <Box sx={{ flex: 1, minWidth: 0, display: 'flex', flexDirection: 'column' }}>
          <TopBar />
          <LineBanner />
          <Box
            component="main"
            aria-label={t(`rooms.${room}`)}
            sx={{ position: 'relative', flex: 1, minHeight: 0, overflow: 'hidden' }}
          >
            <Fallen part={`${room} ${reel} ${lightbox !== null}`}>
              <Suspense fallback={null}>
                <Box
                  sx={{ height: '100%', visibility: lightbox || reel !== null ? 'hidden' : 'visible' }}
                  inert={lightbox !== null || reel !== null}
                >
                  <RoomView room={room} />
                </Box>
                {reel !== null && (
                  <Box sx={{ position: 'absolute', inset: 0, bgcolor: 'room.table' }}>
                    <Reel itemId={reel} onClose={() => useApp.setState({ reel: null })} />
                  </Box>
                )}
                {lightbox && (
                  <Box sx={{ position: 'absolute', inset: 0, bgcolor: 'room.table' }}>
                    <Lightbox
                      itemIds={lightbox.itemIds}
                      startId={lightbox.startId}
                      onClose={() => useApp.setState({ lightbox: null })}
                    />
                  </Box>
                )}
              </Suspense>
            </Fallen>
          </Box>
        </Box>
      </Box>
      <Fallen part={`${exporting !== null} ${pickerOpen}`}>
        <Suspense fallback={null}>
          {exporting && <ExportDialog ids={exporting} />}
          {pickerOpen && <FolderPicker />}
        </Suspense>
      </Fallen>
      <ShortcutSheet />
      <DropTargets />
      <Notices />
    </ThemeProvider>
  );
}
