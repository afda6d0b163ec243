import { count, latency, type Quantity, rounded } from '../../format.ts';
import type { Overview } from '../../model.ts';
import { Big, type PartProps } from './big.tsx';
import { Limit } from './limit.tsx';

/** Whether Farad itself is. */
export function Farad({ now, history }: PartProps) {
  return (
    <>
      {now.away.length > 0 && (
        <p class="note failure" role="alert">
          <b>Not answering:</b> {now.away.join(', ')}. Farad starts it again by itself.{' '}
          <a href="/system">System</a>
        </p>
      )}
      <div class="numbers">
        <Big
          href="/system"
          name="Frames"
          value={perSecond(now.framesPerSecond)}
          line="framesPerSecond"
          history={history}
        />
        <Big
          href="/analytics"
          name="Meter samples"
          value={perSecond(now.samplesPerSecond)}
          line="samplesPerSecond"
          history={history}
        />
        <Big
          href="/system"
          name="Authorize, 99 % within"
          value={
            now.authorizeP99Seconds === null
              ? { number: '–', unit: 'nobody asked' }
              : latency(now.authorizeP99Seconds)
          }
          line="authorizeP99Seconds"
          history={history}
          note="of the last minute"
        >
          <Limit seconds={now.authorizeP99Seconds} />
        </Big>
        <Big
          href="/system"
          name="Journal age"
          value={journalAge(now)}
          tone={now.journalAgeSeconds > 60 ? 'attention' : 'none'}
          line="journalAgeSeconds"
          history={history}
          note={now.journalEntries === 0 ? 'all in ClickHouse' : `${count(now.journalEntries)} chunks wait`}
        />
      </div>
    </>
  );
}

function perSecond(rate: number | null): Quantity {
  return rate === null ? { number: '–', unit: 'per second' } : { number: rounded(rate), unit: 'per second' };
}

function journalAge({ journalAgeSeconds }: Overview): Quantity {
  return journalAgeSeconds < 0.001
    ? { number: '0', unit: 's' }
    : { number: rounded(journalAgeSeconds), unit: 's' };
}
