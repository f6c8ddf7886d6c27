/** Opening the library file: settings that keep it whole, migrations from every past format, refusal of newer and damaged files. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RevealError } from '../../app/contract/messages.ts';
import { openDatabase } from './database.ts';
import { migrations } from './schema.ts';

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'revelado-db-'));
  file = path.join(dir, 'library.db');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('openDatabase', () => {
  it('makes a file in WAL with full synchronisation and the latest format', () => {
    const db = openDatabase(file);
    expect(db.column('PRAGMA journal_mode')).toEqual(['wal']);
    expect(db.column('PRAGMA synchronous')).toEqual([2]);
    expect(db.column('PRAGMA user_version')).toEqual([migrations.length]);
    db.close();
  });

  it('brings a file of format 1 up to date and keeps what is in it', () => {
    const old = new Sqlite(file);
    old.exec(readFileSync(path.join(import.meta.dirname, 'testdata', 'format1.sql'), 'utf8'));
    old.close();
    const db = openDatabase(file);
    expect(db.column('PRAGMA user_version')).toEqual([migrations.length]);
    expect(db.all('SELECT name, rating FROM items')).toEqual([{ name: 'old.tif', rating: 4 }]);
    expect(db.column('SELECT rowid FROM items_text WHERE items_text MATCH ?', ['"old"'])).toEqual([1]);
    expect(db.all('SELECT * FROM jobs')).toEqual([]);
    // Same tables as a new library has.
    const fresh = openDatabase(':memory:');
    const tables = "SELECT type || ' ' || name || ' ' || COALESCE(sql, '') FROM sqlite_schema ORDER BY name";
    expect(db.column(tables)).toEqual(fresh.column(tables));
    fresh.close();
    db.close();
  });

  it('refuses a library of a newer version, untouched', () => {
    const raw = new Sqlite(file);
    raw.pragma(`user_version = ${migrations.length + 1}`);
    raw.close();
    expect(() => openDatabase(file)).toThrowError(/newer version of Revelado/);
    const again = new Sqlite(file);
    expect(again.pragma('user_version', { simple: true })).toBe(migrations.length + 1);
    again.close();
  });

  it('says which file is damaged', () => {
    writeFileSync(file, 'this is not a database, and long enough to be read as a header of one: '.repeat(20));
    expect(() => openDatabase(file)).toThrowError(RevealError);
    expect(() => openDatabase(file)).toThrowError(file);
  });

  it('rolls a failed transaction back', () => {
    const db = openDatabase(':memory:');
    expect(() =>
      db.transaction(() => {
        db.run("INSERT INTO settings (key, value) VALUES ('a', '1')");
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(db.all('SELECT * FROM settings')).toEqual([]);
    db.close();
  });
});
