/** A made-up library of any size, the same every time, for measuring queries and for tests of their plans. */
import type { ScanKind } from '../../app/contract/library.ts';
import type { Db } from './database.ts';
import { dateKey, naturalKey, searchText } from './text.ts';

const KINDS: readonly ScanKind[] = ['colour-negative', 'colour-negative', 'bw-negative', 'slide', 'print'];
const CAMERAS = ['NIKON D850', 'EPSON Perfection V700', 'Plustek OpticFilm 8200i', null];
const PLACES = ['donostia', 'bilbo', 'gernika', 'oñati', 'hondarribia', 'zarautz', 'tolosa'];
const TAGS = ['beach', 'wedding', 'family', 'school', 'harbour', 'mountain', 'football'];
const FRAMES = 36;

/** Fills an empty library with `count` items in rolls of 36. */
export function fillLibrary(db: Db, count: number): void {
  db.transaction(() => {
    let roll = 0;
    for (let n = 0; n < count; n++) {
      // A plain congruential step: spread out, and the same in every run.
      const r = (n * 2654435761) >>> 0;
      const year = 1955 + (Math.floor(n / FRAMES) % 40);
      const place = PLACES[Math.floor(n / FRAMES) % PLACES.length];
      const kind = KINDS[Math.floor(n / FRAMES) % KINDS.length];
      const groupName = `${place} ${year}`;
      if (n % FRAMES === 0) {
        roll = db.run(
          `INSERT INTO groups (kind, name, film, folder, automatic, created_at, touched_at) VALUES (?, ?, 'c41', ?, 1, 0, 0)`,
          [kind === 'print' ? 'album' : 'roll', groupName, `/photos/${groupName}`],
        ).id;
      }
      const name = `scan_${String(n).padStart(6, '0')}.tif`;
      const folder = `/photos/${groupName}`;
      const hash = r.toString(16).padStart(8, '0').repeat(8);
      const scanDate = `2024-${String((r % 12) + 1).padStart(2, '0')}-${String((r % 28) + 1).padStart(2, '0')}T12:00:00`;
      const captureDate = n % 3 === 0 ? `${year}-07` : n % 3 === 1 ? `circa ${year}` : null;
      const tags =
        r % 4 === 0 ? [TAGS[Math.floor(n / 500) % TAGS.length], TAGS[(r >>> 8) % TAGS.length]] : [];
      const camera = CAMERAS[Math.floor(n / FRAMES) % CAMERAS.length];
      const scan = db.run(
        'INSERT INTO scans (path, hash, size, mtime, info, added_at) VALUES (?, ?, ?, ?, ?, ?)',
        [`${folder}/${name}`, hash, 144_000_000 + n, n, '{}', n],
      ).id;
      db.run(
        `INSERT INTO items (scan_id, frame, hash, name, name_key, folder, kind, reasons, group_id, width, height, bits,
           state, rating, flag, tags, camera, scan_date, capture_own, capture_date, scan_key, capture_key, search,
           thumb_version, aspect, added_at)
         VALUES (?, 0, ?, ?, ?, ?, ?, ?, ?, 6000, 4000, 16, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 1.5, ?)`,
        [
          scan,
          hash,
          name,
          naturalKey(name),
          folder,
          kind,
          JSON.stringify(['Orange mask in the unexposed border.', 'Frame of 36 by 24 mm.']),
          roll,
          r % 5 === 0 ? 'edited' : 'analysed',
          (r >>> 4) % 6,
          r % 7 === 0 ? 'keep' : r % 11 === 0 ? 'reject' : 'none',
          JSON.stringify(tags),
          camera,
          scanDate,
          captureDate,
          captureDate,
          dateKey(scanDate),
          dateKey(captureDate),
          searchText({ name, folder, tags, camera, captureDate, scanDate, group: groupName }),
          n,
        ],
      );
    }
  });
  db.exec('ANALYZE');
}
