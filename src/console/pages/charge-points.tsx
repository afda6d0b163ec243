import { queryOf } from '../api.ts';
import { count } from '../format.ts';
import type { ChargePoint, Page } from '../model.ts';
import { ConnectUrl } from '../parts/connect-url.tsx';
import { ChoiceFilter, TextFilter } from '../parts/filter-fields.tsx';
import { Pager } from '../parts/pager.tsx';
import { SortHeader } from '../parts/sort-header.tsx';
import { Empty, Shown } from '../parts/states.tsx';
import { Status } from '../parts/status.tsx';
import { When } from '../parts/when.tsx';
import { Whereabouts } from '../parts/whereabouts.tsx';
import { useResource } from '../resource.ts';
import { place, setQuery, urlOf } from '../router.ts';
import { PROFILE_CHOICES } from '../security.ts';

const PER_PAGE = 50;
const EVERY_MS = 4000;

const STATUSES = [
  'Available',
  'Preparing',
  'Charging',
  'SuspendedEV',
  'SuspendedEVSE',
  'Finishing',
  'Reserved',
  'Unavailable',
  'Faulted',
];

/** Charge points, a page at a time: the server filters and sorts, however many there are. */
export function ChargePointsPage() {
  const { query } = place.value;
  const value = (name: string) => query.get(name) ?? undefined;
  const filters = {
    text: value('text'),
    tag: value('tag'),
    status: value('status'),
    connected: value('connected'),
    registration: value('registration'),
    securityProfile: value('securityProfile'),
    profilePending: value('profilePending'),
  };
  const sort = value('sort') ?? 'id';
  const list = useResource<Page<ChargePoint>>(
    `/charge-points${queryOf({ ...filters, sort, cursor: value('cursor'), limit: PER_PAGE })}`,
    { everyMs: EVERY_MS, keep: true },
  );
  const filtered = Object.values(filters).some((filter) => filter !== undefined);

  return (
    <>
      <div class="row">
        <h1>Charge points</h1>
        <a class="end" href="/security">
          Security of the fleet
        </a>
      </div>
      <form class="filters" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
        <TextFilter name="text" label="Text" placeholder="id, name, bay, serial, vendor" />
        <TextFilter name="tag" label="Tag" placeholder="whole tag" />
        <ChoiceFilter
          name="connected"
          label="Connection"
          options={[
            ['', 'Any'],
            ['true', 'Connected'],
            ['false', 'Offline'],
          ]}
        />
        <ChoiceFilter
          name="status"
          label="Connector status"
          options={[['', 'Any'], ...STATUSES.map((status) => [status, status] as const)]}
        />
        <ChoiceFilter
          name="registration"
          label="Registration"
          options={[
            ['', 'Any'],
            ...['Accepted', 'Pending', 'Rejected', 'Unknown'].map((state) => [state, state] as const),
          ]}
        />
        <ChoiceFilter
          name="securityProfile"
          label="Security profile"
          options={[['', 'Any'], ...PROFILE_CHOICES]}
        />
        {filtered && (
          <button
            type="button"
            onClick={() =>
              setQuery({
                text: '',
                tag: '',
                status: '',
                connected: '',
                registration: '',
                securityProfile: '',
                profilePending: '',
                cursor: '',
              })
            }
          >
            Clear filters
          </button>
        )}
      </form>
      <div class="panel">
        <Shown of={list} what="charge points" lines={10}>
          {({ items, next, total = items.length }) =>
            items.length === 0 ? (
              <NothingHere filtered={filtered} />
            ) : (
              <>
                <div class="scroll">
                  <table class="table cards">
                    <thead>
                      <tr>
                        <SortHeader name="id" label="Charge point" sort={sort} />
                        <th scope="col">Connectors</th>
                        <SortHeader name="vendor" label="Vendor and model" sort={sort} />
                        <SortHeader name="firmware" label="Firmware" sort={sort} />
                        <SortHeader name="group" label="Group" sort={sort} />
                        <SortHeader name="lastSeenAt" label="Last seen" sort={sort} latestFirst />
                        <SortHeader name="lastAnsweredAt" label="Last answered" sort={sort} latestFirst />
                      </tr>
                    </thead>
                    <tbody>
                      {items.map((item) => (
                        <Line key={item.id} chargePoint={item} />
                      ))}
                    </tbody>
                  </table>
                </div>
                <Pager next={next} sum={`${count(items.length)} of ${count(total)}`} />
              </>
            )
          }
        </Shown>
      </div>
    </>
  );
}

function Line({ chargePoint }: { readonly chargePoint: ChargePoint }) {
  const { id, connected, connectors, boot, settings, lastSeenAt, lastAnsweredAt, registration } = chargePoint;
  const plugs = connectors.filter(({ connectorId }) => connectorId > 0);
  return (
    <tr>
      <td class="id">
        <a href={urlOf.chargePoint(id)}>{id}</a>
        <Whereabouts settings={settings} />
      </td>
      <td data-label="Connectors">
        <span class="row tight">
          {!connected && <Status status="offline" />}
          {connected && registration !== 'Accepted' && <Status status={registration ?? 'not booted'} />}
          {connected && plugs.map(({ connectorId, status }) => <Status key={connectorId} status={status} />)}
          {connected && plugs.length === 0 && <span class="soft">none told</span>}
        </span>
      </td>
      <td data-label="Vendor and model">
        {boot ? `${boot.vendor} ${boot.model}` : <span class="soft">–</span>}
      </td>
      <td data-label="Firmware">{boot?.firmwareVersion ?? <span class="soft">–</span>}</td>
      <td data-label="Group">{settings?.group ?? <span class="soft">–</span>}</td>
      <td data-label="Last seen">
        <When at={lastSeenAt} />
      </td>
      <td data-label="Last answered">
        <When at={lastAnsweredAt} />
      </td>
    </tr>
  );
}

function NothingHere({ filtered }: { readonly filtered: boolean }) {
  if (filtered) {
    return (
      <Empty title="No charge point matches">
        <p>
          Counts and filters are some seconds behind; one that has just connected is found by its id in the
          search.
        </p>
      </Empty>
    );
  }
  return (
    <Empty title="No charge point has come yet">
      <p>Point one at this address, with its identity at the end:</p>
      <ConnectUrl />
    </Empty>
  );
}
