import type { CallAnswer } from '../../call-answer.ts';
import { now } from '../../clock.ts';
import { nextOf } from '../../commands.ts';
import { type Failure, isOutcomeUnknown } from '../../failure.ts';
import { duration, responseTime } from '../../format.ts';
import { t } from '../../words/words.ts';
import { Followed } from './followed.tsx';

export type Sent =
  | { readonly state: 'unsent'; readonly at: number }
  | { readonly state: 'waiting'; readonly at: number }
  | { readonly state: 'answered'; readonly at: number; readonly answer: CallAnswer }
  | { readonly state: 'refused'; readonly at: number; readonly failure: Failure };

/** What came of a command: the charge point's own words, or why there are none. */
export function Answer({
  id,
  action,
  sent,
}: {
  readonly id: string;
  readonly action: string;
  readonly sent: Sent;
}) {
  if (sent.state === 'unsent') {
    return (
      <div class="note" role="status">
        {t('Not sent yet: waiting for a connection to Farad, {time} so far.', {
          time: duration(Math.max(0, now.value - sent.at)),
        })}
      </div>
    );
  }
  if (sent.state === 'waiting') {
    return (
      <div class="note" role="status">
        {t('Waiting for the charge point, {time} so far.', {
          time: duration(Math.max(0, now.value - sent.at)),
        })}
      </div>
    );
  }
  if (sent.state === 'refused') return <Unanswered failure={sent.failure} />;
  const { answer } = sent;
  if (answer.outcome === 'error') {
    return (
      <div class="note failure answer" role="status">
        <b>{answer.code}</b> <span>{answer.description}</span>
        <span class="soft">
          {t('CALLERROR after {durationMs}', { durationMs: responseTime(answer.durationMs) })}
        </span>
        <pre>{JSON.stringify(answer.details, null, 2)}</pre>
      </div>
    );
  }
  const status = String((answer.payload as { status?: unknown } | null)?.status ?? '');
  const good = /^(|Accepted|Unlocked|RebootRequired|Scheduled)$/.test(status);
  const next = nextOf(action, status);
  return (
    <div class={`note answer ${good ? 'good' : ''}`} role="status">
      <b>{status || t('Answered')}</b>
      <span class="soft">{t('after {durationMs}', { durationMs: responseTime(answer.durationMs) })}</span>
      {next && <p>{next}</p>}
      <Followed id={id} messageId={answer.messageId} />
      <pre>{JSON.stringify(answer.payload, null, 2)}</pre>
    </div>
  );
}

function Unanswered({ failure }: { readonly failure: Failure }) {
  const unknown = isOutcomeUnknown(failure);
  return (
    <div class="note failure answer" role="alert">
      <b>{unknown ? t('Outcome unknown') : t('Not sent')}</b>
      <span>{failure.message}</span>
      {unknown && <p>{t('It may have been sent, and nobody knows what the charge point did with it.')}</p>}
      <code>{failure.code}</code>
    </div>
  );
}
