/**
 * Virtual rows: which rows of a long list are on screen. The arithmetic is TanStack Virtual's; it is driven
 * through an external store instead of its own hook, so that React may memoise the components that use it.
 */
import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualItem,
} from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useState, useSyncExternalStore } from 'react';

export interface Rows {
  items: readonly VirtualItem[];
  total: number;
}
const noRows: Rows = { items: [], total: 0 };

class RowStore {
  private element: HTMLElement | null = null;
  private snapshot: Rows = noRows;
  private listeners = new Set<() => void>();
  private count = 0;
  private size: (row: number) => number = () => 0;
  private readonly overscan: number;
  private readonly virtualizer: Virtualizer<HTMLElement, Element>;

  constructor(overscan: number) {
    this.overscan = overscan;
    this.virtualizer = new Virtualizer(this.options());
  }

  private options() {
    return {
      count: this.count,
      getScrollElement: () => this.element,
      estimateSize: (row: number) => this.size(row),
      overscan: this.overscan,
      scrollToFn: elementScroll,
      observeElementRect,
      observeElementOffset,
      onChange: () => this.publish(),
    };
  }

  private publish() {
    this.snapshot = { items: this.virtualizer.getVirtualItems(), total: this.virtualizer.getTotalSize() };
    for (const listener of this.listeners) listener();
  }

  attach(element: HTMLElement | null): () => void {
    this.element = element;
    const unmount = this.virtualizer._didMount();
    this.virtualizer._willUpdate();
    this.publish();
    return () => {
      unmount();
      this.element = null;
    };
  }

  update(count: number, size: (row: number) => number): void {
    this.count = count;
    this.size = size;
    this.virtualizer.setOptions(this.options());
    this.virtualizer.measure();
    this.virtualizer._willUpdate();
    this.publish();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly get = (): Rows => this.snapshot;
}

/** The rows to draw of `count` rows inside `element`; `size` gives each row's height in CSS pixels and must be stable. */
export function useRows(
  element: HTMLElement | null,
  count: number,
  size: (row: number) => number,
  overscan = 4,
): Rows {
  const [store] = useState(() => new RowStore(overscan));
  useLayoutEffect(() => store.update(count, size), [store, count, size]);
  useEffect(() => (element ? store.attach(element) : undefined), [store, element]);
  return useSyncExternalStore(store.subscribe, store.get);
}
