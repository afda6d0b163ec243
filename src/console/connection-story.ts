import { duration } from './format.ts';
import type { Happening } from './happening.ts';
import type { ConnectionEvent } from './model.ts';

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
      action: WORDS[what],
      kinds: ['Connections', ...(lost ? (['Errors'] as const) : [])],
      summary: [
        what === 'opened' ? `from ${remoteAddress}` : reason || 'no reason given',
        durationMs === null ? '' : `after ${duration(durationMs)}`,
        what === 'refused' ? `from ${remoteAddress}` : '',
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
    ['Address', remoteAddress],
    ...(event === 'refused' ? [] : [['Number of the connection', String(epoch)] as const]),
    ...(code === null ? [] : [[event === 'refused' ? 'HTTP status' : 'Close code', String(code)] as const]),
    ...(event === 'opened' ? [] : [['Reason', reason || 'none given'] as const]),
    ...(durationMs === null ? [] : [['Lasted', duration(durationMs)] as const]),
  ] as const satisfies Happening['facts'];
}
