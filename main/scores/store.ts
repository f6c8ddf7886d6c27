/** Kept doinuak in the library's database. One that is removed stays, unseen, until the next start, so that it can be brought back. */
import type { Doinu } from '../../app/contract/score.ts';
import { RevealError } from '../../app/contract/messages.ts';
import { parseMelody } from '../../app/melody/schema.ts';
import type { Melody } from '../../app/melody/types.ts';
import { say } from '../../app/words/sentences.ts';
import type { Db } from '../library/database.ts';

export const doinuTables = `
CREATE TABLE doinuak (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL,
  melody TEXT NOT NULL,
  at REAL NOT NULL,
  removed INTEGER NOT NULL DEFAULT 0
);
`;

interface Row {
  id: number;
  title: string;
  melody: string;
  at: number;
}

const shown = ({ id, title, melody, at }: Row): Doinu => ({
  id,
  title,
  melody: parseMelody(JSON.parse(melody)),
  at,
});

export class Doinuak {
  private readonly db: Db;

  constructor(db: Db) {
    this.db = db;
    db.run('DELETE FROM doinuak WHERE removed = 1');
  }

  /** The newest first. */
  list(): Doinu[] {
    return this.db
      .all<Row>('SELECT id, title, melody, at FROM doinuak WHERE removed = 0 ORDER BY id DESC')
      .map(shown);
  }

  /** @throws RevealError 'not-found' */
  get(id: number): Doinu {
    const row = this.db.get<Row>('SELECT id, title, melody, at FROM doinuak WHERE id = ? AND removed = 0', [
      id,
    ]);
    if (!row) throw new RevealError('not-found', say('score-gone'));
    return shown(row);
  }

  keep(title: string, melody: Melody): Doinu {
    this.db.run('INSERT INTO doinuak (title, melody, at) VALUES (?, ?, ?)', [
      title,
      JSON.stringify(melody),
      Date.now(),
    ]);
    const row = this.db.get<{ id: number }>('SELECT last_insert_rowid() AS id');
    return this.get(row?.id ?? -1);
  }

  rename(id: number, title: string): Doinu {
    this.get(id);
    this.db.run('UPDATE doinuak SET title = ? WHERE id = ?', [title, id]);
    return this.get(id);
  }

  remove(id: number): void {
    this.get(id);
    this.db.run('UPDATE doinuak SET removed = 1 WHERE id = ?', [id]);
  }

  /** Brings back what was removed since the start. @throws RevealError 'not-found' */
  restore(id: number): void {
    this.db.run('UPDATE doinuak SET removed = 0 WHERE id = ?', [id]);
    this.get(id);
  }
}
