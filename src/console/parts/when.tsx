import { now } from '../clock.ts';
import { ago, stamp, zone } from '../format.ts';
import { t } from '../words/words.ts';

/**
 * A time as how long ago, with the time itself beside it or behind it. In facts and tables it is as wide as
 * its longest words, so that nothing around it moves while time goes by.
 */
export function When({
  at,
  both = false,
}: {
  readonly at: string | null | undefined;
  readonly both?: boolean;
}) {
  if (!at) return <span class="soft">{t('never')}</span>;
  const text = stamp(at);
  const relative = <span class={both ? 'ago soft small' : 'ago'}>{ago(Date.parse(at), now.value)}</span>;
  return (
    <time dateTime={at} title={`${text} ${zone}`}>
      {both ? (
        <>
          {text} {relative}
        </>
      ) : (
        relative
      )}
    </time>
  );
}
