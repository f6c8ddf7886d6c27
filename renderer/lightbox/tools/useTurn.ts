/** How the scan on stage is turned against the stored one, as the newest answer says. */
import { UPRIGHT, type Turn } from '../../../app/turn.ts';
import { useLightbox } from '../context.ts';

export function useTurn(): Turn {
  return useLightbox((s) => s.header?.turn) ?? UPRIGHT;
}
