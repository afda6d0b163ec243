import { useEffect, useRef, useState } from 'preact/hooks';
import { go } from '../router.ts';
import { type Found, searchEverything, searchLastUses, withoutRepeats } from '../search.ts';

/** How long typing may pause before it is searched for, ms. */
const PAUSE_MS = 120;

/** One box for everything that has a page: `/` leads here, arrows choose, Enter goes there. */
export function SearchBox() {
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  const [found, setFound] = useState<{ readonly of: string; readonly items: readonly Found[] } | undefined>();
  const [chosen, setChosen] = useState(0);
  const [open, setOpen] = useState(false);

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
  }, []);

  useEffect(() => {
    const wanted = text.trim();
    setChosen(0);
    if (wanted === '') {
      setFound(undefined);
      return;
    }
    const abort = new AbortController();
    const timer = setTimeout(async () => {
      const items = await searchEverything(wanted, abort.signal);
      if (abort.signal.aborted) return;
      setFound({ of: wanted, items });
      // This asks the history, and nobody waits for it who finds what he looks for before.
      const uses = await searchLastUses(wanted, abort.signal).catch(() => []);
      if (!abort.signal.aborted && uses.length > 0)
        setFound({ of: wanted, items: withoutRepeats([...items, ...uses]) });
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [text]);

  const items = found?.items ?? [];
  const visit = (item: Found | undefined) => {
    if (!item) return;
    go(item.url);
    setOpen(false);
    setText('');
    input.current?.blur();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setChosen((at) => Math.min(at + 1, items.length - 1));
    else if (event.key === 'ArrowUp') setChosen((at) => Math.max(at - 1, 0));
    else if (event.key === 'Enter' && found?.of === text.trim()) visit(items[chosen]);
    else if (event.key === 'Escape') {
      setOpen(false);
      input.current?.blur();
    } else return;
    event.preventDefault();
  };
  const shown = open && text.trim() !== '';

  return (
    <search class="search">
      <label class="visually-hidden" for="search">
        Find a charge point, transaction or token
      </label>
      <input
        id="search"
        ref={input}
        type="text"
        role="combobox"
        autocomplete="off"
        spellcheck={false}
        placeholder="Find a charge point, transaction, token"
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
      {shown && (
        <div class="search-results">
          <div id="search-results" role="listbox" aria-label="Found">
            {items.map((item, index) => (
              <div
                key={item.url}
                id={`found-${index}`}
                role="option"
                tabIndex={-1}
                aria-selected={index === chosen}
                onPointerDown={(event) => {
                  event.preventDefault();
                  visit(item);
                }}
                onPointerEnter={() => setChosen(index)}
              >
                <span class="kind small">{item.kind}</span>
                <span>{item.name}</span>
                <span class="more small">{item.more}</span>
              </div>
            ))}
          </div>
          {items.length === 0 && (
            <p role="status">{found ? `Nothing is called “${found.of}”.` : 'Looking…'}</p>
          )}
        </div>
      )}
    </search>
  );
}
