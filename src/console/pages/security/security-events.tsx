import type { ComponentChildren } from 'preact';
import { queryOf } from '../../api.ts';
import { zone } from '../../format.ts';
import { useHeldBack } from '../../held-back.ts';
import { useLive } from '../../live/live.ts';
import { LOG_DELAY_MS } from '../../log-delay.ts';
import type { Rows, SecurityEvent } from '../../model.ts';
import { ChoiceFilter, TextFilter } from '../../parts/filter-fields.tsx';
import { Pager } from '../../parts/pager.tsx';
import { Empty, Shown } from '../../parts/states.tsx';
import { WaitingRows } from '../../parts/waiting-rows.tsx';
import { useResource } from '../../resource.ts';
import { place } from '../../router.ts';
import { plural, t } from '../../words/words.ts';
import { EventTable } from './event-table.tsx';

const PER_PAGE = 50;
const NONE: readonly SecurityEvent[] = [];
const nameOf = (event: SecurityEvent) => JSON.stringify(event);

interface SecurityEventsProps {
  /** Absent: of the whole fleet. */
  readonly chargePointId?: string;
  /** Fields beside those that there always are, and what they ask for. */
  readonly filters?: ComponentChildren;
  readonly parameters?: Readonly<Record<string, string | undefined>>;
}

/** Security events, newest first; what comes meanwhile waits above them. */
export function SecurityEvents({ chargePointId, filters, parameters = {} }: SecurityEventsProps) {
  const value = (name: string) => place.value.query.get(name) ?? undefined;
  const source = value('source');
  const critical = value('critical') === 'true' ? 'true' : undefined;
  const page = { limit: PER_PAGE, cursor: value('cursor') };
  const query = queryOf({ source, critical, type: value('type'), ...parameters, ...page });
  const root = chargePointId === undefined ? '' : `/charge-points/${encodeURIComponent(chargePointId)}`;
  const list = useResource<Rows<SecurityEvent>>(`${root}/security-events${query}`, {
    everyMs: 15_000,
    keep: true,
  });
  useLive({ topics: ['security'], ...(chargePointId !== undefined && { chargePointId }) }, () =>
    setTimeout(list.reload, LOG_DELAY_MS),
  );
  const { shown, waiting, show } = useHeldBack(list.data?.rows ?? NONE, list.answers, nameOf);
  return (
    <section class="panel" aria-labelledby="security-events">
      <header>
        <h2 id="security-events">{t('Security events')}</h2>
        <span class="small soft">{t('times in {zone}', { zone })}</span>
      </header>
      <form
        class="filters body"
        aria-label={t('Filters of events')}
        onSubmit={(event) => event.preventDefault()}
      >
        <ChoiceFilter
          name="source"
          label={t('Told by')}
          options={SOURCES.map(([value, word]) => [value, t(word)] as const)}
        />
        <ChoiceFilter
          name="critical"
          label={t('Weight')}
          options={WEIGHTS.map(([value, word]) => [value, t(word)] as const)}
        />
        <TextFilter name="type" label={t('Type')} placeholder={t('whole name')} />
        {filters}
      </form>
      <Shown of={list} what={t('security events')} lines={6}>
        {({ next = null }) =>
          shown.length === 0 ? (
            <Empty title={t('No security event here')}>
              <p>
                {t(
                  'What charge points report by SecurityEventNotification, and connections and signing requests that Farad refused for a reason of security, show here.',
                )}
              </p>
            </Empty>
          ) : (
            <>
              <WaitingRows waiting={waiting} what={t('security events')} show={show} />
              <EventTable events={shown} ofOne={chargePointId !== undefined} />
              <Pager next={next} sum={plural(shown.length, '{n} event', '{n} events')} />
            </>
          )
        }
      </Shown>
    </section>
  );
}

const SOURCES = [
  ['', 'Anybody'],
  ['charge-point', 'the charge point'],
  ['farad', 'Farad, which refused'],
] as const;

const WEIGHTS = [
  ['', 'Any'],
  ['true', 'critical'],
] as const;
