/**
 * Words on screen, in English, Spanish and Basque. The shell's own words are beside this file, the
 * Studio's in `studio/`, those of the models in `models/`; the lightbox brings its own under "lightbox" and "params". What Basque lacks is shown in Spanish, then in English.
 */
import i18next, { type i18n } from 'i18next';
import { initReactI18next } from 'react-i18next';
import en from './en.json';
import es from './es.json';
import eu from './eu.json';

export const languages = ['en', 'es', 'eu'] as const;
export type Language = (typeof languages)[number];

type Words = { [key: string]: string | Words };

const lightboxWords = import.meta.glob<Words>('../lightbox/i18n/*.json', { eager: true, import: 'default' });

const studioWords = import.meta.glob<Words>('./studio/*.json', { eager: true, import: 'default' });

const reelWords = import.meta.glob<Words>('./reel/*.json', { eager: true, import: 'default' });

const scoreWords = import.meta.glob<Words>('./score/*.json', { eager: true, import: 'default' });

const modelWords = import.meta.glob<Words>('./models/*.json', { eager: true, import: 'default' });

/** All words of one language. */
export function words(language: Language): Words {
  const own: Record<Language, Words> = { en, es, eu };
  return {
    ...own[language],
    ...lightboxWords[`../lightbox/i18n/${language}.json`],
    studio: studioWords[`./studio/${language}.json`],
    reel: reelWords[`./reel/${language}.json`],
    score: scoreWords[`./score/${language}.json`],
    models: modelWords[`./models/${language}.json`],
  };
}

/** The language to show: the person's choice, else the first of the system's that we speak, else English. */
export function pickLanguage(setting: 'system' | Language, system: readonly string[]): Language {
  if (setting !== 'system') return setting;
  for (const tag of system) {
    const found = languages.find((l) => tag.toLowerCase().split('-')[0] === l);
    if (found) return found;
  }
  return 'en';
}

/** Starts the translator; `t` works as soon as this returns. */
export function startI18n(language: Language): i18n {
  const instance = i18next.use(initReactI18next);
  void instance.init({
    lng: language,
    fallbackLng: { eu: ['es', 'en'], default: ['en'] },
    resources: Object.fromEntries(languages.map((l) => [l, { translation: words(l) }])),
    interpolation: { escapeValue: false },
    initAsync: false,
  });
  return instance;
}

/** Changes the language of the whole window. */
export function setLanguage(language: Language): void {
  document.documentElement.lang = language;
  void i18next.changeLanguage(language);
}
