/** The naming template of an export, shown live. The host names the files by the same tokens. */
import type { Group, Item } from '../../app/contract/library.ts';
import type { ExportRecipe } from '../../app/contract/jobs.ts';

export const tokens = ['{name}', '{roll}', '{frame}', '{date}', '{n}'] as const;

const extensions: Record<ExportRecipe['format'], string> = {
  tiff: 'tif',
  png: 'png',
  jpeg: 'jpg',
  webp: 'webp',
};

/** Tokens in a template that nothing stands for. */
export function unknownTokens(template: string): string[] {
  return (template.match(/\{[^{}]*\}/g) ?? []).filter((t) => !(tokens as readonly string[]).includes(t));
}

/** The name the first of `total` items would get, e.g. 'Getaria-01.tif'; as main/jobs/template.ts makes it; `several`: its scan holds more pictures. */
export function example(
  recipe: Pick<ExportRecipe, 'template' | 'format'>,
  item: Item | undefined,
  group: Group | undefined,
  total: number,
  several = false,
): string {
  const stem = (item?.name ?? 'scan-01.tif').replace(/\.[^.]*$/, '');
  const frame = (item?.frame ?? 0) + 1;
  const date = item?.captureDate ?? group?.captureDate ?? item?.scanDate ?? '';
  const values: Record<string, string> = {
    '{name}': stem,
    '{roll}': group?.name ?? '',
    '{frame}': String(frame),
    '{date}': date.slice(0, 10).replaceAll(':', '-'),
    '{n}': '1'.padStart(String(total).length, '0'),
  };
  let name = recipe.template
    .replace(/\{[^{}]*\}/g, (token) => values[token] ?? token)
    .replace(/[\\/:*?"<>|]/g, '_')
    .trim();
  // The pictures of one scan would all bear its name.
  if ((several || frame > 1) && !/\{(frame|n)\}/.test(recipe.template)) name += `-${frame}`;
  name = name.replace(/^\.+/, '_').replace(/[. ]+$/, '');
  return `${name || stem}.${extensions[recipe.format]}`;
}

/** What the format can hold: 16 bits only in TIFF and PNG, quality only where something is lost. */
export function limits(format: ExportRecipe['format']): { bits: readonly (8 | 16)[]; quality: boolean } {
  return format === 'tiff' || format === 'png'
    ? { bits: [8, 16], quality: false }
    : { bits: [8], quality: true };
}

/** The recipe with what its format cannot hold put right. */
export function settle(recipe: ExportRecipe): ExportRecipe {
  const { bits } = limits(recipe.format);
  return { ...recipe, bits: bits.includes(recipe.bits) ? recipe.bits : bits[0] };
}
