/** The change record's page: what was done in the reader's words and units, whatever a record lacks. */
import { createInstance } from 'i18next';
import { describe, expect, it } from 'vitest';
import { languages, words, type Language } from '../i18n/index.ts';
import { mockRecord } from '../mock/record.ts';
import { readRecord } from './record.ts';

function translator(lng: Language) {
  const i18n = createInstance();
  void i18n.init({
    lng,
    resources: { [lng]: { translation: words(lng) } },
    interpolation: { escapeValue: false },
    initAsync: false,
  });
  return (key: string, values?: Record<string, string | number>): string => i18n.t(key, values ?? {});
}
const page = (record: unknown, language: Language) => readRecord(record, translator(language), language);
const row = (sections: ReturnType<typeof page>, title: string, label: string) =>
  sections?.find((s) => s.title === title)?.rows.find((r) => r.label === label)?.value;

describe('readRecord', () => {
  it('reads in Spanish: names and units of the panels, decimals of the language', () => {
    const read = page(mockRecord('a.tif'), 'es');
    expect(read?.map((s) => s.title)).toEqual([
      'Escaneo',
      'Película',
      'Polvo',
      'Luces de copiado',
      'Papel',
      'Encuadre',
      'Carrete',
      'Resultado',
    ]);
    expect(row(read, 'Escaneo', 'Archivo')).toBe('a.tif');
    expect(row(read, 'Escaneo', 'Tamaño')).toBe('6048 × 4024 px (24,3 MP)');
    expect(row(read, 'Escaneo', 'SHA-256')).toMatch(/^9f86d081[0-9a-f]{56}$/);
    expect(row(read, 'Película', 'Proceso')).toBe('C-41 (hallado automáticamente)');
    expect(row(read, 'Película', 'Base')).toBe('D 0,25 · 0,59 · 0,82 (del carrete)');
    expect(row(read, 'Polvo', 'Reparado')).toBe('214 lugares, 0,070 % de la imagen');
    expect(row(read, 'Luces de copiado', 'Exposición')).toBe('+0,35\u00a0EV');
    expect(row(read, 'Luces de copiado', 'Exposición total')).toBe('−0,37\u00a0EV');
    expect(row(read, 'Luces de copiado', 'Rojo')).toBe('−4\u00a0CC');
    expect(row(read, 'Papel', 'Gradación')).toBe('2,5');
    expect(row(read, 'Resultado', 'Formato')).toBe('TIFF, 16 bits, Adobe RGB (1998)');
    expect(row(read, 'Resultado', 'Hecho con')).toBe('Revelado 0.1.0');
  });

  it('tells of a restored print what is real and what is invented, and nothing of film', () => {
    const record = mockRecord('print.tif');
    const restored = {
      ...record,
      analysis: { ...record.analysis, kind: 'bw-print' },
      params: {
        ...record.params,
        repair: { ...record.params.repair, on: true, marks: [{ tool: 'brush' }, { tool: 'line' }] },
      },
      roll: null,
      restore: {
        steps: [],
        models: [{ step: 'repair', name: 'filler', sha256: 'ab'.repeat(32) }],
        labels: { real: 0, interpolated: 1500, invented: 500, all: 1_000_000 },
        mask: null,
        stored: { ending: '.revelado.repair', sha256: 'cd'.repeat(32), pixels: 2000 },
        warnings: ['The step clean is not in this version; the picture goes on without it.'],
      },
    };
    const read = page(restored, 'en');
    expect(read?.map((s) => s.title)).toEqual(['Scan', 'Repair', 'Frame', 'Repaired pixels', 'Result']);
    expect(row(read, 'Repair', 'Your marks')).toBe('2 marks');
    expect(row(read, 'Repaired pixels', 'Invented by a network')).toBe('500 pixels, 0.050 %');
    expect(row(read, 'Repaired pixels', 'What was there before')).toContain('.revelado.repair');
    expect(read?.find((s) => s.title === 'Repaired pixels')?.notes).toHaveLength(1);
  });

  it('tells what was left as it comes apart from what was set', () => {
    const paper = page(mockRecord('a.tif'), 'en')?.find((s) => s.title === 'Paper');
    expect(paper?.rows.map((r) => r.label)).toEqual(['Grade']);
    expect(paper?.unchanged).toContain('Shadows 0.30\u00a0×');
  });

  it.each(languages)('%s has a word for everything on the page', (language) => {
    const record = mockRecord('a.tif');
    record.params.frame.crop = { x: 0.1, y: 0.2, w: 0.5, h: 0.5 };
    record.params.frame.mirror = true;
    record.params.dust.on = false;
    record.analysis.frames.push(...record.analysis.frames);
    const text = JSON.stringify(page(record, language));
    expect(text).not.toMatch(/\b(jobs|params|lightbox|icc)\.[a-z]/);
    expect(text).not.toMatch(/\{\{|undefined|NaN/);
  });

  it('reads where nothing was analysed and nothing repaired', () => {
    const read = page({ ...mockRecord('b.tif'), analysis: null, roll: null, masks: [] }, 'en');
    expect(row(read, 'Film', 'Process')).toBe('C-41 (found automatically)');
    expect(row(read, 'Film', 'Film base')).toBe('D 0.25 · 0.59 · 0.82');
    expect(row(read, 'Dust', 'Repaired')).toBe('nothing');
    expect(read?.map((s) => s.title)).not.toContain('Roll');
  });

  it('does not pretend to understand another kind of record, or a newer one', () => {
    expect(page({ action: 'restore' }, 'en')).toBeNull();
    expect(page({ ...mockRecord('a.tif'), recipeVersion: 99 }, 'en')).toBeNull();
    expect(page(null, 'en')).toBeNull();
  });
});
