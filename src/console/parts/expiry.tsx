import { now } from '../clock.ts';
import { day, stamp, zone } from '../format.ts';
import { expiryOf } from '../security.ts';

/** Until when a certificate is valid, and how long that is; coloured in its last 30 days. */
export function ExpiryOf({ notAfter }: { readonly notAfter: string }) {
  const { tone, words } = expiryOf(notAfter, now.value);
  return (
    <time dateTime={notAfter} title={`${stamp(notAfter)} ${zone}`} class={tone}>
      {day(new Date(notAfter))}, {words}
    </time>
  );
}
