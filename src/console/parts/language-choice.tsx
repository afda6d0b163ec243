import { useState } from 'preact/hooks';
import { language, speak } from '../words/choice.ts';
import { LANGUAGES, type Language } from '../words/language.ts';
import { t } from '../words/words.ts';

/** Leads to the other languages of the console, each by its own name. */
export function LanguageChoice() {
  const [missing, setMissing] = useState<Language | undefined>();
  const others = (Object.keys(LANGUAGES) as Language[]).filter((name) => name !== language.value);
  const choose = (name: Language) => speak(name).catch(() => setMissing(name));
  return (
    <>
      {others.map((name) => (
        <button
          key={name}
          type="button"
          class="plain"
          lang={name}
          title={LANGUAGES[name]}
          onClick={() => void choose(name)}
        >
          {name.toUpperCase()} <span class="visually-hidden">{LANGUAGES[name]}</span>
        </button>
      ))}
      {missing !== undefined && (
        <span role="alert" class="small tone-attention">
          {t('{language} could not be read', { language: LANGUAGES[missing] })}
        </span>
      )}
    </>
  );
}
