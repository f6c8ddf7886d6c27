/**
 * What engine, library and doctor say, in the window's language. They speak English (app/words/sentences.ts); a sentence
 * is recognised by its template and said again with the same values, decimals as the language writes them.
 * Anything else (an operating system's words, an older version's) is shown as it came.
 */
import i18next from 'i18next';
import { useTranslation } from 'react-i18next';
import { fill, recognise, sentences, type SentenceId } from '../../app/words/sentences.ts';
import es from './said/es.json';
import eu from './said/eu.json';

type Sayings = Readonly<Partial<Record<SentenceId, string>>>;
const languages: Readonly<Record<string, readonly Sayings[]>> = { es: [es], eu: [eu, es] };

/** A sentence of the engine in a language ('en', 'es', 'eu'); the text itself when it is not in the catalogue. */
export function said(language: string, text: string): string {
  const sayings = languages[language];
  const found = sayings && recognise(text);
  if (!found) return text;
  const template = sayings.map((s) => s[found.id]).find((t) => t !== undefined) ?? sentences[found.id];
  const values = Object.fromEntries(
    Object.entries(found.values).map(([name, value]) => [
      name,
      found.numbers.has(name) ? value.replace('.', ',') : said(language, value),
    ]),
  );
  return fill(template, values);
}

/** `said` in the language the window has at this moment, for words that are shown once. */
export function saidNow(text: string): string {
  return said(i18next.language ?? 'en', text);
}

/** `said` in the language of the window. */
export function useSaid(): (text: string) => string {
  const { i18n } = useTranslation();
  return (text) => said(i18n.language, text);
}
