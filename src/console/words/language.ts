/** Languages of the console, each by its own name. */
export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof LANGUAGES;

/** What a catalogue says in place of an English text; one form per plural category where it counts. */
export type Entry =
  | string
  | (Readonly<Partial<Record<Intl.LDMLPluralRule, string>>> & { readonly other: string });
export type Catalogue = Readonly<Record<string, Entry>>;

export interface Speech {
  readonly language: Language;
  /** BCP 47 tag: how the browser would have this language written; `de-CH` writes other numbers than `de`. */
  readonly locale: string;
  /** What is said in place of English texts. */
  readonly catalogue: Catalogue;
}

const ENGLISH: Speech = { language: 'en', locale: 'en', catalogue: {} };
let speech = ENGLISH;

/** Returns what the console speaks now. */
export function spoken(): Speech {
  return speech;
}

/** Speaks from now on; what is on the screen stays as it is. */
export function become(next: Language, preferred: readonly string[], catalogue: Catalogue): void {
  const locale = preferred.find((tag) => languageOf(tag) === next) ?? next;
  speech = { language: next, locale, catalogue };
}

/** Returns what somebody chose, else the first of the preferred languages that there is, else English. */
export function chosenOf(kept: string | null, preferred: readonly string[]): Language {
  return [kept ?? '', ...preferred].map(languageOf).find((found) => found !== undefined) ?? 'en';
}

function languageOf(tag: string): Language | undefined {
  const [name = ''] = tag.split('-');
  return Object.hasOwn(LANGUAGES, name) ? (name as Language) : undefined;
}
