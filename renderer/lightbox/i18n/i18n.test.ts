/** Every word that the lightbox shows exists in English and Spanish; Basque may lack some, and has none too many. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { allSteps } from '../../../app/recipe/develop.ts';
import { scanKinds } from '../../../app/contract/library.ts';
import type { StepSpec } from '../../../app/recipe/spec.ts';
import { lightboxCommands } from '../commands.ts';
import en from './en.json';
import es from './es.json';
import eu from './eu.json';

type Words = { [key: string]: string | Words };

function flat(words: Words, prefix = ''): Map<string, string> {
  const out = new Map<string, string>();
  for (const [key, value] of Object.entries(words))
    if (typeof value === 'string') out.set(prefix + key, value);
    else for (const [k, v] of flat(value, `${prefix}${key}.`)) out.set(k, v);
  return out;
}
const english = flat(en);
const spanish = flat(es);
const basque = flat(eu as Words);
/** 'x_one', 'x_other' … count as 'x'. */
const bare = (key: string) => key.replace(/_(one|many|other)$/, '');
const has = (words: Map<string, string>, key: string) => words.has(key) || words.has(`${key}_other`);

function sources(dir: string): string[] {
  return readdirSync(dir).flatMap((name) => {
    const full = path.join(dir, name);
    if (statSync(full).isDirectory()) return sources(full);
    return /\.tsx?$/.test(name) && !name.includes('.test.') ? [full] : [];
  });
}

const used = new Set<string>();
for (const file of sources(path.join(import.meta.dirname, '..'))) {
  const text = readFileSync(file, 'utf8');
  for (const m of text.matchAll(/['"`]((?:lightbox|params)\.[\w.:-]+[\w:-])['"`]/g)) used.add(m[1]);
}
// Command ids look like translation keys but are none.
for (const c of lightboxCommands) used.delete(c.id);

const needed = new Set<string>([
  ...used,
  ...lightboxCommands.map((c) => c.label),
  ...scanKinds.map((k) => `lightbox.kinds.${k}`),
]);
for (const step of allSteps as readonly StepSpec[]) {
  needed.add(`params.${step.id}.title`);
  for (const p of step.params) {
    needed.add(`params.${step.id}.${p.key}.label`);
    needed.add(`params.${step.id}.${p.key}.help`);
    if (p.type === 'choice') for (const o of p.options) needed.add(`params.${step.id}.${p.key}.options.${o}`);
  }
}

describe('words of the lightbox', () => {
  it('finds the keys in the source', () => expect(used.size).toBeGreaterThan(80));

  it.each([
    ['English', english],
    ['Spanish', spanish],
  ])('%s has all that is needed', (_name, words) => {
    expect([...needed].filter((k) => !has(words, k))).toEqual([]);
  });

  it('Spanish says everything English says, with the same gaps', () => {
    const keys = (w: Map<string, string>) => [...new Set([...w.keys()].map(bare))].sort();
    expect(keys(spanish)).toEqual(keys(english));
    const gaps = (s: string) => [...s.matchAll(/{{(\w+)}}/g)].map((m) => m[1]).sort();
    for (const [key, text] of spanish)
      expect(gaps(text), key).toEqual(gaps(english.get(key) ?? english.get(`${bare(key)}_other`) ?? ''));
  });

  it('Basque says nothing that English does not', () => {
    const known = new Set([...english.keys()].map(bare));
    expect([...basque.keys()].filter((k) => !known.has(bare(k)))).toEqual([]);
  });

  it('teaches: every parameter has a sentence, not a repetition of its name', () => {
    for (const words of [english, spanish])
      for (const [key, text] of words)
        if (key.startsWith('params.') && key.endsWith('.help')) expect(text.length, key).toBeGreaterThan(25);
  });
});
