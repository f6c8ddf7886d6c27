/** Starts the window over the mock client: ?theme=light&language=es&many=20000 (or many=-1 for an empty library). */
import { setClient } from '../client.ts';
import { startWindow } from '../start.tsx';
import { mockClient } from './client.ts';

const query = new URLSearchParams(window.location.search);
setClient(
  mockClient({
    many: Number(query.get('many') ?? 0),
    theme: query.get('theme') === 'light' ? 'light' : 'dark',
    language: (query.get('language') as 'en' | 'es' | 'eu' | null) ?? 'en',
  }),
);
startWindow();
