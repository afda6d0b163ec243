import { useState } from 'preact/hooks';
import { useLive } from '../../live/live.ts';
import type { Alarm } from '../../model.ts';
import { type Column, ListPage, useList } from '../../parts/list-page.tsx';
import { Empty } from '../../parts/states.tsx';
import { Status } from '../../parts/status.tsx';
import { When } from '../../parts/when.tsx';
import { Worded } from '../../parts/worded.tsx';
import { place } from '../../router.ts';
import { may } from '../../session.ts';
import { type Plain, plural, rich, t } from '../../words/words.ts';
import { Acknowledge } from './acknowledge.tsx';

const ABOUT: Column<Alarm> = { label: 'About', kind: 'id', cell: (alarm) => <About alarm={alarm} /> };
const WHAT: Column<Alarm> = { label: 'What', cell: ({ detail }) => <Worded text={detail} /> };
const RULE: Column<Alarm> = { label: 'Rule', cell: ({ rule }) => rule };
const SINCE: Column<Alarm> = { label: 'Since', cell: ({ since }) => <When at={since} both /> };
const TAKEN: Column<Alarm> = {
  label: 'Acknowledged',
  cell: ({ acknowledged }) =>
    acknowledged ? (
      <>
        {rich('by {by}, {when}', { by: acknowledged.by, when: <When at={acknowledged.at} /> })}
        {acknowledged.note !== '' && <p class="small soft">{acknowledged.note}</p>}
      </>
    ) : (
      <span class="soft">{t('nobody')}</span>
    ),
};
const ENDED: Column<Alarm> = {
  label: 'Over',
  cell: ({ endedAt, endReason }) => (
    <>
      <When at={endedAt} both />
      {endReason !== 'over' && endReason !== null && <p class="small soft">{t(REASONS[endReason])}</p>}
    </>
  ),
};

const REASONS: Readonly<Record<Exclude<NonNullable<Alarm['endReason']>, 'over'>, Plain>> = {
  'rule-changed': 'its rule was changed',
  'rule-disabled': 'its rule was switched off',
  'rule-deleted': 'its rule was deleted',
};

function About({ alarm: { subject, chargePointId, endedAt } }: { readonly alarm: Alarm }) {
  const name = chargePointId ? (
    <a href={`/charge-points/${encodeURIComponent(chargePointId)}`}>{subject}</a>
  ) : (
    subject
  );
  return endedAt === null ? <Status status="Faulted" word={name} /> : name;
}

/** What is wrong now, newest first; somebody takes care of it by a click. */
export function StandingAlarms() {
  const list = useList<Alarm>('/alarms', { ...chosen(), standing: true }, 30_000);
  const [taking, setTaking] = useState<Alarm | undefined>();
  useLive({ topics: ['alarms'] }, list.reload);
  const action: Column<Alarm> = {
    label: 'Actions',
    kind: 'actions',
    cell: (alarm) => (
      <button
        type="button"
        class="link"
        onClick={() => setTaking(alarm)}
        aria-label={t('Acknowledge {subject}', { subject: alarm.subject })}
      >
        {t('Acknowledge')}
      </button>
    ),
  };
  return (
    <>
      <ListPage
        of={list}
        what={t('alarms')}
        lines={6}
        columns={[ABOUT, WHAT, RULE, SINCE, TAKEN, ...(may('operator') ? [action] : [])]}
        keyOf={({ id }) => id}
        empty={
          <Empty title={t('No alarm stands')}>
            <p>
              {rich('What a {link} finds stands here until it is over.', {
                link: <a href="/alarms?tab=rules">{t('rule')}</a>,
              })}
            </p>
          </Empty>
        }
        sum={(shown) => plural(shown, '{n} alarm', '{n} alarms')}
      />
      {taking && (
        <Acknowledge
          alarm={taking}
          onClose={() => setTaking(undefined)}
          onDone={() => {
            setTaking(undefined);
            list.reload();
          }}
        />
      )}
    </>
  );
}

/** What was wrong, newest first. */
export function AlarmHistory() {
  const list = useList<Alarm>('/alarms', { ...chosen(), standing: false }, 30_000);
  useLive({ topics: ['alarms'] }, list.reload);
  return (
    <ListPage
      of={list}
      what={t('alarms that are over')}
      lines={6}
      columns={[ABOUT, WHAT, RULE, SINCE, ENDED, TAKEN]}
      keyOf={({ id }) => id}
      empty={
        <Empty title={t('No alarm is over yet')}>
          <p>{t('What stood and stands no more is kept here, with who took care of it.')}</p>
        </Empty>
      }
      sum={(shown) => plural(shown, '{n} alarm', '{n} alarms')}
    />
  );
}

/** What the address narrows the list to. */
function chosen() {
  const value = (name: string) => place.value.query.get(name) ?? undefined;
  return { rule: value('rule'), chargePointId: value('chargePointId') };
}
