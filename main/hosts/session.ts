/**
 * Who may speak to the browser host. A one-time launch token travels in the address's fragment (never in a
 * process's arguments, never to a server log) and is exchanged once for a session, which every later request
 * carries in a header. Pages of other origins, other host names (DNS rebinding) and other users of the machine
 * who do not have the link are refused.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';

export const SESSION_HEADER = 'x-revelado-session';

const equal = (a: string, b: string): boolean => {
  const x = Buffer.from(a);
  const y = Buffer.from(b);
  return x.length === y.length && timingSafeEqual(x, y);
};
const secret = (): string => randomBytes(32).toString('base64url');

export class Sessions {
  #tokens: string[] = [];
  readonly #sessions: string[] = [];

  /** A new one-time token. Only the latest few unused ones stay valid. */
  issueToken(): string {
    const token = secret();
    this.#tokens = [...this.#tokens.slice(-4), token];
    return token;
  }

  /** Exchanges a token for a session, once; null when the token is unknown or used. */
  exchange(token: unknown): string | null {
    if (typeof token !== 'string') return null;
    const known = this.#tokens.find((t) => equal(t, token));
    if (known === undefined) return null;
    this.#tokens = this.#tokens.filter((t) => t !== known);
    const session = secret();
    this.#sessions.push(session);
    return session;
  }

  valid(session: unknown): boolean {
    return typeof session === 'string' && this.#sessions.some((s) => equal(s, session));
  }
}

/** Whether the Host header names this very server (and not a name that somebody pointed at the loopback). */
export function hostAllowed(host: string | undefined, port: number): boolean {
  return host === `127.0.0.1:${port}` || host === `localhost:${port}` || host === `[::1]:${port}`;
}

/** Whether a request comes from our own page. `required` for everything that changes something. */
export function originAllowed(origin: string | undefined, port: number, required: boolean): boolean {
  if (origin === undefined) return !required;
  return hostAllowed(origin.replace(/^http:\/\//, ''), port) && origin.startsWith('http://');
}
