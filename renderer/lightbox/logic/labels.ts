/**
 * Names of history entries. Stored as short codes ('set:lights.exposure=0.35', 'reset:print', 'auto') so that
 * a history reads right in whatever language the window is in; text that is no code (written by another part
 * or by a person) is shown as it stands.
 */
import { allSteps } from '../../../app/recipe/develop.ts';
import type { StepSpec } from '../../../app/recipe/spec.ts';
import { formatNumber, withUnit, type ParamValue } from './controls.ts';

/** i18next's `t`, as far as it is needed here. */
export type Translate = (key: string, values?: Record<string, string>) => string;

const round = (v: number) => String(Math.round(v * 1e4) / 1e4);

/** The code of one changed parameter. */
export function setLabel(step: string, key: string, value: ParamValue): string {
  const text =
    typeof value === 'number'
      ? round(value)
      : typeof value === 'string' || typeof value === 'boolean'
        ? String(value)
        : value === null
          ? 'null'
          : 'custom';
  return `set:${step}.${key}=${text}`;
}

const plain = new Set([
  'auto',
  'paste',
  'resetAll',
  'undo',
  'redo',
  'restore',
  'neutral',
  'base',
  'start',
  'sync',
  // One press over many pictures, in the library.
  'restored',
  'colorized',
  'autoRestored',
  'sharedAge',
]);
/** What was done with the mask or the hints: 'mark:brush', 'hint:moved=3' (a count keeps steps of one hand together). */
const drawn = /^(mark|hint):([a-z]+)(?:=.*)?$/;

/** A history label in the window's language. */
export function readLabel(label: string, t: Translate, locale: string): string {
  if (plain.has(label)) return t(`lightbox.history.labels.${label}`);
  const reset = /^reset:(\w+)$/.exec(label);
  if (reset) return t('lightbox.history.labels.reset', { step: t(`params.${reset[1]}.title`) });
  const version = /^version:(.*)$/s.exec(label);
  if (version) return t('lightbox.history.labels.version', { name: version[1] });
  const hand = drawn.exec(label);
  if (hand) return t(`lightbox.history.labels.${hand[1]}.${hand[2]}`);
  const set = /^set:(\w+)\.(\w+)=(.*)$/.exec(label);
  if (!set) return label;
  const [, stepId, key, raw] = set;
  if (key === 'on')
    return t(`lightbox.history.labels.${raw === 'true' ? 'on' : 'off'}`, {
      step: t(`params.${stepId}.title`),
    });
  const step = (allSteps as readonly StepSpec[]).find((s) => s.id === stepId);
  const spec = step?.params.find((p) => p.key === key);
  if (!spec) return label;
  const name = t(`params.${stepId}.${key}.label`);
  if (spec.type === 'number')
    return `${name} ${withUnit(formatNumber(Number(raw), spec, locale), spec.unit)}`;
  if (spec.type === 'choice') return `${name}: ${t(`params.${stepId}.${key}.options.${raw}`)}`;
  if (spec.type === 'model') return `${name}: ${raw || t('lightbox.ownModel')}`;
  if (spec.type === 'switch') return `${name}: ${t(raw === 'true' ? 'lightbox.on' : 'lightbox.off')}`;
  return raw === 'null' ? `${name}: ${t('lightbox.automatic')}` : name;
}
