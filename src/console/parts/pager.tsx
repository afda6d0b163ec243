import { place, setQuery } from '../router.ts';
import { t } from '../words/words.ts';

interface PagerProps {
  readonly next: string | null;
  /** In words: what this page shows of how many. */
  readonly sum: string;
}

/** Forth by cursor and back to the first page; the browser's own way back works too. */
export function Pager({ next, sum }: PagerProps) {
  const cursor = place.value.query.get('cursor');
  return (
    <nav class="pager" aria-label={t('Pages')}>
      <span class="sum" role="status">
        {sum}
      </span>
      {cursor !== null && (
        <button type="button" onClick={() => setQuery({ cursor: undefined }, 'push')}>
          {t('First page')}
        </button>
      )}
      {next !== null && (
        <button type="button" onClick={() => setQuery({ cursor: next }, 'push')}>
          {t('Next page')}
        </button>
      )}
    </nav>
  );
}
