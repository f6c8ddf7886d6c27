-- A library file as format 1 wrote it: the tables of that time, word for word, and one item.
-- Never edited: every past format must still open.
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
INSERT INTO scans (id, path, hash, size, mtime, info, added_at) VALUES (1, '/scans/old.tif', 'abc', 3, 5, '{}', 7);
INSERT INTO items (scan_id, hash, name, name_key, folder, kind, width, height, bits, rating, search, added_at)
VALUES (1, 'abc', 'old.tif', 'old.tif', '/scans', 'slide', 6, 4, 16, 4, 'old.tif | scans', 7);
PRAGMA user_version = 1;
