/** Names of exported files from a template: `{name}` the scan's, `{roll}`, `{frame}`, `{date}`, `{n}` the place in the job. */

export interface NameParts {
  /** Scan's file name without its extension. */
  name: string;
  roll: string | null;
  /** 0-based frame on the scan; how many there are. */
  frame: number;
  frames: number;
  /** Capture date, else scan date. */
  date: string | null;
  /** 1-based place in the job, and how many files it makes. */
  n: number;
  total: number;
}

/** Longest file name (in bytes of UTF-8) that leaves room for `-999`, an extension and the record's suffix. */
const LONGEST = 200;
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)$/i;

/** A piece of a file name that every system accepts; no separators, no control characters, no dots or spaces at the end. */
export function safePart(text: string): string {
  let clean = '';
  for (const c of text) clean += c < ' ' || c === '\x7f' || '<>:"/\\|?*'.includes(c) ? '_' : c;
  return clean.trim();
}

/**
 * The stem of an output. A scan with several frames gets `-<frame>` where the template would give all of them
 * one name. Unknown `{tokens}` stay as they are written. Never empty, never a path.
 */
export function outputStem(template: string, parts: NameParts): string {
  const pad = (n: number, of: number): string => String(n).padStart(String(of).length, '0');
  const frame = pad(parts.frame + 1, parts.frames);
  const values: Record<string, string> = {
    name: parts.name,
    roll: parts.roll ?? '',
    frame,
    date: parts.date?.slice(0, 10).replaceAll(':', '-') ?? '',
    n: pad(parts.n, parts.total),
  };
  let stem = safePart(template.replace(/\{(\w+)\}/g, (token, key: string) => values[key] ?? token));
  if (parts.frames > 1 && !/\{(frame|n)\}/.test(template)) stem += `-${frame}`;
  while (Buffer.byteLength(stem) > LONGEST) stem = [...stem].slice(0, -1).join('');
  stem = stem.replace(/^\.+/, '_').replace(/[. ]+$/, '');
  if (stem === '') stem = safePart(parts.name) || 'picture';
  return RESERVED.test(stem) ? `${stem}_` : stem;
}

/** `stem.ext`, or `stem-2.ext` … : the first name that is neither taken in this job nor (unless `overwrite`) on disk. Names are compared without case. */
export function freeName(
  stem: string,
  ext: string,
  taken: Set<string>,
  exists: (name: string) => boolean,
): string {
  for (let n = 1; ; n++) {
    const name = n === 1 ? `${stem}${ext}` : `${stem}-${n}${ext}`;
    const key = name.normalize('NFC').toLowerCase();
    if (taken.has(key) || exists(name)) continue;
    taken.add(key);
    return name;
  }
}
