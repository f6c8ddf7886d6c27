/**
 * A make-believe library for looking at the screens and for tests without an engine: rolls, an album and a
 * reel with every state, badge and kind. Deterministic: item n is always the same. Never in the product.
 */
import type { z } from 'zod';
import type { Group, Item } from '../../app/contract/library.ts';
import { querySchema } from '../../app/contract/library.ts';
import type { Job, JobItem } from '../../app/contract/jobs.ts';
import type { Folder } from '../../app/contract/host.ts';

/** 0..1 from an integer, the same every time (integer hash after Wang). */
export function chance(n: number): number {
  let x = Math.imul(n ^ 61, 0x27d4eb2d);
  x ^= x >>> 15;
  x = Math.imul(x, 0x85ebca6b);
  x ^= x >>> 13;
  return ((x ^ (x >>> 16)) >>> 0) / 4294967296;
}

const rolls: Omit<Group, 'id' | 'count'>[] = [
  {
    kind: 'roll',
    name: 'Getaria, summer',
    film: 'Kodak Portra 400',
    captureDate: '1998-07',
    base: [0.56, 0.26, 0.15],
    baseItemId: null,
    flatItemId: null,
  },
  {
    kind: 'roll',
    name: 'Neon street',
    film: 'CineStill 800T',
    captureDate: '2021-11',
    base: [0.5, 0.24, 0.17],
    baseItemId: null,
    flatItemId: null,
  },
  {
    kind: 'roll',
    name: 'Grandfather’s Leica',
    film: 'Ilford HP5',
    captureDate: 'circa 1962',
    base: [0.62, 0.62, 0.61],
    baseItemId: null,
    flatItemId: null,
  },
  {
    kind: 'roll',
    name: 'Pyrenees',
    film: 'Ektachrome',
    captureDate: '1984',
    base: null,
    baseItemId: null,
    flatItemId: null,
  },
  {
    kind: 'album',
    name: 'Wedding album',
    film: null,
    captureDate: 'circa 1931',
    base: null,
    baseItemId: null,
    flatItemId: null,
  },
  {
    kind: 'reel',
    name: 'Super 8, beach',
    film: null,
    captureDate: '1974-08',
    base: null,
    baseItemId: null,
    flatItemId: null,
  },
  {
    kind: 'roll',
    name: 'Roll 0214',
    film: 'Fujicolor Superia',
    captureDate: null,
    base: [0.52, 0.29, 0.18],
    baseItemId: null,
    flatItemId: null,
  },
];
const sizes = [24, 18, 20, 16, 12, 1, 9];

export interface MockLibrary {
  items: Item[];
  groups: Group[];
}

/** About a hundred items, or `many` of them in rolls of 36. */
export function makeLibrary(many = 0): MockLibrary {
  const groups: Group[] = [];
  const items: Item[] = [];
  const counts = many > 0 ? Array.from({ length: Math.ceil(many / 36) }, () => 36) : sizes;
  counts.forEach((count, g) => {
    const about = rolls[many > 0 ? [0, 1, 2, 6][g % 4] : g];
    const group: Group = {
      ...about,
      id: g + 1,
      count,
      name: many > 0 ? `Roll ${String(g + 1).padStart(4, '0')}` : about.name,
    };
    groups.push(group);
    for (let f = 0; f < count && (many === 0 || items.length < many); f++)
      items.push(makeItem(items.length + 1, group, f));
  });
  if (many === 0) for (let i = 0; i < 4; i++) items.push(makeItem(items.length + 1, null, i));
  return { items, groups };
}

function makeItem(id: number, group: Group | null, frame: number): Item {
  const r = chance(id);
  const kind =
    group?.kind === 'album'
      ? 'bw-print'
      : group?.kind === 'reel'
        ? 'reel'
        : group?.film?.startsWith('Ilford')
          ? 'bw-negative'
          : group?.film === 'Ektachrome'
            ? 'slide'
            : group
              ? 'colour-negative'
              : 'print';
  const square = group?.name === 'Pyrenees';
  const portrait = !square && r < 0.2;
  const aspect = square
    ? 1
    : kind === 'bw-print'
      ? [0.72, 1.38, 1.38, 0.7][frame % 4]
      : portrait
        ? 2 / 3
        : frame === 7
          ? 2.7
          : 1.5;
  const reasons: Record<string, string[]> = {
    'colour-negative': [
      'An orange base (densities 0.25 / 0.58 / 0.82) along two edges',
      'The scan is linear',
    ],
    'bw-negative': ['A neutral base', 'No colour above the noise'],
    slide: ['Dark rebate', 'Highlights are the clearest part'],
    print: ['White paper border', 'No film base'],
    'bw-print': ['Paper border', 'One hue throughout: toned or faded silver print'],
    reel: ['A film of 18 frames a second'],
  };
  const w = aspect >= 1 ? 6048 : Math.round(4032 * 1);
  return {
    id,
    name: group
      ? `${group.name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}-${String(frame + 1).padStart(2, '0')}.tif`
      : `scan ${frame + 1}.jpg`,
    folder: '/photos/scans',
    kind,
    kindReasons: reasons[kind],
    groupId: group?.id ?? null,
    frame: 0,
    width: w,
    height: Math.round(w / aspect),
    bits: kind === 'print' ? 8 : 16,
    state:
      id === 30
        ? 'failed'
        : id === 36
          ? 'missing'
          : r < 0.12
            ? 'exported'
            : r < 0.3
              ? 'edited'
              : r < 0.97
                ? 'analysed'
                : 'new',
    error:
      id === 30
        ? 'neon-street-06.tif: the file ends in the middle of the picture (truncated TIFF). Scan it again.'
        : null,
    rating: r > 0.8 ? 5 : r > 0.7 ? 4 : r > 0.62 ? 3 : 0,
    flag: r > 0.85 ? 'keep' : r > 0.79 && r < 0.82 ? 'reject' : 'none',
    tags: r > 0.75 ? ['family'] : [],
    camera: group?.film ? (id % 2 ? 'Nikon Coolscan 5000' : 'Sony A7R IV') : null,
    scanDate: `2024-0${(id % 9) + 1}-12T10:00:00`,
    captureDate: group?.captureDate ?? null,
    hasInfrared: kind === 'colour-negative' && group?.id === 1,
    outlier: id === 9 || id === 27,
    originalChanged: id === 6,
    duplicateOf: id === 14 ? 13 : null,
    backOf: null,
    backId: null,
    steps: kind === 'bw-print' && frame === 2 ? ['ageing', 'repair', 'clean'] : [],
    thumbVersion: r > 0.985 ? 0 : 1,
    aspect,
  };
}

/** What the host's query does, simply. */
export function runQuery(
  library: MockLibrary,
  input: z.input<typeof querySchema>,
): { total: number; items: Item[] } {
  const q = querySchema.parse(input);
  const groupName = new Map(library.groups.map((g) => [g.id, `${g.name} ${g.film ?? ''}`]));
  const text = q.text.toLowerCase();
  let found = library.items.filter(
    (i) =>
      (!text ||
        `${i.name} ${groupName.get(i.groupId ?? -1) ?? ''} ${i.tags.join(' ')}`
          .toLowerCase()
          .includes(text)) &&
      (!q.kinds.length || q.kinds.includes(i.kind)) &&
      (!q.states.length || q.states.includes(i.state)) &&
      (!q.flags.length || q.flags.includes(i.flag)) &&
      i.rating >= q.minRating &&
      (q.camera === null || i.camera === q.camera) &&
      (q.groupId === null || i.groupId === q.groupId) &&
      (!q.dateFrom || (i.captureDate ?? '') >= q.dateFrom) &&
      (!q.dateTo || (i.captureDate ?? '~') <= `${q.dateTo}~`),
  );
  if (q.sort === 'name') found = [...found].sort((a, b) => a.name.localeCompare(b.name));
  else if (q.sort === 'rating') found = [...found].sort((a, b) => b.rating - a.rating);
  if (q.descending) found = [...found].reverse();
  return { total: found.length, items: found.slice(q.offset, q.offset + q.limit) };
}

const now = Date.now();
export const mockJobs: Job[] = [
  {
    id: 1,
    type: 'export',
    title: 'Getaria, summer',
    state: 'running',
    stage: 'getaria-summer-15.tif',
    done: 14,
    failed: 0,
    total: 24,
    eta: 21,
    error: null,
    createdAt: now - 60_000,
    finishedAt: null,
  },
  {
    id: 2,
    type: 'analyse-roll',
    title: 'Analyse Neon street',
    state: 'paused',
    stage: 'neon-street-04.tif',
    done: 3,
    failed: 0,
    total: 18,
    eta: null,
    error: null,
    createdAt: now - 50_000,
    finishedAt: null,
  },
  {
    id: 3,
    type: 'export',
    title: 'Pyrenees',
    state: 'queued',
    stage: '',
    done: 0,
    failed: 0,
    total: 16,
    eta: null,
    error: null,
    createdAt: now - 40_000,
    finishedAt: null,
  },
  {
    id: 4,
    type: 'import',
    title: 'Import 36 files',
    state: 'done',
    stage: '',
    done: 36,
    failed: 0,
    total: 36,
    eta: null,
    error: null,
    createdAt: now - 7_200_000,
    finishedAt: now - 7_100_000,
  },
  {
    id: 5,
    type: 'export',
    title: 'Grandfather’s Leica',
    state: 'failed',
    stage: '',
    done: 18,
    failed: 2,
    total: 20,
    eta: null,
    error: '2 of 20 could not be exported',
    createdAt: now - 86_400_000,
    finishedAt: now - 86_300_000,
  },
  {
    id: 6,
    type: 'train',
    title: 'Train one',
    state: 'running',
    stage: 'one-super-8-beach-2',
    done: 0,
    failed: 0,
    total: 1,
    within: 0.32,
    eta: 2450,
    error: null,
    createdAt: now - 30_000,
    finishedAt: null,
  },
  {
    id: 7,
    type: 'dataset',
    title: 'Dataset Wedding album',
    state: 'queued',
    stage: '',
    done: 0,
    failed: 0,
    total: 1,
    eta: null,
    error: null,
    createdAt: now - 20_000,
    finishedAt: null,
  },
];

export function mockJobItems(job: Job): JobItem[] {
  return Array.from({ length: job.total }, (_, i) => {
    const failed = job.failed > 0 && (i === 6 || i === 13);
    const done = i < job.done + job.failed;
    return {
      index: i,
      itemId: i + 1,
      input: `${job.title.toLowerCase().replace(/[^a-z0-9]+/g, '-')}-${String(i + 1).padStart(2, '0')}.tif`,
      output: done && !failed && job.type === 'export' ? `${job.title}-${i + 1}.tif` : null,
      state: failed
        ? 'failed'
        : done
          ? 'done'
          : i === job.done && job.state === 'running'
            ? 'running'
            : 'queued',
      error: failed
        ? i === 6
          ? 'The file vanished from its folder. Plug the disk in again, then retry.'
          : 'The destination is full: 212 MB are needed, 38 MB are free.'
        : null,
      seconds: done && !failed ? 1.8 + chance(i) : null,
    };
  });
}

export const mockFolders: Folder[] = [
  {
    id: 'exports',
    name: 'Revelado exports',
    path: '/home/me/Pictures/Revelado',
    purpose: 'export',
    watched: false,
  },
  { id: 'inbox', name: 'Inbox', path: '/home/me/Pictures/Revelado/Inbox', purpose: 'inbox', watched: false },
  { id: 'scans', name: 'scans', path: '/photos/scans', purpose: 'source', watched: true },
  { id: 'archive', name: 'archive', path: '/media/archive', purpose: 'source', watched: false },
];
