/** The window's entry in the product: the client of whatever host this is, then the app. */
import { createClient, setClient } from './client.ts';
import { startWindow } from './start.tsx';

setClient(createClient());
startWindow();
