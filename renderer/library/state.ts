/** What is open over the light table: a menu on a frame, a dialog about some frames or a group. */
import { create } from 'zustand';

export type LibraryDialog =
  | { type: 'tags'; ids: number[] }
  | { type: 'newGroup'; ids: number[] }
  | { type: 'itemDate'; ids: number[] }
  | { type: 'groupDate'; groupId: number }
  | { type: 'rename'; groupId: number };

export interface LibraryUi {
  dialog: LibraryDialog | null;
  menu: { id: number; x: number; y: number; only: 'kind' | null } | null;
}

export const useLibraryUi = create<LibraryUi>(() => ({ dialog: null, menu: null }));

/** Opens a dialog; null closes it. */
export function openDialog(dialog: LibraryDialog | null): void {
  useLibraryUi.setState({ dialog });
}

/**
 * A capture date a person may write: a year, month or day, each with 'circa' before it, or a span of years.
 * Returns it tidied, null for an empty text, undefined when it cannot be understood.
 */
export function readDate(text: string): string | null | undefined {
  const tidy = text.trim().replace(/\s+/g, ' ');
  if (tidy === '') return null;
  const match = /^(circa |c\. ?|ca\. ?|~ ?)?(\d{4})(?:([-/.])(\d{1,2})(?:\3(\d{1,2}))?)?$/i.exec(tidy);
  if (match) {
    const [, about, year, , month, day] = match;
    if (month && (Number(month) < 1 || Number(month) > 12)) return undefined;
    if (day && !isDay(Number(year), Number(month), Number(day))) return undefined;
    const parts = [year, month?.padStart(2, '0'), day?.padStart(2, '0')].filter((p) => p !== undefined);
    return (about ? 'circa ' : '') + parts.join('-');
  }
  const span = /^(\d{4}) ?[-–/] ?(\d{4})$/.exec(tidy);
  if (span && Number(span[1]) <= Number(span[2])) return `${span[1]}/${span[2]}`;
  return undefined;
}

function isDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
