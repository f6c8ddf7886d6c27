/** What is open over the light table: a menu on a frame, a dialog about some frames or a group. */
import { create } from 'zustand';
import type { PairProposal } from '../../app/contract/family.ts';

export type LibraryDialog =
  | { type: 'tags'; ids: number[] }
  | { type: 'newGroup'; ids: number[] }
  | { type: 'move'; ids: number[] }
  | { type: 'itemDate'; ids: number[] }
  | { type: 'groupDate'; groupId: number }
  | { type: 'rename'; groupId: number }
  | { type: 'pairs'; pairs: PairProposal[] };

export interface LibraryUi {
  dialog: LibraryDialog | null;
  menu: { id: number; x: number; y: number; only: 'kind' | null } | null;
  /** Prints that show their back. */
  flipped: ReadonlySet<number>;
}

export const useLibraryUi = create<LibraryUi>(() => ({ dialog: null, menu: null, flipped: new Set() }));

/** Opens a dialog; null closes it. */
export function openDialog(dialog: LibraryDialog | null): void {
  useLibraryUi.setState({ dialog });
}

/**
 * A capture date a person may write: a year, month or day, each with 'circa' before it, a span of years, or
 * words with a year in them ('summer 1962', '1960s'), which are kept as they are. Returns it tidied, null for
 * an empty text, undefined when there is no date in it.
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
  // Words may say more than a calendar; figures alone that are no date are a slip of the hand.
  return /\p{L}/u.test(tidy) && /(?<!\d)(1[89]\d\d|20\d\d)(?!\d)/.test(tidy) ? tidy : undefined;
}

/** A date to filter by: year, month or day only. null for an empty text, undefined when it is none of these. */
export function readFilterDate(text: string): string | null | undefined {
  const date = readDate(text);
  return date && !/^\d{4}(-\d\d){0,2}$/.test(date) ? undefined : date;
}

function isDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
