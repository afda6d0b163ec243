import { useState } from 'preact/hooks';
import { queryOf } from '../../api.ts';
import { clock, day, responseTime, zone } from '../../format.ts';
import { type Happening, KINDS, type Kind } from '../../happening.ts';
import { useLive } from '../../live/live.ts';
import { LOG_DELAY_MS } from '../../log-delay.ts';
import type { ConnectionEvent, Message, Rows } from '../../model.ts';
import { Fact } from '../../parts/fact.tsx';
import { Empty, Shown } from '../../parts/states.tsx';
import { useResource } from '../../resource.ts';
import { place, setQuery } from '../../router.ts';
import { storyOf } from '../../story.ts';
import { t } from '../../words/words.ts';

const MOST = 300;

/** What happened, newest first: a request and its answer are one line, whose frames unfold in place. */
export function Timeline({ id }: { readonly id: string }) {
  const { query } = place.value;
  const kind = query.get('kind');
  const before = query.get('before') ?? undefined;
  const { log, connections } = useHappenings(id, before);
  return (
    <section class="panel" aria-label={t('Timeline')}>
      <header>
        <fieldset class="chips">
          <legend class="visually-hidden">{t('Show only')}</legend>
          {(['', ...KINDS] as const).map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={(kind ?? '') === name}
              onClick={() => setQuery({ kind: name })}
            >
              {name === '' ? t('Everything') : t(name)}
            </button>
          ))}
        </fieldset>
        <span class="end small soft">{t('times in {zone}', { zone })}</span>
      </header>
      <Shown of={log} what={t('the message log')} lines={8}>
        {({ rows }) => {
          const story = storyOf(rows, connections).filter(
            (happening) => kind === null || happening.kinds.includes(kind as Kind),
          );
          if (story.length === 0) return <NothingHappened kind={kind} />;
          return (
            <>
              <ol class="timeline">
                {story.map((happening, index) => (
                  <Line key={happening.key} happening={happening} newDay={isNewDay(story, index)} />
                ))}
              </ol>
              <Turn isNewest={before === undefined} rows={rows} />
            </>
          );
        }}
      </Shown>
    </section>
  );
}

/** Reads the messages of a charge point before a time, and its connections over as long a time. */
function useHappenings(id: string, before: string | undefined) {
  const log = useResource<Rows<Message>>(
    `/charge-points/${encodeURIComponent(id)}/messages${queryOf({ limit: MOST, to: before })}`,
    { everyMs: 5000, keep: true },
  );
  const rows = log.data?.rows;
  // As far back as the messages go; where they go back to the beginning, so do the connections.
  const from = rows?.length === MOST ? rows.at(-1)?.receivedAt : new Date(0).toISOString();
  const connections = useResource<Rows<ConnectionEvent>>(
    rows && `/analytics/connections${queryOf({ chargePointId: id, from, to: before, limit: MOST })}`,
    { everyMs: 5000, keep: true },
  );
  useLive({ chargePointId: id }, () =>
    setTimeout(() => {
      log.reload();
      connections.reload();
    }, LOG_DELAY_MS),
  );
  return { log, connections: connections.data?.rows };
}

function NothingHappened({ kind }: { readonly kind: string | null }) {
  const title =
    kind === null
      ? t('Nothing has happened yet')
      : t('Nothing of this kind in the last {most} messages', { most: MOST });
  return (
    <Empty title={title}>
      <p>
        {t(
          'Messages show here about a second after they were sent. Heartbeats and meter values are left out by default.',
        )}
      </p>
    </Empty>
  );
}

interface TurnProps {
  readonly isNewest: boolean;
  readonly rows: readonly Message[];
}

/** Leads to earlier messages and back. */
function Turn({ isNewest, rows }: TurnProps) {
  const oldest = rows.length === MOST ? rows.at(-1) : undefined;
  if (isNewest && !oldest) return null;
  return (
    <div class="pager">
      {!isNewest && (
        <button type="button" onClick={() => setQuery({ before: undefined }, 'push')}>
          {t('Newest')}
        </button>
      )}
      {oldest && (
        <button type="button" onClick={() => setQuery({ before: oldest.receivedAt }, 'push')}>
          {t('Earlier')}
        </button>
      )}
    </div>
  );
}

function isNewDay(story: readonly Happening[], index: number): boolean {
  const [one, other] = [story[index], story[index - 1]];
  return !other || (one !== undefined && day(new Date(one.at)) !== day(new Date(other.at)));
}

function Line({ happening, newDay }: { readonly happening: Happening; readonly newDay: boolean }) {
  const [open, setOpen] = useState(false);
  const { at, arrow, action, summary, answer, durationMs, tone, frames, facts } = happening;
  const time = new Date(at);
  const who = whoSpeaks(arrow);
  return (
    <>
      {newDay && <li class="day small soft">{day(time)}</li>}
      <li class={open ? 'open' : ''}>
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
          <time class="mono soft" dateTime={at}>
            {clock(time)}
          </time>
          <span class={`arrow ${who ? 'soft' : `tone-${tone}`}`} title={who} aria-hidden="true">
            {arrow}
          </span>
          {who !== undefined && <span class="visually-hidden">{who}:</span>}
          <b class="action">{action}</b>
          <span class="summary">{summary}</span>
          <span class={`answer tone-${tone}`}>{answer}</span>
          <span class="took soft small">{durationMs === undefined ? '' : responseTime(durationMs)}</span>
        </button>
        {open && (
          <div class="frames">
            {frames.map((frame) => (
              <Frame key={`${frame.direction}${frame.type}${frame.receivedAt}`} frame={frame} />
            ))}
            {facts && (
              <dl class="facts">
                {facts.map(([name, value]) => (
                  <Fact key={name} name={name}>
                    {value}
                  </Fact>
                ))}
              </dl>
            )}
          </div>
        )}
      </li>
    </>
  );
}

/** Who speaks; nobody does where it is about the connection. */
function whoSpeaks(arrow: Happening['arrow']): string | undefined {
  if (arrow === '←') return t('from the charge point');
  return arrow === '→' ? t('from Farad') : undefined;
}

function Frame({ frame }: { readonly frame: Message }) {
  const text = pretty(frame.payload);
  return (
    <figure>
      <figcaption class="small soft">
        {frame.type} {frame.direction === 'in' ? t('from the charge point') : t('from Farad')} ·{' '}
        {clock(new Date(frame.receivedAt))} · <code>{frame.messageId}</code>
        <button type="button" class="link" onClick={() => void navigator.clipboard.writeText(text)}>
          {t('copy')}
        </button>
      </figcaption>
      <pre>{text}</pre>
    </figure>
  );
}

function pretty(payload: string): string {
  try {
    return JSON.stringify(JSON.parse(payload), null, 2);
  } catch {
    return payload; // Cut, or never was JSON: shown as it came.
  }
}
