/**
 * A change record as a page to read: which scan, what was done to it step by step with the names and units that
 * the panels have, what the roll shared, what was repaired, and what came out. Pure; `RecordDialog.tsx` draws it.
 * Records are files: an older version's may lack a part, which is then left out.
 */
import { z } from 'zod';
import { EV } from '../../app/color/density.ts';
import { scanKinds } from '../../app/contract/library.ts';
import { developRecordSchema, type DevelopRecord } from '../../app/contract/record.ts';
import { DEVELOP_VERSION } from '../../app/recipe/develop.ts';
import type { ParamSpec, StepSpec } from '../../app/recipe/spec.ts';
import { numberLocale } from '../format.ts';
import { stepsFor } from '../lightbox/logic/cards.ts';
import { formatNumber, sameValue, withUnit } from '../lightbox/logic/controls.ts';
import { baseDensity, swatchColour } from '../lightbox/logic/swatch.ts';

export interface RecordRow {
  label: string;
  value: string;
  /** A colour to show beside the value (CSS). */
  swatch?: string;
  /** A long row of signs (a hash), which may break anywhere. */
  code?: boolean;
}
export interface RecordSection {
  title: string;
  /** A step that was switched off. */
  off?: boolean;
  rows: RecordRow[];
  /** What was left as it comes, in one line. */
  unchanged?: string;
  /** Sentences of the analysis. */
  notes?: string[];
}

/** i18next's `t`, as far as it is needed here. */
export type Translate = (key: string, values?: Record<string, string | number>) => string;

/** The sections of a develop's change record; null when it is none (its raw text is all there is to show then). */
export function readRecord(record: unknown, t: Translate, locale: string): RecordSection[] | null {
  const parsed = developRecordSchema.safeParse(record);
  if (!parsed.success || parsed.data.recipeVersion > DEVELOP_VERSION) return null;
  const reader = new Reader(parsed.data, t, locale);
  return [reader.scan(), ...reader.steps(), ...reader.evidence(), ...reader.roll(), reader.output()];
}

class Reader {
  readonly #r: DevelopRecord;
  readonly #t: Translate;
  readonly #locale: string;
  constructor(record: DevelopRecord, t: Translate, locale: string) {
    this.#r = record;
    this.#t = t;
    this.#locale = locale;
  }

  #row = (key: string, value: string, more: Partial<RecordRow> = {}): RecordRow => ({
    label: this.#t(`jobs.page.${key}`),
    value,
    ...more,
  });

  #number(value: number, digits: number, sign = false): string {
    return new Intl.NumberFormat(numberLocale(this.#locale), {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
      signDisplay: sign ? 'exceptZero' : 'auto',
    })
      .format(value)
      .replace('-', '\u2212');
  }

  #three = (values: readonly number[], digits: number, sign = false): string =>
    values.map((v) => this.#number(v, digits, sign)).join(' · ');

  #size = (width: number, height: number): string =>
    `${width} × ${height} px (${this.#number((width * height) / 1e6, 1)} MP)`;

  /** A word of a catalogue; what it lacks (a film of a newer version) as it stands. */
  #word(key: string, fallback: string): string {
    const word = this.#t(key);
    return word === key ? fallback : word;
  }

  scan(): RecordSection {
    const { source, analysis, frame } = this.#r;
    const rows = [
      this.#row('file', source.name),
      this.#row('size', this.#size(source.width, source.height)),
      this.#row('hash', source.sha256, { code: true }),
    ];
    const frames = analysis?.frames.length ?? 0;
    if (frames > 1)
      rows.splice(
        1,
        0,
        this.#row('picture', this.#t('jobs.page.pictureOf', { n: frame + 1, count: frames })),
      );
    if (analysis) rows.push(this.#row('kind', this.#word(`lightbox.kinds.${analysis.kind}`, analysis.kind)));
    return {
      title: this.#t('jobs.page.scan'),
      rows,
      notes: [...(analysis?.warnings ?? []), ...(analysis?.reasons ?? [])],
    };
  }

  /** What was done, in the order of the cards; steps that somebody must ask for are only told of where they ran. */
  steps(): RecordSection[] {
    const kind = scanKinds.find((k) => k === this.#r.analysis?.kind) ?? null;
    const { main, after } = stepsFor(kind);
    const ran = (step: StepSpec): boolean =>
      step.offByDefault !== true || this.#r.params[step.id]?.['on'] === true;
    return [...main, ...after].filter(ran).map((step) => this.step(step));
  }

  step(step: StepSpec): RecordSection {
    const values = this.#r.params[step.id] ?? {};
    const title = this.#t(`params.${step.id}.title`);
    if (values['on'] === false) return { title, off: true, rows: [] };
    const found = this.#found(step.id);
    const told = new Set(found.map((row) => row.label));
    const rows = [...found];
    const unchanged: string[] = [];
    for (const spec of step.params) {
      const value = values[spec.key];
      const label = this.#t(`params.${step.id}.${spec.key}.label`);
      if (value === undefined || told.has(label)) continue;
      const text = this.#value(step.id, spec, value);
      if (sameValue(value, spec.default)) unchanged.push(`${label} ${text}`);
      else rows.push({ label, value: text });
    }
    if (step.id !== 'dust') return { title, rows, unchanged: unchanged.join(', ') };
    const infrared = this.#r.analysis?.infrared?.reason;
    return { title, rows, unchanged: unchanged.join(', '), notes: infrared ? [infrared] : [] };
  }

  /** What a step came to, beyond what was set: what was automatic, and what the automatic found. */
  #found(step: string): RecordRow[] {
    const { plan, params, analysis, roll } = this.#r;
    const masks = this.#r.masks.filter((mask) => mask.name === 'dust');
    const t = this.#t;
    if (step === 'film' && plan) {
      const film = params['film'] ?? {};
      const auto = (is: boolean, text: string) => (is ? `${text} (${t('jobs.page.auto')})` : text);
      const source = film['base']
        ? 'recipe'
        : film['baseRect']
          ? 'rect'
          : roll
            ? 'roll'
            : (analysis?.base.source ?? '');
      const from = this.#word(`lightbox.auto.source.${source}`, source);
      const density = `D ${this.#three(baseDensity(plan.base), 2)}`;
      return [
        {
          label: t('params.film.film.label'),
          value: auto(
            film['film'] === 'auto',
            this.#word(`params.film.film.options.${plan.film}`, plan.film),
          ),
        },
        {
          label: t('params.film.stock.label'),
          value: auto(
            film['stock'] === 'auto',
            this.#word(`params.film.stock.options.${plan.stock}`, plan.stock),
          ),
        },
        {
          label: t('params.film.base.label'),
          value: from ? `${density} (${from})` : density,
          swatch: swatchColour(plan.base),
        },
        this.#row('balance', `${this.#three(plan.slope, 3)} ×`),
      ];
    }
    if (step === 'dust')
      return masks.length === 0
        ? [this.#row('repaired', t('jobs.page.nothing'))]
        : masks.map((mask) =>
            this.#row(
              'repaired',
              [
                ...(mask.places === undefined ? [] : [t('jobs.page.places', { count: mask.places })]),
                t('jobs.page.share', { percent: this.#number(mask.share * 100, 3) }),
              ].join(', '),
            ),
          );
    if (step === 'lights' && plan)
      return [
        this.#row('exposure', withUnit(this.#number(plan.exposure / EV, 2, true), 'EV')),
        this.#row(
          'filtration',
          withUnit(
            this.#three(
              plan.lights.map((v) => v * 100),
              0,
              true,
            ),
            'CC',
          ),
        ),
      ];
    return [];
  }

  #value(step: string, spec: ParamSpec, value: unknown): string {
    if (spec.type === 'number' && typeof value === 'number')
      return withUnit(formatNumber(value, spec, this.#locale), spec.unit);
    if (spec.type === 'choice')
      return this.#word(`params.${step}.${spec.key}.options.${String(value)}`, String(value));
    if (spec.type === 'switch') return this.#t(value === true ? 'lightbox.on' : 'lightbox.off');
    if (spec.type === 'model') return value === '' ? this.#t('lightbox.ownModel') : String(value);
    if (spec.type === 'marks' || spec.type === 'hints')
      return this.#t(`lightbox.${spec.type}.count`, { count: Array.isArray(value) ? value.length : 0 });
    if (spec.type === 'sources') return Array.isArray(value) && value.length > 0 ? String(value.length) : '–';
    if (value === null) return this.#t('lightbox.automatic');
    const rect = z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }).safeParse(value);
    if (!rect.success) return JSON.stringify(value);
    const { x, y, w, h } = rect.data;
    const percent = (v: number) => this.#number(v * 100, 1);
    return this.#t('jobs.page.area', { w: percent(w), h: percent(h), x: percent(x), y: percent(y) });
  }

  /** Where repaired pixels come from, which networks had a say, and where the original of each is kept. */
  evidence(): RecordSection[] {
    const { restore } = this.#r;
    if (!restore) return [];
    const { labels, models, stored, mask } = restore;
    const share = (n: number, all: number) =>
      this.#t('jobs.page.pixels', { count: n, percent: this.#number((100 * n) / Math.max(1, all), 3) });
    const rows = labels
      ? [
          this.#row('real', share(labels.real, labels.all)),
          this.#row('interpolated', share(labels.interpolated, labels.all)),
          this.#row('invented', share(labels.invented, labels.all)),
        ]
      : [];
    for (const { step, name, sha256 } of models)
      rows.push({
        label: this.#t('jobs.page.modelOf', { step: this.#word(`params.${step}.title`, step) }),
        value: `${name} · ${sha256}`,
        code: true,
      });
    if (mask) rows.push(this.#row('maskFile', `${mask.name} · ${mask.sha256}`, { code: true }));
    if (stored)
      rows.push(
        this.#row('stored', this.#t('jobs.page.storedIn', { count: stored.pixels, ending: stored.ending })),
      );
    if (rows.length === 0 && restore.warnings.length === 0) return [];
    return [{ title: this.#t('jobs.page.evidence'), rows, notes: restore.warnings }];
  }

  roll(): RecordSection[] {
    const { roll } = this.#r;
    if (!roll) return [];
    return [
      {
        title: this.#t('lightbox.roll.title'),
        rows: [
          {
            label: this.#t('params.film.base.label'),
            value: `D ${this.#three(baseDensity(roll.base), 2)}`,
            swatch: swatchColour(roll.base),
          },
          this.#row('spread', `D ± ${this.#three(roll.baseSpread, 3)}`),
          this.#row('rollExposure', withUnit(this.#number(roll.exposure / EV, 2, true), 'EV')),
        ],
      },
    ];
  }

  output(): RecordSection {
    const { output, appVersion, recipeVersion } = this.#r;
    return {
      title: this.#t('jobs.page.result'),
      rows: [
        this.#row('size', this.#size(output.width, output.height)),
        this.#row(
          'format',
          this.#t('jobs.page.formatOf', {
            format: output.format.toUpperCase(),
            bits: output.bits,
            space: this.#word(`icc.${output.space}`, output.space),
          }),
        ),
        this.#row('program', `Revelado ${appVersion}`),
        this.#row('recipe', this.#t('jobs.page.recipeOf', { version: recipeVersion })),
      ],
    };
  }
}
