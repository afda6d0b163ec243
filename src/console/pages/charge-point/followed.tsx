import { Failure } from '../../failure.ts';
import { clock } from '../../format.ts';
import { useResource } from '../../resource.ts';
import { t } from '../../words/words.ts';

interface Command {
  readonly followUp: 'none' | 'awaited' | 'followed' | 'complete' | 'missing';
  readonly consequences: readonly {
    readonly action: string;
    readonly messageId: string;
    readonly connectorId: number | null;
    readonly transactionId: number | null;
    readonly status: string | null;
    readonly at: string;
  }[];
}

const EVERY_MS = 1000;

/** What came after a command that was answered: the messages that it was to bring about. */
export function Followed({ id, messageId }: { readonly id: string; readonly messageId: string }) {
  const command = useResource<Command>(
    `/charge-points/${encodeURIComponent(id)}/commands/${encodeURIComponent(messageId)}`,
    {
      everyMs: EVERY_MS,
    },
  );
  const { data, failure } = command;
  // Most commands bring nothing about: there is no record of those.
  if (!data || (failure instanceof Failure && failure.status === 404) || data.followUp === 'none')
    return null;
  return (
    <ul class="followed">
      {data.consequences.map(({ action, messageId: name, connectorId, transactionId, status, at }) => (
        <li key={name}>
          <b>{action}</b>{' '}
          {[
            connectorId !== null && t('connector {connectorId}', { connectorId }),
            transactionId !== null && t('transaction {transactionId}', { transactionId }),
            status,
          ]
            .filter(Boolean)
            .join(' · ')}{' '}
          <span class="soft small">{clock(new Date(at))}</span>
        </li>
      ))}
      {data.followUp === 'awaited' && <li class="soft">{t('waiting for what follows…')}</li>}
      {data.followUp === 'missing' && <li class="tone-attention">{t('Nothing followed.')}</li>}
    </ul>
  );
}
