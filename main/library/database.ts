/**
 * The one door to SQLite. Everything the library and the queue remember goes through this small wrapper: a
 * prepared statement a text of SQL, immediate transactions, WAL with `synchronous=FULL` (a job marked done is
 * done even after a power cut), and migrations counted by `user_version`.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { RevealError } from '../../app/contract/messages.ts';
import { migrations } from './schema.ts';

/** What SQLite stores. Booleans travel as 0/1. */
export type Value = string | number | bigint | null | Uint8Array;
export type Params = readonly Value[] | Record<string, Value>;

export interface Db {
  /** Runs a statement; `id` is the row id of the last insert. */
  run(sql: string, params?: Params): { changes: number; id: number };
  get<T>(sql: string, params?: Params): T | undefined;
  all<T>(sql: string, params?: Params): T[];
  /** The first column alone, as plain values; several times quicker than `all` for long lists. */
  column<T>(sql: string, params?: Params): T[];
  /** All or nothing. Takes the write lock at once, so that two processes cannot both read and then both write. */
  transaction<T>(work: () => T): T;
  /** Several statements without parameters. */
  exec(sql: string): void;
  /** Changes whenever another connection has committed. */
  dataVersion(): number;
  close(): void;
}

function args(params: Params | undefined): unknown[] {
  if (params === undefined) return [];
  return Array.isArray(params) ? [...params] : [params];
}

/**
 * Opens (or makes) a library file and brings it up to date. `file` may be ':memory:' in tests.
 * @throws RevealError 'disk' when it cannot be opened or was made by a newer version of the program.
 */
export function openDatabase(file: string): Db {
  let sqlite: Sqlite.Database;
  try {
    if (file !== ':memory:') mkdirSync(path.dirname(file), { recursive: true });
    sqlite = new Sqlite(file);
    sqlite.pragma('busy_timeout = 10000');
    sqlite.pragma('journal_mode = WAL');
    sqlite.pragma('synchronous = FULL');
    sqlite.pragma('foreign_keys = ON');
    sqlite.pragma('temp_store = MEMORY');
  } catch (error) {
    throw new RevealError(
      'disk',
      `The library ${file} cannot be opened: ${(error as Error).message}. Check that its folder is writable and that the file is not damaged.`,
      { cause: error },
    );
  }
  const statements = new Map<string, Sqlite.Statement>();
  const prepare = (sql: string): Sqlite.Statement => {
    let statement = statements.get(sql);
    if (!statement) {
      statement = sqlite.prepare(sql);
      statements.set(sql, statement);
    }
    return statement;
  };
  const db: Db = {
    run(sql, params) {
      const done = prepare(sql).run(...args(params));
      return { changes: done.changes, id: Number(done.lastInsertRowid) };
    },
    get<T>(sql: string, params?: Params) {
      return prepare(sql).get(...args(params)) as T | undefined;
    },
    all<T>(sql: string, params?: Params) {
      return prepare(sql).all(...args(params)) as T[];
    },
    column<T>(sql: string, params?: Params) {
      const key = `column: ${sql}`;
      let statement = statements.get(key);
      if (!statement) {
        statement = sqlite.prepare(sql).pluck();
        statements.set(key, statement);
      }
      return statement.all(...args(params)) as T[];
    },
    transaction(work) {
      return sqlite.inTransaction ? work() : sqlite.transaction(work).immediate();
    },
    exec(sql) {
      sqlite.exec(sql);
    },
    dataVersion() {
      return sqlite.pragma('data_version', { simple: true }) as number;
    },
    close() {
      statements.clear();
      sqlite.close();
    },
  };
  try {
    migrate(sqlite, db, file);
  } catch (error) {
    sqlite.close();
    throw error;
  }
  return db;
}

function migrate(sqlite: Sqlite.Database, db: Db, file: string): void {
  const version = (): number => sqlite.pragma('user_version', { simple: true }) as number;
  if (version() > migrations.length) {
    throw new RevealError(
      'disk',
      `The library ${file} was made by a newer version of Revelado (format ${version()}, this one knows ${migrations.length}). Update Revelado, or start with another library folder.`,
    );
  }
  if (version() === migrations.length) return;
  db.transaction(() => {
    // Read again inside the lock: another process may have migrated meanwhile.
    for (let v = version(); v < migrations.length; v++) {
      migrations[v](db);
      sqlite.pragma(`user_version = ${v + 1}`);
    }
  });
}
