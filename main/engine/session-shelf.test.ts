import { describe, expect, it } from 'vitest';
import type { Session } from './session.ts';
import { SessionShelf } from './session-shelf.ts';

/** A shelf with sessions that cost what they are told to, and a diary of what came and went. */
function shelfOf(limit: number) {
  const diary: string[] = [];
  const shelf = new SessionShelf(limit);
  const session: Session = { run: () => Promise.resolve({}), provider: 'cpu', failures: [] };
  const use = <T>(key: string, bytes: number, work: () => Promise<T>): Promise<T> =>
    shelf.use(
      key,
      {
        open: () => {
          diary.push(`+${key}`);
          return Promise.resolve({ session, bytes });
        },
        drop: () => diary.push(`-${key}`),
      },
      work,
    );
  return { shelf, use, diary };
}
const nothing = (): Promise<void> => Promise.resolve();

describe('sessions that are kept', () => {
  it('are opened once, and given up by bytes, those used longest ago first', async () => {
    const { shelf, use, diary } = shelfOf(350);
    for (const key of ['a', 'b', 'c', 'a']) await use(key, 100, nothing);
    expect(diary).toEqual(['+a', '+b', '+c']);
    await use('d', 100, nothing);
    expect(diary.slice(3)).toEqual(['+d', '-b']);
    expect(shelf.held).toBe(300);
    await use('b', 100, nothing);
    expect(diary.slice(5)).toEqual(['+b', '-c']);
    // A large one drives out as many as it takes, but for the one before it.
    await use('large', 260, nothing);
    expect(diary.slice(7)).toEqual(['+large', '-a', '-d']);
    expect(shelf.held).toBe(360);
  });

  it('stay while they run, and the last two whatever their size', async () => {
    const { shelf, use, diary } = shelfOf(150);
    let end: () => void = () => undefined;
    const long = use('a', 100, () => new Promise<void>((resolve) => (end = resolve)));
    await use('b', 100, nothing);
    await use('c', 100, nothing);
    // The oldest is in use, the others are the last.
    expect(diary).toEqual(['+a', '+b', '+c']);
    expect(shelf.held).toBe(300);
    end();
    await long;
    expect(diary.slice(3)).toEqual(['-a']);
    await use('huge', 1000, nothing);
    expect(diary.slice(4)).toEqual(['+huge', '-b']);
    for (let i = 0; i < 3; i++) for (const key of ['c', 'huge']) await use(key, 1000, nothing);
    expect(diary).toHaveLength(6);
  });

  it('are tried again after one could not be made, and kept when only the work failed', async () => {
    const { shelf, use, diary } = shelfOf(100);
    const broken = { open: () => Promise.reject(new Error('no memory')), drop: () => undefined };
    await expect(shelf.use('a', broken, nothing)).rejects.toThrow('no memory');
    await expect(use('a', 10, () => Promise.reject(new Error('cancelled')))).rejects.toThrow('cancelled');
    await use('a', 10, nothing);
    expect(diary).toEqual(['+a']);
    expect(shelf.held).toBe(10);
  });
});
