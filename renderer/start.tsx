/** Starts the app over whatever client was set: words first, then stores, then the screen. */
import '@fontsource-variable/inter/wght.css';
import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import { pickLanguage, startI18n } from './i18n/index.ts';
import { installShortcuts } from './shortcuts.ts';
import { connectApp } from './store/app.ts';
import { connectLibrary } from './store/library.ts';

/** Renders the window into #root. Call once. */
export function startWindow(): void {
  startI18n(pickLanguage('system', navigator.languages));
  installShortcuts(window);
  connectApp();
  connectLibrary();
  createRoot(document.getElementById('root')!).render(<App />);
}
