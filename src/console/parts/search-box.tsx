import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { type Found, withoutRepeats } from '../found.ts';
import { go } from '../router.ts';
import { searchEverything, searchLastUses } from '../search.ts';
import { t } from '../words/words.ts';

/** How long typing may pause before it is searched for, ms. */
const PAUSE_MS = 120;

/** One box for everything that has a page: `/` leads here, arrows choose, Enter goes there. */
export function SearchBox() {
  const input = useRef<HTMLInputElement>(null);
  useFocusOnSlash(input);
  const [text, setText] = useState('');
  const [open, setOpen] = useState(false);
  const { found, chosen, choose } = useFound(text.trim());
  const items = found?.items ?? [];
  const shown = open && text.trim() !== '';
  const leave = () => {
    setOpen(false);
    input.current?.blur();
  };
  const visit = (item: Found | undefined) => {
    if (!item) return;
    go(item.url);
    setText('');
    leave();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') choose((at) => Math.min(at + 1, items.length - 1));
    else if (event.key === 'ArrowUp') choose((at) => Math.max(at - 1, 0));
    else if (event.key === 'Enter' && found?.of === text.trim()) visit(items[chosen]);
    else if (event.key === 'Escape') leave();
    else return;
    event.preventDefault();
  };

  return (
    <search class="search">
      <label class="visually-hidden" for="search">
        {t('Find a charge point, transaction or token')}
      </label>
      <input
        id="search"
        ref={input}
        type="text"
        role="combobox"
        autocomplete="off"
        spellcheck={false}
        placeholder={t('Find a charge point, transaction, token')}
        aria-expanded={shown && items.length > 0}
        aria-controls="search-results"
        aria-activedescendant={shown && items.length > 0 ? `found-${chosen}` : undefined}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setOpen(true);
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
      />
      <span class="hint-key" aria-hidden="true">
        /
      </span>
      {shown && <Results found={found} chosen={chosen} onChoose={choose} onVisit={visit} />}
    </search>
  );
}

/** Moves the focus to `input` when `/` is pressed outside of every field. */
function useFocusOnSlash(input: RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      const { key, ctrlKey, metaKey, altKey, target } = event;
      if (key !== '/' || ctrlKey || metaKey || altKey) return;
      if (
        target instanceof HTMLElement &&
        target.closest('input, textarea, select, [contenteditable], dialog')
      )
        return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    addEventListener('keydown', focus);
    return () => removeEventListener('keydown', focus);
  }, [input]);
}

interface FoundText {
  readonly of: string;
  readonly items: readonly Found[];
}

/** Searches for `wanted` once typing pauses; `found` is of an earlier text meanwhile. */
function useFound(wanted: string) {
  const [found, setFound] = useState<FoundText | undefined>();
  const [chosen, choose] = useState(0);
  useEffect(() => {
    choose(0);
    if (wanted === '') {
      setFound(undefined);
      return;
    }
    const abort = new AbortController();
    const timer = setTimeout(async () => {
      const items = await searchEverything(wanted, abort.signal);
      if (abort.signal.aborted) return;
      setFound({ of: wanted, items });
      // This asks the history: nobody who has found the page already needs to wait for it.
      const uses = await searchLastUses(wanted, abort.signal).catch(() => []);
      if (!abort.signal.aborted && uses.length > 0)
        setFound({ of: wanted, items: withoutRepeats([...items, ...uses]) });
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [wanted]);
  return { found, chosen, choose };
}

interface ResultsProps {
  readonly found: FoundText | undefined;
  readonly chosen: number;
  readonly onChoose: (index: number) => void;
  readonly onVisit: (item: Found) => void;
}

function Results({ found, chosen, onChoose, onVisit }: ResultsProps) {
  const items = found?.items ?? [];
  return (
    <div class="search-results">
      <div id="search-results" role="listbox" aria-label={t('Found')}>
        {items.map((item, index) => (
          <div
            key={item.url}
            id={`found-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === chosen}
            onPointerDown={(event) => {
              event.preventDefault();
              onVisit(item);
            }}
            onPointerEnter={() => onChoose(index)}
          >
            <span class="kind small">{t(item.kind)}</span>
            <span>{item.name}</span>
            <span class="more small">{item.more}</span>
          </div>
        ))}
      </div>
      {items.length === 0 && (
        <p role="status">{found ? t('Nothing is called “{of}”.', { of: found.of }) : t('Looking…')}</p>
      )}
    </div>
  );
}
