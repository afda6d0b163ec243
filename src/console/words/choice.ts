import { signal } from '@preact/signals';
import { become, type Catalogue, chosenOf, LANGUAGES, type Language } from './language.ts';

const KEPT = 'farad-language';

/** Where the words of a language are: those of the first view, and all of them. English needs none. */
const CATALOGUES: Readonly<
  Partial<Record<Language, Readonly<Record<'ofFirstView' | 'ofAll', () => Promise<Catalogue>>>>>
> = {
  de: {
    ofFirstView: async () => (await import('./german/first-view.ts')).firstView,
    ofAll: async () => (await import('./german/words.ts')).german,
  },
};

/** What the console speaks, for what has to change with it. */
export const language = signal<Language>('en');
/** Whether the words of all pages are there, and not only those of the first view. */
export const isComplete = signal(true);

/** Speaks what is preferred here, with the words of the first view; English where they cannot be read. */
export async function speakAsPreferred(): Promise<void> {
  const wanted = chosenOf(localStorage.getItem(KEPT), navigator.languages);
  try {
    const catalogues = CATALOGUES[wanted];
    begin(wanted, (await catalogues?.ofFirstView()) ?? {});
    isComplete.value = catalogues === undefined;
  } catch (error) {
    console.warn(`the console cannot speak ${LANGUAGES[wanted]}`, error);
  }
}

/** Reads the words of all pages that are not there yet. Throws where Farad is out of reach. */
export async function readAllWords(): Promise<void> {
  if (!isComplete.value) await read(language.value);
}

/** Speaks another language from now on, and on the next visit. Throws where its words cannot be read. */
export async function speak(next: Language): Promise<void> {
  await read(next);
  localStorage.setItem(KEPT, next);
}

/** Counts what was wanted, so that what comes late does not undo a later choice. */
let wishes = 0;

async function read(next: Language): Promise<void> {
  const wish = ++wishes;
  const catalogue = (await CATALOGUES[next]?.ofAll()) ?? {};
  if (wish !== wishes) return;
  begin(next, catalogue);
  isComplete.value = true;
}

function begin(next: Language, catalogue: Catalogue): void {
  become(next, navigator.languages, catalogue);
  document.documentElement.lang = next;
  language.value = next;
}
