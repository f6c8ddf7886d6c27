/**
 * The lightbox: one picture large, developed live while its recipe is worked on. This file binds the parts to
 * the window's client and stores; everything else here takes them through a session.
 */
import { useEffect, useState } from 'react';
import { getClient } from '../client.ts';
import { notify } from '../store/app.ts';
import { useLibrary } from '../store/library.ts';
import { SessionContext } from './context.ts';
import { LightboxView } from './LightboxView.tsx';
import { createSession } from './logic/session.ts';
import './commands.ts';

export interface LightboxProps {
  /** What the film-strip shows, in its order. */
  itemIds: number[];
  startId: number;
  onClose(): void;
}

export default function Lightbox({ itemIds, startId, onClose }: LightboxProps) {
  const [session] = useState(() => {
    const known = useLibrary.getState().items;
    const items = Object.fromEntries(known);
    return createSession({ client: getClient(), ids: itemIds, startId, items, notify });
  });
  useEffect(() => {
    void session.open(startId);
    return () => session.close();
  }, [session, startId]);
  useEffect(() => session.setIds(itemIds), [session, itemIds]);
  return (
    <SessionContext value={session}>
      <LightboxView onClose={onClose} />
    </SessionContext>
  );
}
