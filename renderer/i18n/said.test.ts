/**
 * Everything the engine can say has its Spanish and Basque, with the same holes; and the code says nothing but
 * what the catalogue holds (the type `Sentence` sees to that where sentences are stored; here the sources are
 * searched for entries that nobody says).
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { fill, say, sentences, type SentenceId } from '../../app/words/sentences.ts';
import { said } from './said.ts';
import es from './said/es.json';
import eu from './said/eu.json';

const ids = Object.keys(sentences) as SentenceId[];
const holes = (text: string) => [...text.matchAll(/\{\{(\w+)(?::n)?\}\}/g)].map((m) => m[1]).sort();

describe.each([
  ['es', es],
  ['eu', eu],
] as const)('%s', (language, sayings) => {
  it('has every sentence and no other', () => {
    expect(Object.keys(sayings).sort()).toEqual([...ids].sort());
  });

  it.each(ids)('%s is translated with the same holes', (id) => {
    expect(holes(sayings[id])).toEqual(holes(sentences[id]));
    // Whole: end mark or none alike, nothing left in English.
    expect(sayings[id].endsWith('.')).toBe(sentences[id].endsWith('.'));
    if (holes(sentences[id]).length === 0) expect(sayings[id]).not.toBe(sentences[id]);
    const values = Object.fromEntries(holes(sentences[id]).map((name) => [name, '7']));
    expect(said(language, fill(sentences[id], values))).toBe(fill(sayings[id], values));
  });
});

describe('said', () => {
  it('keeps values and writes decimals as the language does', () => {
    const text = say('kind-masked', { green: '0.41', blue: '0.68' });
    expect(said('en', text)).toBe(text);
    expect(said('es', text)).toContain('0,41 D en verde y 0,68 D en azul');
    expect(said('eu', text)).toContain('0,41 D');
    expect(said('es', say('roll-shared', { roll: 'Tri-X 1.5 "verano"' }))).toContain('«Tri-X 1.5 "verano"»');
  });

  it('says what stands inside of a sentence, too', () => {
    const perl = say('found-exiftool', { version: say('found-nowhere'), perl: say('found-not') });
    expect(perl).toBe('ExifTool not installed, Perl not found');
    expect(said('es', perl)).toBe('ExifTool no está instalado, Perl no se encontró');
    const gone = say('disk-full-at', { file: 'C:\\fotos\\a.tif' });
    expect(said('eu', gone)).toBe('Diskoa beteta dago: C:\\fotos\\a.tif. Egin lekua eta saiatu berriro.');
  });

  it('shows what it does not know as it came', () => {
    expect(said('es', 'ENOSPC: no space left on device')).toBe('ENOSPC: no space left on device');
    expect(said('fr', say('kind-by-hand'))).toBe('Set by hand.');
  });
});

describe('the engine', () => {
  const root = path.resolve(import.meta.dirname, '../../main');
  const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => readFileSync(path.join(root, file), 'utf8'))
    .join('\n');

  it('says every sentence of the catalogue somewhere', () => {
    expect(ids.filter((id) => !sources.includes(`say('${id}'`))).toEqual([]);
  });

  it('makes sentences by `say` alone', () => {
    expect(sources).not.toMatch(/\bas (unknown as )?Sentence\b/);
  });
});
