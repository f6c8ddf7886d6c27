/**
 * Tables that outlive a plan. A person who moves a slider changes one stage of the develop; the tables of the
 * others are the same numbers again. They are kept by what they were computed from, the least recently used
 * go first. Nobody writes to a table once it is made.
 */

/** A few results by key, least recently used out first. */
export class Kept<T> {
  readonly #limit: number;
  readonly #map = new Map<string | number, T>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: string | number, make: () => T): T {
    let value = this.#map.get(key);
    if (value === undefined) value = make();
    else this.#map.delete(key);
    this.#map.set(key, value);
    if (this.#map.size > this.#limit) this.#map.delete(this.#map.keys().next().value as string | number);
    return value;
  }
}

/** Three channels, before and after, of a preview and an export at the same time. */
const TABLES = 12;

const densities = new WeakMap<Float32Array, Kept<Float32Array>>();

/** Density over a base for every stored sample, from the table of its logarithms: logBase - logs. Shared memory. */
export function densityTable(logs: Float32Array, logBase: number): Float32Array {
  let kept = densities.get(logs);
  if (!kept) densities.set(logs, (kept = new Kept(TABLES)));
  return kept.get(logBase, () => {
    const table = new Float32Array(new SharedArrayBuffer(logs.length * 4));
    for (let i = 0; i < logs.length; i++) table[i] = logBase - logs[i];
    return table;
  });
}
