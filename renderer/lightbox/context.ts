/** Hands the open session to the components below; `useLightbox` reads a part of its state. */
import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { Session, SessionState } from './logic/session.ts';

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useSession outside of a lightbox');
  return session;
}

export function useLightbox<T>(select: (state: SessionState) => T): T {
  return useStore(useSession().store, select);
}
