/**
 * What travels between a window and the host: four kinds of request (call, cancel, subscribe, unsubscribe)
 * and three kinds of answer (result, error, event). The envelope is checked here, the contents by the table
 * in `index.ts`. Ids are chosen by the window and unique per connection.
 */
import { z } from 'zod';

export const requestSchema = z.discriminatedUnion('t', [
  z.object({ t: z.literal('call'), id: z.number().int(), name: z.string(), args: z.unknown() }),
  z.object({ t: z.literal('cancel'), id: z.number().int() }),
  z.object({ t: z.literal('subscribe'), id: z.number().int(), topic: z.string() }),
  z.object({ t: z.literal('unsubscribe'), id: z.number().int() }),
]);
export type Request = z.infer<typeof requestSchema>;

/** Codes a window can act on; the message is for a person. */
export const errorCodes = [
  'bad-request',
  'unknown-call',
  'not-found',
  'cancelled',
  'bad-input',
  'engine',
  'disk',
  'internal',
] as const;
export type ErrorCode = (typeof errorCodes)[number];

export type Answer =
  | { t: 'result'; id: number; value: unknown }
  | { t: 'error'; id: number; code: ErrorCode; message: string }
  | { t: 'event'; id: number; topic: string; value: unknown };

/** An error that may be shown to a person as it stands; `code` says what kind it is. */
export class RevealError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'RevealError';
    this.code = code;
  }
}
