/** Selecting on the light table: click, shift, ctrl, rubber band and keyboard, as pure steps over ids in order. */

export interface Selection {
  ids: ReadonlySet<number>;
  /** Where a range begins (the last plain click). */
  anchor: number | null;
  /** Where the keyboard is. */
  active: number | null;
}

export const noSelection: Selection = { ids: new Set(), anchor: null, active: null };

export interface Modifiers {
  shift: boolean;
  /** Ctrl, or Cmd on a Mac. */
  toggle: boolean;
}

function range(order: ArrayLike<number>, a: number | null, b: number): number[] {
  const to = position(order, b);
  const from = a === null ? to : position(order, a);
  if (to < 0) return [];
  if (from < 0) return [b];
  const [low, high] = from < to ? [from, to] : [to, from];
  return Array.from({ length: high - low + 1 }, (_, i) => order[low + i]);
}

/** Position of an id in the order; -1 when it is not there. */
export function position(order: ArrayLike<number>, id: number): number {
  return Array.prototype.indexOf.call(order, id);
}

/** A click, or a move of the keyboard, to `id`. */
export function select(
  selection: Selection,
  order: ArrayLike<number>,
  id: number,
  { shift, toggle }: Modifiers,
): Selection {
  if (shift) {
    const ids = new Set(toggle ? selection.ids : []);
    for (const each of range(order, selection.anchor, id)) ids.add(each);
    return { ids, anchor: selection.anchor ?? id, active: id };
  }
  if (toggle) {
    const ids = new Set(selection.ids);
    if (!ids.delete(id)) ids.add(id);
    return { ids, anchor: id, active: id };
  }
  return { ids: new Set([id]), anchor: id, active: id };
}

/** A rubber band over `touched`; `before` is what was selected when it began. */
export function band(before: Selection, touched: readonly number[], { shift, toggle }: Modifiers): Selection {
  const ids = new Set(shift || toggle ? before.ids : []);
  for (const id of touched) {
    if (toggle && before.ids.has(id)) ids.delete(id);
    else ids.add(id);
  }
  const last = touched.at(-1) ?? before.active;
  return { ids, anchor: touched[0] ?? before.anchor, active: last };
}

/** Everything in the order. */
export function selectAll(selection: Selection, order: ArrayLike<number>): Selection {
  if (order.length === 0) return noSelection;
  return { ids: new Set(Array.from(order)), anchor: order[0], active: selection.active ?? order[0] };
}

/** What is left of a selection when the table shows other items. */
export function keepKnown(selection: Selection, order: ArrayLike<number>): Selection {
  if (selection.ids.size === 0 && selection.active === null) return selection;
  const known = new Set(Array.from(order));
  const ids = new Set([...selection.ids].filter((id) => known.has(id)));
  const keep = (id: number | null) => (id !== null && known.has(id) ? id : null);
  return { ids, anchor: keep(selection.anchor), active: keep(selection.active) };
}
