import { now } from '../clock.ts';
import { ago, stamp, zone } from '../format.ts';

/** A time as how long ago, with the time itself beside it or behind it. */
export function When({
  at,
  both = false,
}: {
  readonly at: string | null | undefined;
  readonly both?: boolean;
}) {
  if (!at) return <span class="soft">never</span>;
  const text = stamp(at);
  const relative = ago(Date.parse(at), now.value);
  return (
    <time dateTime={at} title={`${text} ${zone}`}>
      {both ? (
        <>
          {text} <span class="soft small">{relative}</span>
        </>
      ) : (
        relative
      )}
    </time>
  );
}
