/**
 * What travels between a window and the host: four kinds of request (call, cancel, subscribe, unsubscribe;
 * checked by `envelope.ts`) and three kinds of answer (result, error, event). Ids are chosen by the window and
 * unique per connection.
 */
export type { Request } from './envelope.ts';

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
