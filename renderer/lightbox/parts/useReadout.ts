/** The read-out of one point, coalesced: however fast the pointer moves, one question is under way and one waits. */
import { useEffect, useState } from 'react';
import type { CallResult } from '../../../app/contract/index.ts';
import { useSession } from '../context.ts';
import { makeCoalescer } from '../logic/coalescer.ts';
import { flatGeometry } from '../logic/geometry.ts';
import type { Point } from '../logic/viewport.ts';

export type Readout = CallResult<'develop.readout'>;

/** `ask` takes a point in fractions of what is on stage (`scan`: the whole scan), or null when the pointer left. */
export function useReadout(): { values: Readout | null; ask(point: Point | null, scan: boolean): void } {
  const session = useSession();
  const [values, setValues] = useState<Readout | null>(null);
  const [queue] = useState(() =>
    makeCoalescer<'point', { point: Point; scan: boolean }, Readout | null>({
      order: ['point'],
      fetch: async ({ point, scan }, signal) => {
        const { id, recipe } = session.store.getState();
        if (!recipe) return null;
        return session.client.call(
          'develop.readout',
          { itemId: id, recipe: scan ? flatGeometry(recipe) : recipe, x: point.x, y: point.y },
          { signal },
        );
      },
      deliver: (_slot, _ask, result) => setValues(result),
      // A point off the picture or an engine on its way up: the read-out just stays empty.
      fail: () => setValues(null),
    }),
  );
  useEffect(() => () => queue.reset(), [queue]);
  return {
    values,
    ask(point, scan) {
      const inside = point && point.x >= 0 && point.x <= 1 && point.y >= 0 && point.y <= 1;
      if (inside) queue.submit('point', { point, scan });
      else {
        queue.reset();
        setValues(null);
      }
    },
  };
}
