import { duration } from './format.ts';
import type { Happening } from './happening.ts';
import type { ConnectionEvent } from './model.ts';
import { t } from './words/words.ts';

/** Close codes of a charge point or a Farad that meant it (RFC 6455 §7.4.1). */
const ORDERLY = new Set([1000, 1001]);

/** Lines of a charge point's story for what its connection went through. */
export function connectionStory(events: readonly ConnectionEvent[]): Happening[] {
  return events.map((event) => {
    const { event: what, epoch, receivedAt, remoteAddress, code, reason, durationMs } = event;
    const lost = what === 'refused' || (what === 'closed' && !ORDERLY.has(code ?? 0));
    return {
      key: `connection ${receivedAt} ${what} ${epoch}`,
      at: receivedAt,
      arrow: what === 'opened' ? '●' : '○',
      action: t(WORDS[what]),
      kinds: ['Connections', ...(lost ? (['Errors'] as const) : [])],
      summary: [
        what === 'opened' ? t('from {remoteAddress}', { remoteAddress }) : reason || t('no reason given'),
        durationMs === null ? '' : t('after {durationMs}', { durationMs: duration(durationMs) }),
        what === 'refused' ? t('from {remoteAddress}', { remoteAddress }) : '',
      ]
        .filter(Boolean)
        .join(' · '),
      answer: what === 'opened' || code === null ? '' : String(code),
      tone: what === 'opened' ? 'available' : what === 'refused' ? 'fault' : lost ? 'attention' : 'none',
      frames: [],
      facts: factsOf(event),
    };
  });
}

const WORDS = { opened: 'Connected', closed: 'Disconnected', refused: 'Connection refused' } as const;

function factsOf({ event, epoch, remoteAddress, code, reason, durationMs }: ConnectionEvent) {
  return [
    [t('Address'), remoteAddress],
    ...(event === 'refused' ? [] : [[t('Number of the connection'), String(epoch)] as const]),
    ...(code === null
      ? []
      : [[event === 'refused' ? t('HTTP status') : t('Close code'), String(code)] as const]),
    ...(event === 'opened' ? [] : [[t('Reason'), reason || t('none given')] as const]),
    ...(durationMs === null ? [] : [[t('Lasted'), duration(durationMs)] as const]),
  ] as const satisfies Happening['facts'];
}
