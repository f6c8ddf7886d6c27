/**
 * The words and the code must agree: every key the code asks for exists in English, every English key has
 * its Spanish, and no key is left over. Keys built from parts (`kind.${kind}`) count as uses of all below.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { allCommands } from '../shortcuts.ts';
import '../commands.ts';
import { languages, pickLanguage, words } from './index.ts';

const root = path.resolve(import.meta.dirname, '..');

function flat(value: object, prefix = ''): Map<string, string> {
  const all = new Map<string, string>();
  for (const [key, inner] of Object.entries(value)) {
    if (typeof inner === 'string') all.set(prefix + key, inner);
    else for (const [k, v] of flat(inner as object, `${prefix}${key}.`)) all.set(k, v);
  }
  return all;
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return ['lightbox', 'mock', 'i18n'].includes(entry.name) ? [] : sources(file);
    return /\.tsx?$/.test(entry.name) && !/\.test\./.test(entry.name) ? [file] : [];
  });
}

const code = sources(root)
  .map((file) => readFileSync(file, 'utf8'))
  .join('\n');
const plural = (key: string) => key.replace(/_(one|other|many|zero)$/, '');

/** Everything quoted that could be a key, and the fixed beginnings of keys with a part filled in. */
const literal = new Set(
  [...code.matchAll(/['"`]([a-z][A-Za-z0-9]*(?:\.[A-Za-z0-9-]+)+)['"`]/g)].map((m) => m[1]),
);
const templates = [...code.matchAll(/\bt\(\s*`([a-z][A-Za-z]*\.(?:[A-Za-z-]+\.)*)(\$\{[^`]*)`/g)].map(
  (m) => ({
    start: m[1],
    pattern: new RegExp(
      `^${(m[1] + m[2])
        .replace(/\$\{[^}]*\}+/g, '\u0000')
        .replace(/[.*+?^$()|[\]\\]/g, '\\$&')
        .replaceAll('\u0000', '[^.]+')}$`,
    ),
  }),
);
for (const command of allCommands()) literal.add(command.label);

const english = flat(words('en'));
// Keys of the lightbox have a test of their own beside them.
const own = [...english.keys()].filter((key) => !/^(lightbox|params)\./.test(key));

describe('words', () => {
  it('every English key is used by the code', () => {
    const unused = own
      .map(plural)
      .filter((key) => !literal.has(key) && !templates.some((t) => t.pattern.test(key)));
    expect([...new Set(unused)]).toEqual([]);
  });

  it('every key the code translates exists in English', () => {
    const known = new Set([...english.keys()].flatMap((key) => [key, plural(key)]));
    const asked = [...code.matchAll(/\bt\(\s*['"]([^'"]+)['"]/g)].map((m) => m[1]);
    const ternaries = [
      ...code.matchAll(/\bt\([^()]*\? '([a-zA-Z]+\.[a-zA-Z.]+)' : '([a-zA-Z]+\.[a-zA-Z.]+)'/g),
    ].flatMap((m) => [m[1], m[2]]);
    const labels = allCommands().map((c) => c.label);
    expect([...asked, ...ternaries, ...labels].filter((key) => !known.has(key))).toEqual([]);
    expect(asked.length).toBeGreaterThan(100);
    const dangling = templates.filter(({ start }) => ![...known].some((key) => key.startsWith(start)));
    expect(dangling).toEqual([]);
  });

  it.each(languages.filter((l) => l !== 'en'))('%s has every key, with the same placeholders', (language) => {
    const theirs = flat(words(language));
    const holes = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((m) => m[1]).sort();
    for (const key of own) {
      // Spanish must be complete; Basque may fall back.
      if (!theirs.has(key)) expect(`${language} ${key}`).toMatch(/^eu /);
      else expect([key, holes(theirs.get(key)!)]).toEqual([key, holes(english.get(key)!)]);
    }
    const known = new Set([...english.keys()].map(plural));
    expect([...theirs.keys()].map(plural).filter((key) => !known.has(key))).toEqual([]);
  });
});

describe('Basque', () => {
  const basque = [...flat(words('eu'))].filter(([key]) => !key.startsWith('studio.'));
  it('keeps to one word for one thing', () => {
    // dentsitate, errebelatu, karrete, negatibo, ezarpen, tindagai, aldaketa-erregistro.
    const others = /\b(densitate|garatu|garatze|karretel|negatibu|doikuntz|tindu\b|aldaketen erregistro)/i;
    expect(basque.filter(([, text]) => others.test(text))).toEqual([]);
  });
  it('is no Spanish left over', () => {
    const spanish = flat(words('es'));
    const same = basque.filter(([key, text]) => text.includes(' ') && text === spanish.get(key));
    expect(same.filter(([, text]) => /\b(de|la|el|los|las|del|un|una)\b/i.test(text))).toEqual([]);
  });
});

describe('pickLanguage', () => {
  it('follows the person, then the system, then English', () => {
    expect(pickLanguage('eu', ['es-ES'])).toBe('eu');
    expect(pickLanguage('system', ['fr-FR', 'es-MX', 'en'])).toBe('es');
    expect(pickLanguage('system', ['fr', 'de'])).toBe('en');
  });
});
