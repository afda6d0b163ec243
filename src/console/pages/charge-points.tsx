import { useState } from 'preact/hooks';
import { queryOf } from '../api.ts';
import { now } from '../clock.ts';
import { count } from '../format.ts';
import { isJustThere } from '../last-seen.ts';
import type { ChargePoint } from '../model.ts';
import { ConnectUrl } from '../parts/connect-url.tsx';
import { ChoiceFilter, Filters, TextFilter } from '../parts/filter-fields.tsx';
import { Later } from '../parts/later.tsx';
import { type Column, ListPage, useList } from '../parts/list-page.tsx';
import { SortHeader } from '../parts/sort-header.tsx';
import { Empty } from '../parts/states.tsx';
import { Status } from '../parts/status.tsx';
import { When } from '../parts/when.tsx';
import { Whereabouts } from '../parts/whereabouts.tsx';
import { queried, setQuery, urlOf } from '../router.ts';
import { profileChoices } from '../security.ts';
import { may } from '../session.ts';
import { type Plain, t } from '../words/words.ts';
import { AddChargePoint } from './add-charge-point/add-charge-point.tsx';
import { PickedBar } from './picked-bar.tsx';
import { SavedFilters } from './saved-filters.tsx';

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

const REGISTRATIONS = ['Accepted', 'Pending', 'Rejected', 'Unknown'];

const FILTERS = [
  'text',
  'tag',
  'bay',
  'status',
  'connected',
  'registration',
  'securityProfile',
  'profilePending',
  'certificateExpiresWithin',
  'drift',
] as const;

/** Charge points as a list or on a map: the server filters and sorts, however many there are. */
export function ChargePointsPage() {
  const filters = queriedOf(FILTERS);
  const [adding, setAdding] = useState(false);
  const [added, setAdded] = useState(0);
  const filtered = Object.values(filters).some((filter) => filter !== undefined);
  const isMap = queried('view') === 'map';
  return (
    <>
      <div class="row">
        <h1>{t('Charge points')}</h1>
        <span class="end row">
          <a href="/configuration">{t('Configuration templates')}</a>
          <a href="/security">{t('Security of the fleet')}</a>
          {may('operator') && (
            <button type="button" class="primary" onClick={() => setAdding(true)}>
              {t('Add charge point')}
            </button>
          )}
        </span>
      </div>
      <nav class="tabs" aria-label={t('How they are shown')}>
        <a href={`/charge-points${queryOf(filters)}`} aria-current={isMap ? undefined : 'page'}>
          {t('List')}
        </a>
        <a
          href={`/charge-points${queryOf({ ...filters, view: 'map' })}`}
          aria-current={isMap ? 'page' : undefined}
        >
          {t('Map')}
        </a>
      </nav>
      <ChargePointFilters filtered={filtered} />
      {isMap ? (
        <LaterMap filters={filters} />
      ) : (
        <ChargePointList key={added} filters={filters} filtered={filtered} />
      )}
      {adding && (
        <AddChargePoint
          onClose={() => {
            setAdding(false);
            setAdded(added + 1);
          }}
        />
      )}
    </>
  );
}

const loadMap = () => import('./map/fleet-map.tsx');

function LaterMap({ filters }: Pick<ChargePointListProps, 'filters'>) {
  return (
    <Later load={loadMap} what={t('the map')} lines={12}>
      {({ FleetMap }) => <FleetMap filters={filters} />}
    </Later>
  );
}

interface ChargePointListProps {
  readonly filters: Readonly<Record<string, string | undefined>>;
  readonly filtered: boolean;
}

/** A page at a time, with boxes to pick some of them. */
function ChargePointList({ filters, filtered }: ChargePointListProps) {
  const sort = queried('sort') ?? 'id';
  const list = useList<ChargePoint>('/charge-points', { ...filters, sort }, EVERY_MS);
  const [picked, setPicked] = useState<Picked>(new Set());
  return (
    <>
      {picked.size > 0 && (
        <PickedBar
          picked={picked}
          onPicked={setPicked}
          total={list.data?.total ?? 0}
          pathOf={(page) => `/charge-points${queryOf({ ...filters, sort, ...page })}`}
        />
      )}
      <ListPage
        of={list}
        what={t('charge points')}
        lines={10}
        columns={[
          ...(may('operator') ? [pickable(list.data?.items ?? [], picked, setPicked)] : []),
          ...columnsBy(sort),
        ]}
        keyOf={({ id }) => id}
        empty={<NothingHere filtered={filtered} />}
        sum={(shown, total) => t('{shown} of {total}', { shown: count(shown), total: count(total) })}
      />
    </>
  );
}

/** What the address says of these. */
function queriedOf(names: readonly string[]): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(names.map((name) => [name, queried(name)]));
}

function ChargePointFilters({ filtered }: { readonly filtered: boolean }) {
  return (
    <Filters>
      <SavedFilters query={queriedOf([...FILTERS, 'sort'])} />
      <TextFilter name="text" label={t('Text')} placeholder={t('id, name, bay, serial, vendor')} />
      <TextFilter name="tag" label={t('Tag')} placeholder={t('whole tag')} />
      <ChoiceFilter
        name="connected"
        label={t('Connection')}
        options={[
          ['', t('Any')],
          ['true', t('Connected')],
          ['false', t('Offline')],
        ]}
      />
      <ChoiceFilter
        name="status"
        label={t('Connector status')}
        options={[['', t('Any')], ...STATUSES.map((status) => [status, status] as const)]}
      />
      <ChoiceFilter
        name="registration"
        label={t('Registration')}
        options={[['', t('Any')], ...REGISTRATIONS.map((state) => [state, state] as const)]}
      />
      <ChoiceFilter
        name="securityProfile"
        label={t('Security profile')}
        options={[['', t('Any')], ...profileChoices()]}
      />
      <ChoiceFilter
        name="drift"
        label={t('Configuration')}
        options={[
          ['', t('Any')],
          ['true', t('Drifts')],
          ['false', t('Does not drift')],
        ]}
      />
      {filtered && (
        <button
          type="button"
          onClick={() => setQuery(Object.fromEntries([...FILTERS, 'cursor'].map((name) => [name, ''])))}
        >
          {t('Clear filters')}
        </button>
      )}
    </Filters>
  );
}

/** Identities of charge points that were picked by hand. */
type Picked = ReadonlySet<string>;

/** A column to pick rows with, or all of this page. */
function pickable(
  items: readonly ChargePoint[],
  picked: Picked,
  onPicked: (picked: Picked) => void,
): Column<ChargePoint> {
  const box = (label: string, ids: readonly string[]) => (
    <input
      type="checkbox"
      aria-label={label}
      checked={ids.every((id) => picked.has(id))}
      onChange={(event) => {
        const others = [...picked].filter((id) => !ids.includes(id));
        onPicked(new Set(event.currentTarget.checked ? [...others, ...ids] : others));
      }}
    />
  );
  const all = items.map(({ id }) => id);
  return {
    label: 'Choose',
    heading: (
      <th key="pick" scope="col" class="pick">
        {box(t('Choose all on this page'), all)}
      </th>
    ),
    cell: ({ id }) => box(t('Choose {id}', { id }), [id]),
  };
}

function columnsBy(sort: string): Column<ChargePoint>[] {
  const sortable = (name: string, label: Plain, latestFirst = false) => ({
    label,
    heading: <SortHeader key={name} name={name} label={label} sort={sort} latestFirst={latestFirst} />,
  });
  return [
    {
      ...sortable('id', 'Charge point'),
      kind: 'id',
      cell: ({ id, settings }) => (
        <>
          <a href={urlOf.chargePoint(id)}>{id}</a>
          <Whereabouts settings={settings} />
        </>
      ),
    },
    { label: 'Connectors', cell: (chargePoint) => <Connectors chargePoint={chargePoint} /> },
    {
      ...sortable('vendor', 'Vendor and model'),
      cell: ({ boot }) => (boot ? `${boot.vendor} ${boot.model}` : <span class="soft">–</span>),
    },
    {
      ...sortable('firmware', 'Firmware'),
      cell: ({ boot }) => boot?.firmwareVersion ?? <span class="soft">–</span>,
    },
    {
      ...sortable('group', 'Group'),
      cell: ({ settings }) => settings?.group ?? <span class="soft">–</span>,
    },
    {
      ...sortable('lastSeenAt', 'Last seen', true),
      cell: (chargePoint) =>
        isJustThere(chargePoint, now.value) ? t('connected') : <When at={chargePoint.lastSeenAt} />,
    },
    {
      ...sortable('lastAnsweredAt', 'Last answered', true),
      cell: ({ lastAnsweredAt }) => <When at={lastAnsweredAt} />,
    },
  ];
}

function Connectors({ chargePoint }: { readonly chargePoint: ChargePoint }) {
  const { connected, connectors, registration } = chargePoint;
  const plugs = connectors.filter(({ connectorId }) => connectorId > 0);
  return (
    <span class="row tight">
      {!connected && <Status status="offline" />}
      {connected && registration !== 'Accepted' && <Status status={registration ?? 'not booted'} />}
      {connected && plugs.map(({ connectorId, status }) => <Status key={connectorId} status={status} />)}
      {connected && plugs.length === 0 && <span class="soft">{t('none reported')}</span>}
    </span>
  );
}

function NothingHere({ filtered }: { readonly filtered: boolean }) {
  if (filtered) {
    return (
      <Empty title={t('No charge point matches')}>
        <p>
          {t(
            'Counts and filters are some seconds behind; one that has just connected is found by its id in the search.',
          )}
        </p>
      </Empty>
    );
  }
  return (
    <Empty title={t('No charge point has come yet')}>
      <p>{t('Point one at this address, with its identity at the end:')}</p>
      <ConnectUrl />
    </Empty>
  );
}
