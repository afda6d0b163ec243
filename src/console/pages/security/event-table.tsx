import { stamp } from '../../format.ts';
import type { SecurityEvent } from '../../model.ts';
import { Status } from '../../parts/status.tsx';
import { urlOf } from '../../router.ts';
import { t } from '../../words/words.ts';

interface EventTableProps {
  readonly events: readonly SecurityEvent[];
  /** All of one charge point, which need not be named then. */
  readonly ofOne: boolean;
}

export function EventTable({ events, ofOne }: EventTableProps) {
  return (
    <div class="scroll">
      <table class="table cards">
        <thead>
          <tr>
            <th scope="col">{t('Received')}</th>
            {!ofOne && <th scope="col">{t('Charge point')}</th>}
            <th scope="col">{t('Event')}</th>
            <th scope="col">{t('Told by')}</th>
            <th scope="col">{t('More')}</th>
          </tr>
        </thead>
        <tbody>
          {events.map((event, index) => (
            <Row key={`${event.receivedAt} ${index}`} event={event} ofOne={ofOne} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ event, ofOne }: { readonly event: SecurityEvent; readonly ofOne: boolean }) {
  const { chargePointId, source, type, critical, techInfo, remoteAddress, receivedAt } = event;
  return (
    <tr>
      <td class="id">
        <time class="nowrap" dateTime={receivedAt}>
          {stamp(receivedAt)}
        </time>
      </td>
      {!ofOne && (
        <td data-label={t('Charge point')}>
          <a href={`${urlOf.chargePoint(chargePointId)}?tab=security`}>{chargePointId}</a>
        </td>
      )}
      <td data-label={t('Event')}>
        {type} {critical === true && <Status status="Faulted" word={t('critical')} />}
      </td>
      <td data-label={t('Told by')}>
        {source === 'farad' ? <Status status="Rejected" word={t('refused by Farad')} /> : t('charge point')}
      </td>
      <td data-label={t('More')}>
        {techInfo || <span class="soft">–</span>}
        {remoteAddress !== '' && <span class="soft"> {t('from {remoteAddress}', { remoteAddress })}</span>}
      </td>
    </tr>
  );
}
