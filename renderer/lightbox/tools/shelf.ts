/** The place above the picture where the bar of the tool in hand stands. */
import { createContext } from 'react';

export const ShelfContext = createContext<HTMLElement | null>(null);
