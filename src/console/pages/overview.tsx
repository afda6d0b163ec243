import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { count, latency, power, type Quantity, rounded } from '../format.ts';
import { feed } from '../live.ts';
import type { History, LineName, Overview } from '../model.ts';
import { ConnectUrl } from '../parts/connect-url.tsx';
import { Sparkline } from '../parts/sparkline.tsx';
import { Empty, Shown } from '../parts/states.tsx';
import { Status, toneOf } from '../parts/status.tsx';
import { useResource } from '../resource.ts';

const EVERY_MS = 2000;
const STEP_MS = 10_000;
const POINTS = 360;
/** Answers to Authorize have to come within this, s: the declared response timeout. */
const LIMIT_SECONDS = 5;

/** Is the fleet all right, and is Farad? */
export function OverviewPage() {
  const resource = useResource<Overview>(`/overview`, { everyMs: EVERY_MS });
  const past = useResource<Overview>('/overview?history=true');
  const history = useGrowingHistory(past.data?.history, resource.data);
  useEffect(() => {
    feed.value = { state: resource.failure ? 'down' : 'live', since: resource.loadedAt ?? Date.now() };
    return () => {
      feed.value = { state: 'quiet', since: Date.now() };
    };
  }, [resource.failure]);

  return (
    <>
      <h1>Overview</h1>
      <Shown of={resource} what="the overview" lines={12}>
        {(now) => (
          <div class="overview">
            <section aria-labelledby="fleet">
              <h2 id="fleet">Fleet</h2>
              <Fleet now={now} history={history} />
            </section>
            <section aria-labelledby="farad">
              <h2 id="farad">Farad</h2>
              <Farad now={now} history={history} />
            </section>
          </div>
        )}
      </Shown>
    </>
  );
}

interface PartProps {
  readonly now: Overview;
  readonly history: History | undefined;
}

function Fleet({ now, history }: PartProps) {
  if (now.chargePoints === 0) {
    return (
      <div class="panel">
        <Empty title="No charge point has come yet">
          <p>Point one at this address, with its identity at the end:</p>
          <ConnectUrl />
        </Empty>
      </div>
    );
  }
  const offline = now.chargePoints - now.sockets;
  return (
    <>
      <div class="numbers">
        <Big
          href="/charge-points?connected=true"
          name="Connected"
          value={{ number: count(now.sockets), unit: `of ${count(now.chargePoints)}` }}
          line="sockets"
          history={history}
          note={offline > 0 ? `${count(offline)} offline` : 'all of them'}
        />
        <Big
          href="/charge-points?status=Charging"
          name="Charging now"
          value={{ number: count(now.charging), unit: now.charging === 1 ? 'connector' : 'connectors' }}
          tone="charging"
          line="charging"
          history={history}
        />
        <Big
          href="/charge-points?status=Faulted"
          name="Faulted"
          value={{ number: count(now.faulted), unit: now.faulted === 1 ? 'connector' : 'connectors' }}
          tone={now.faulted > 0 ? 'fault' : 'none'}
          line="faulted"
          history={history}
        />
        <Big
          href="/transactions?state=open"
          name="Power"
          value={power(now.powerW)}
          tone="charging"
          line="powerW"
          history={history}
        />
      </div>
      <Connectors now={now} />
    </>
  );
}

/** All connectors by their status, as one bar with its words. */
function Connectors({ now }: { readonly now: Overview }) {
  const order = [
    'Charging',
    'Available',
    'Preparing',
    'SuspendedEV',
    'SuspendedEVSE',
    'Finishing',
    'Reserved',
    'Unavailable',
    'Faulted',
  ];
  const known = Object.entries(now.connectors).sort(([a], [b]) => order.indexOf(a) - order.indexOf(b));
  const all = known.reduce((sum, [, number]) => sum + number, 0) + now.offlineConnectors;
  if (all === 0) return null;
  return (
    <div class="connectors-bar">
      <div class="bar-of" aria-hidden="true">
        {known.map(([status, number]) => (
          <span key={status} class={`fill-${toneOf(status)}`} style={{ flexGrow: number }} />
        ))}
        {now.offlineConnectors > 0 && (
          <span class="fill-offline" style={{ flexGrow: now.offlineConnectors }} />
        )}
      </div>
      <ul class="row small">
        {known.map(([status, number]) => (
          <li key={status}>
            <a href={`/charge-points?status=${status}`}>
              <Status status={status} /> <b>{count(number)}</b>
            </a>
          </li>
        ))}
        {now.offlineConnectors > 0 && (
          <li>
            <a href="/charge-points?connected=false">
              <span class="status tone-none">offline</span> <b>{count(now.offlineConnectors)}</b>
            </a>
          </li>
        )}
      </ul>
    </div>
  );
}

function Farad({ now, history }: PartProps) {
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

/** How far the quantile is from the limit; logarithmic, for it lies orders of magnitude below. */
function Limit({ seconds }: { readonly seconds: number | null }) {
  const decades = 5;
  const part =
    seconds === null
      ? 0
      : Math.min(1, Math.max(0.01, (Math.log10(seconds / LIMIT_SECONDS) + decades) / decades));
  const tone = part > 0.9 ? 'fault' : part > 0.8 ? 'attention' : 'available';
  return (
    <div class="limit">
      <svg
        viewBox="0 0 240 12"
        preserveAspectRatio="none"
        role="img"
        aria-label={`On a scale that ends at the limit of ${LIMIT_SECONDS} s`}
      >
        <rect class="ground" x="0" y="3" width="240" height="6" />
        <rect class={`fill-${tone}`} x="0" y="3" width={240 * part} height="6" />
        {[1, 2, 3, 4].map((decade) => (
          <rect key={decade} class="tick" x={48 * decade} y="3" width="1" height="6" />
        ))}
        <rect class="end" x="238" y="0" width="2" height="12" />
      </svg>
      <span class="small soft">50 µs</span>
      <span class="small soft">limit {LIMIT_SECONDS} s</span>
    </div>
  );
}

interface BigProps {
  readonly href: string;
  readonly name: string;
  readonly value: Quantity;
  readonly tone?: string;
  readonly line: LineName;
  readonly history: History | undefined;
  readonly note?: string;
  readonly children?: ComponentChildren;
}

/** A number to be read from two metres away, with its last hour, leading to what explains it. */
function Big({ href, name, value, tone = 'none', line, history, note, children }: BigProps) {
  const values = history?.lines[line] ?? [];
  return (
    <a class="big" href={href}>
      <span class="name">{name}</span>
      <span class={`value ${tone === 'none' ? '' : `tone-${tone}`}`}>
        <b>{value.number}</b> <span class="unit">{value.unit}</span>
      </span>
      {children ?? (
        <span class={tone === 'none' ? 'soft' : `tone-${tone}`}>
          <Sparkline values={padded(values)} label={`${name} in the last hour`} />
        </span>
      )}
      <span class="small soft note-line">{note ?? 'last hour'}</span>
    </a>
  );
}

/** The line ends at the right, so that an hour is always as wide. */
function padded(values: readonly (number | null)[]): (number | null)[] {
  return [...new Array<null>(Math.max(0, POINTS - values.length)).fill(null), ...values];
}

/** The last hour as it was when the page opened, going on with what came since. */
function useGrowingHistory(past: History | undefined, now: Overview | undefined): History | undefined {
  const [history, setHistory] = useState<History | undefined>();
  useEffect(() => {
    if (past) setHistory(past);
  }, [past]);
  useEffect(() => {
    if (!now) return;
    setHistory((before) => before && grown(before, now));
  }, [now]);
  return history;
}

function grown({ at, lines }: History, now: Overview): History {
  const step = Math.floor(Date.parse(now.at) / STEP_MS) * STEP_MS;
  const last = at.at(-1) ?? 0;
  if (step < last) return { at, lines };
  const add = (values: readonly (number | null)[], value: number | null) =>
    [...(step === last ? values.slice(0, -1) : values), value].slice(-POINTS);
  const names = Object.keys(lines) as LineName[];
  return {
    at: (step === last ? at : [...at, step]).slice(-POINTS),
    lines: Object.fromEntries(
      names.map((name) => [name, add(lines[name], now[name])]),
    ) as unknown as History['lines'],
  };
}
