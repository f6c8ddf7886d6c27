/**
 * The library's tables, as a list of migrations: entry n brings a file from format n to n + 1. Published
 * entries are never edited; a change is a new entry, and the tests keep old files to prove that they open.
 *
 * A *scan* is a file; an *item* is one picture on it (a strip gives several). What lists, filters and sorts is
 * kept in `items` itself, so that a query touches one table and one index.
 */
import { restoreStepNames } from '../../app/contract/library.ts';
import type { Db } from './database.ts';
import { doinuTables } from '../scores/store.ts';
import { reelTables } from './reels.ts';

const library = `
CREATE TABLE scans (
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL UNIQUE,
  hash TEXT NOT NULL,
  size INTEGER NOT NULL,
  mtime REAL NOT NULL,
  info TEXT NOT NULL,
  analysis TEXT,
  frames TEXT,
  missing INTEGER NOT NULL DEFAULT 0,
  added_at REAL NOT NULL
);
CREATE INDEX scans_hash ON scans(hash);
CREATE INDEX scans_size ON scans(size);

CREATE TABLE groups (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  film TEXT,
  capture_date TEXT,
  folder TEXT,
  camera TEXT,
  automatic INTEGER NOT NULL DEFAULT 0,
  baseline TEXT,
  base_item INTEGER,
  flat_item INTEGER,
  created_at REAL NOT NULL,
  touched_at REAL NOT NULL
);
CREATE INDEX groups_folder ON groups(folder);

CREATE TABLE items (
  id INTEGER PRIMARY KEY,
  scan_id INTEGER NOT NULL REFERENCES scans(id),
  frame INTEGER NOT NULL DEFAULT 0,
  hash TEXT NOT NULL,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  folder TEXT NOT NULL,
  kind TEXT NOT NULL,
  kind_by_person INTEGER NOT NULL DEFAULT 0,
  reasons TEXT NOT NULL DEFAULT '[]',
  group_id INTEGER REFERENCES groups(id),
  group_sort INTEGER GENERATED ALWAYS AS (COALESCE(group_id, 9007199254740991)) STORED,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  bits INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'new',
  missing INTEGER NOT NULL DEFAULT 0,
  shown_state TEXT GENERATED ALWAYS AS (CASE WHEN missing THEN 'missing' ELSE state END) STORED,
  error TEXT,
  rating INTEGER NOT NULL DEFAULT 0,
  flag TEXT NOT NULL DEFAULT 'none',
  tags TEXT NOT NULL DEFAULT '[]',
  camera TEXT,
  scan_date TEXT,
  capture_own TEXT,
  capture_date TEXT,
  scan_key TEXT NOT NULL DEFAULT '',
  capture_key TEXT NOT NULL DEFAULT '',
  date_key TEXT GENERATED ALWAYS AS (CASE WHEN capture_key <> '' THEN capture_key ELSE scan_key END) STORED,
  infrared INTEGER NOT NULL DEFAULT 0,
  outlier INTEGER NOT NULL DEFAULT 0,
  thumb_version INTEGER NOT NULL DEFAULT 0,
  thumb_file TEXT,
  thumb_stale INTEGER NOT NULL DEFAULT 1,
  aspect REAL NOT NULL DEFAULT 1.5,
  search TEXT NOT NULL DEFAULT '',
  added_at REAL NOT NULL,
  deleted_at REAL,
  UNIQUE (scan_id, frame)
);
CREATE INDEX items_hash ON items(hash, frame, id) WHERE deleted_at IS NULL;
CREATE INDEX items_group ON items(group_sort, name_key, frame, id) WHERE deleted_at IS NULL;
CREATE INDEX items_group_last ON items(group_sort DESC, name_key, frame, id) WHERE deleted_at IS NULL;
CREATE INDEX items_name ON items(name_key, frame, id) WHERE deleted_at IS NULL;
CREATE INDEX items_name_last ON items(name_key DESC, frame, id) WHERE deleted_at IS NULL;
CREATE INDEX items_scan_date ON items(scan_key, name_key, frame, id) WHERE deleted_at IS NULL;
CREATE INDEX items_scan_date_last ON items(scan_key DESC, name_key, frame, id) WHERE deleted_at IS NULL;
CREATE INDEX items_capture ON items(date_key, name_key, frame, id) WHERE deleted_at IS NULL;
CREATE INDEX items_capture_last ON items(date_key DESC, name_key, frame, id) WHERE deleted_at IS NULL;
CREATE INDEX items_rating ON items(rating, name_key, frame, id) WHERE deleted_at IS NULL;
CREATE INDEX items_rating_last ON items(rating DESC, name_key, frame, id) WHERE deleted_at IS NULL;
CREATE INDEX items_added ON items(added_at, name_key, frame, id) WHERE deleted_at IS NULL;
CREATE INDEX items_added_last ON items(added_at DESC, name_key, frame, id) WHERE deleted_at IS NULL;
CREATE INDEX items_filter ON items(kind, shown_state, flag, rating, camera, date_key) WHERE deleted_at IS NULL;
CREATE INDEX items_search ON items(search) WHERE deleted_at IS NULL;
CREATE INDEX items_stale ON items(id) WHERE thumb_stale = 1;
CREATE INDEX items_tags ON items(tags) WHERE deleted_at IS NULL AND tags <> '[]';
CREATE INDEX items_outlier ON items(outlier) WHERE deleted_at IS NULL AND outlier = 1;

CREATE VIRTUAL TABLE items_text USING fts5(search, content='items', content_rowid='id', tokenize='trigram');
CREATE TRIGGER items_text_insert AFTER INSERT ON items BEGIN
  INSERT INTO items_text(rowid, search) VALUES (new.id, new.search);
END;
CREATE TRIGGER items_text_delete AFTER DELETE ON items BEGIN
  INSERT INTO items_text(items_text, rowid, search) VALUES ('delete', old.id, old.search);
END;
CREATE TRIGGER items_text_update AFTER UPDATE OF search ON items WHEN old.search <> new.search BEGIN
  INSERT INTO items_text(items_text, rowid, search) VALUES ('delete', old.id, old.search);
  INSERT INTO items_text(rowid, search) VALUES (new.id, new.search);
END;

CREATE TABLE recipes (
  item_id INTEGER PRIMARY KEY REFERENCES items(id),
  recipe TEXT NOT NULL,
  changed_at REAL NOT NULL
);
CREATE TABLE history (
  id INTEGER PRIMARY KEY,
  item_id INTEGER NOT NULL REFERENCES items(id),
  at REAL NOT NULL,
  label TEXT NOT NULL,
  version TEXT,
  recipe TEXT NOT NULL
);
CREATE INDEX history_item ON history(item_id, id);

CREATE TABLE removals (token TEXT PRIMARY KEY, ids TEXT NOT NULL, at REAL NOT NULL);
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE presets (name TEXT PRIMARY KEY, recipe TEXT NOT NULL, at REAL NOT NULL);
CREATE TABLE folders (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  path TEXT NOT NULL,
  purpose TEXT NOT NULL,
  watched INTEGER NOT NULL DEFAULT 0
);
`;

const jobs = `
CREATE TABLE jobs (
  id INTEGER PRIMARY KEY,
  type TEXT NOT NULL,
  title TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'queued',
  wanted TEXT NOT NULL DEFAULT 'run',
  stage TEXT NOT NULL DEFAULT '',
  eta REAL,
  payload TEXT NOT NULL,
  prepared INTEGER NOT NULL DEFAULT 0,
  destination TEXT,
  error TEXT,
  created_at REAL NOT NULL,
  finished_at REAL,
  cleared INTEGER NOT NULL DEFAULT 0,
  lease_token TEXT,
  lease_pid INTEGER,
  lease_start TEXT,
  lease_beat REAL
);
CREATE INDEX jobs_state ON jobs(state, id);
CREATE TABLE job_items (
  job_id INTEGER NOT NULL REFERENCES jobs(id),
  idx INTEGER NOT NULL,
  item_id INTEGER,
  input TEXT NOT NULL,
  output TEXT,
  output_hash TEXT,
  state TEXT NOT NULL DEFAULT 'queued',
  begun INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  safer INTEGER NOT NULL DEFAULT 0,
  error TEXT,
  seconds REAL,
  data TEXT,
  record TEXT,
  PRIMARY KEY (job_id, idx)
) WITHOUT ROWID;
CREATE INDEX job_items_state ON job_items(job_id, state, idx);
CREATE INDEX job_items_output ON job_items(output) WHERE output IS NOT NULL;
`;

/** The file at a scan's path holds other bytes than the scan had. */
const changedOriginals = `
ALTER TABLE scans ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE items ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;
`;

/**
 * Which restore steps a picture's recipe has switched on, for its badges: kept by triggers, so that it agrees with the
 * recipe whoever writes it, and no list has to read recipes.
 */
const onSteps = (recipe: string): string =>
  restoreStepNames
    .map((id) => `CASE WHEN json_extract(${recipe}, '$.params.${id}.on') THEN '${id} ' ELSE '' END`)
    .join(' || ');
const restoredSteps = `
ALTER TABLE items ADD COLUMN steps TEXT NOT NULL DEFAULT '';
UPDATE items SET steps = COALESCE((SELECT ${onSteps('r.recipe')} FROM recipes r WHERE r.item_id = items.id), '');
CREATE TRIGGER recipes_insert AFTER INSERT ON recipes BEGIN
  UPDATE items SET steps = ${onSteps('new.recipe')} WHERE id = new.item_id;
END;
CREATE TRIGGER recipes_update AFTER UPDATE OF recipe ON recipes BEGIN
  UPDATE items SET steps = ${onSteps('new.recipe')} WHERE id = new.item_id;
END;
CREATE TRIGGER recipes_delete AFTER DELETE ON recipes BEGIN
  UPDATE items SET steps = '' WHERE id = old.item_id;
END;
`;

/** Backs of prints behind their fronts, remembered colours, contact sheets of jobs. */
const family = `
ALTER TABLE items ADD COLUMN back_of INTEGER REFERENCES items(id);
CREATE UNIQUE INDEX items_back ON items(back_of) WHERE back_of IS NOT NULL;
CREATE TABLE colour_memory (
  id INTEGER PRIMARY KEY,
  item_id INTEGER NOT NULL,
  group_id INTEGER,
  network TEXT NOT NULL,
  x REAL NOT NULL,
  y REAL NOT NULL,
  memory TEXT NOT NULL,
  at REAL NOT NULL
);
CREATE INDEX colour_memory_group ON colour_memory(group_id, network);
CREATE INDEX colour_memory_item ON colour_memory(item_id);
CREATE TABLE colour_dismissed (item_id INTEGER NOT NULL, memory_id INTEGER NOT NULL, PRIMARY KEY (item_id, memory_id)) WITHOUT ROWID;
ALTER TABLE jobs ADD COLUMN sheet TEXT;
`;

/** The ageing setting that a print shares with others of its age (an analysis pooled over them), as JSON. */
const sharedAgeing = `ALTER TABLE items ADD COLUMN ageing TEXT;`;

export const migrations: readonly ((db: Db) => void)[] = [
  (db) => db.exec(library),
  (db) => db.exec(jobs),
  (db) => db.exec(changedOriginals),
  (db) => db.exec(restoredSteps),
  (db) => db.exec(family),
  (db) => db.exec(reelTables),
  (db) => db.exec(sharedAgeing),
  (db) => db.exec(doinuTables),
];
