import { useRef } from 'preact/hooks';
import { count } from '../format.ts';
import { t } from '../words/words.ts';

interface WaitingRowsProps {
  readonly waiting: number;
  /** What waits, in words, for those who do not see where it stands. */
  readonly what: string;
  /** How the list is ordered, in words. */
  readonly order?: string;
  readonly show: () => void;
}

/**
 * Above a list: how it is ordered, how many new rows wait, and a button that shows them. As high without it,
 * so that the list stays.
 */
export function WaitingRows({ waiting, what, order = t('Newest first'), show }: WaitingRowsProps) {
  const line = useRef<HTMLDivElement>(null);
  return (
    <div class="waiting-rows" ref={line} tabIndex={-1}>
      <span class="soft">{order}</span>
      <span role="status">
        {waiting > 0 && (
          <button
            type="button"
            onClick={() => {
              // The button goes; whoever pressed it with the keyboard goes on from here.
              line.current?.focus();
              show();
            }}
          >
            {t('{count} new', { count: count(waiting) })}
            <b class="visually-hidden"> {t('{what}: show', { what })}</b>
          </button>
        )}
      </span>
    </div>
  );
}
