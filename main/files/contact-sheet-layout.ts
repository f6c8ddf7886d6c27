/** How large the tiles of a contact sheet are and how many stand in a row: plain numbers, for the host too. */

/** Pairs on one sheet; what is more is left out. */
export const MOST_PAIRS = 2000;
/** Pixels between tiles, under them for the name, and above all for the title. */
export const GAP = 10;
export const CAPTION = 18;
export const HEAD = 44;

export interface SheetLayout {
  /** Side of the square that each picture is fitted into. */
  tile: number;
  columns: number;
  rows: number;
  width: number;
  height: number;
}

/** Tiles become smaller the more pictures there are: a sheet stays one that can be looked at. */
export function sheetLayout(count: number): SheetLayout {
  const tile = count <= 12 ? 300 : count <= 40 ? 220 : count <= 200 ? 150 : 100;
  const columns = Math.max(1, Math.min(count, Math.round(Math.sqrt(count * 0.75)), count > 600 ? 26 : 16));
  const rows = Math.max(1, Math.ceil(count / columns));
  const pair = 2 * tile + GAP / 2;
  return {
    ...{ tile, columns, rows },
    width: Math.max(360, columns * (pair + GAP) + GAP),
    height: HEAD + rows * (tile + CAPTION + GAP) + GAP,
  };
}
