import { latency, type Quantity, rounded } from '../../format.ts';
import type { Overview } from '../../model.ts';
import { plural, rich, t } from '../../words/words.ts';
import { Big, type PartProps } from './big.tsx';
import { Limit } from './limit.tsx';

/** Whether Farad itself is. */
export function Farad({ now, history }: PartProps) {
  return (
    <>
      {now.away.length > 0 && (
        <p class="note failure" role="alert">
          {rich('{label} {processes}. Farad starts it again by itself. {link}', {
            label: <b>{t('Not answering:')}</b>,
            processes: now.away.join(', '),
            link: <a href="/system">{t('System')}</a>,
          })}
        </p>
      )}
      <div class="numbers">
        <Big
          href="/system"
          name={t('Frames')}
          value={perSecond(now.framesPerSecond)}
          line="framesPerSecond"
          history={history}
        />
        <Big
          href="/analytics"
          name={t('Meter samples')}
          value={perSecond(now.samplesPerSecond)}
          line="samplesPerSecond"
          history={history}
        />
        <Big
          href="/system"
          name={t('Authorize, 99 % within')}
          value={
            now.authorizeP99Seconds === null
              ? { number: '–', unit: t('nobody asked') }
              : latency(now.authorizeP99Seconds)
          }
          line="authorizeP99Seconds"
          history={history}
          note={t('of the last minute')}
        >
          <Limit seconds={now.authorizeP99Seconds} />
        </Big>
        <Big
          href="/system"
          name={t('Journal age')}
          value={journalAge(now)}
          tone={now.journalAgeSeconds > 60 ? 'attention' : 'none'}
          line="journalAgeSeconds"
          history={history}
          note={
            now.journalEntries === 0
              ? t('all in ClickHouse')
              : plural(now.journalEntries, '{n} chunk waits', '{n} chunks wait')
          }
        />
      </div>
    </>
  );
}

function perSecond(rate: number | null): Quantity {
  return rate === null
    ? { number: '–', unit: t('per second') }
    : { number: rounded(rate), unit: t('per second') };
}

function journalAge({ journalAgeSeconds }: Overview): Quantity {
  return journalAgeSeconds < 0.001
    ? { number: '0', unit: 's' }
    : { number: rounded(journalAgeSeconds), unit: 's' };
}
