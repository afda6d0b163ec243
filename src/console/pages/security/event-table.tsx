import { stamp } from '../../format.ts';
import type { SecurityEvent } from '../../model.ts';
import { Status } from '../../parts/status.tsx';
import { urlOf } from '../../router.ts';

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
            <th scope="col">Received</th>
            {!ofOne && <th scope="col">Charge point</th>}
            <th scope="col">Event</th>
            <th scope="col">Told by</th>
            <th scope="col">More</th>
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
        <td data-label="Charge point">
          <a href={`${urlOf.chargePoint(chargePointId)}?tab=security`}>{chargePointId}</a>
        </td>
      )}
      <td data-label="Event">
        {type} {critical === true && <Status status="Faulted" word="critical" />}
      </td>
      <td data-label="Told by">
        {source === 'farad' ? <Status status="Rejected" word="refused by Farad" /> : 'charge point'}
      </td>
      <td data-label="More">
        {techInfo || <span class="soft">–</span>}
        {remoteAddress !== '' && <span class="soft"> from {remoteAddress}</span>}
      </td>
    </tr>
  );
}
