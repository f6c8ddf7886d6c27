/**
 * The envelope of what a window sends to the host, checked here; what is in it is checked by the table in
 * `index.ts`. Kept apart from `messages.ts`, whose errors every thread knows, so that the threads which compute
 * pixels need not load a validation library.
 */
import { z } from 'zod';

export const requestSchema = z.discriminatedUnion('t', [
  z.object({ t: z.literal('call'), id: z.number().int(), name: z.string(), args: z.unknown() }),
  z.object({ t: z.literal('cancel'), id: z.number().int() }),
  z.object({ t: z.literal('subscribe'), id: z.number().int(), topic: z.string() }),
  z.object({ t: z.literal('unsubscribe'), id: z.number().int() }),
]);
export type Request = z.infer<typeof requestSchema>;
