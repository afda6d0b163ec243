import { useState } from 'preact/hooks';
import { channelsInWords, conditionInWords } from '../../alarm-words.ts';
import { filterName } from '../../drift.ts';
import type { AlarmRule, Page } from '../../model.ts';
import { DeleteDialog } from '../../parts/delete-dialog.tsx';
import { type Column, Table } from '../../parts/list-page.tsx';
import { Empty, Shown } from '../../parts/states.tsx';
import { When } from '../../parts/when.tsx';
import { useResource } from '../../resource.ts';
import { may } from '../../session.ts';
import { rich, t } from '../../words/words.ts';
import { AlarmRuleForm } from './alarm-rule-form.tsx';
import { TestRule } from './test-rule.tsx';

type Open =
  | { readonly what: 'edit' | 'delete' | 'test'; readonly rule: AlarmRule }
  | { readonly what: 'new' };

const COLUMNS: readonly Column<AlarmRule>[] = [
  {
    label: 'Rule',
    kind: 'id',
    cell: ({ id, enabled }) => (
      <>
        <b>{id}</b> {!enabled && <span class="soft">{t('switched off')}</span>}
      </>
    ),
  },
  { label: 'Looks out for', cell: ({ condition }) => conditionInWords(condition) },
  { label: 'Where', cell: ({ filter }) => whereOf(filter) },
  { label: 'Tells', cell: (rule) => channelsInWords(rule) },
  { label: 'Telling', cell: (rule) => <Telling rule={rule} /> },
  {
    label: 'Standing',
    kind: 'number',
    cell: ({ id, standing }) =>
      standing === 0 ? 0 : <a href={`/alarms?rule=${encodeURIComponent(id)}`}>{standing}</a>,
  },
];

/** When somebody is told, and how that goes. */
export function AlarmRules() {
  const list = useResource<Page<AlarmRule>>('/alarm-rules?limit=1000', { everyMs: 10_000, keep: true });
  const [open, setOpen] = useState<Open | undefined>();
  const close = () => setOpen(undefined);
  const done = () => {
    close();
    list.reload();
  };
  return (
    <div class="panel">
      <header>
        <h2>{t('Rules')}</h2>
        {may('admin') && (
          <button type="button" class="primary end" onClick={() => setOpen({ what: 'new' })}>
            {t('New rule')}
          </button>
        )}
      </header>
      <Shown of={list} what={t('the rules')} lines={6}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t('No rule yet')}>
              <p>
                {t(
                  'A rule says what to look out for, such as a connector that stays Faulted, and whom to tell by e-mail or webhook. An admin writes it.',
                )}
              </p>
            </Empty>
          ) : (
            <Table items={items} columns={[...COLUMNS, actions(setOpen)]} keyOf={({ id }) => id} />
          )
        }
      </Shown>
      {open?.what === 'new' && <AlarmRuleForm onClose={close} onSaved={done} />}
      {open?.what === 'edit' && <AlarmRuleForm rule={open.rule} onClose={close} onSaved={done} />}
      {open?.what === 'test' && <TestRule rule={open.rule} onClose={close} />}
      {open?.what === 'delete' && (
        <DeleteDialog
          title={t('Delete the rule {id}?', { id: open.rule.id })}
          name={open.rule.id}
          path={`/alarm-rules/${encodeURIComponent(open.rule.id)}`}
          onClose={close}
          onDeleted={done}
        >
          {t('Its alarms end, and what still waits to be told is told to nobody.')}
        </DeleteDialog>
      )}
    </div>
  );
}

function actions(open: (what: Open) => void): Column<AlarmRule> {
  return {
    label: 'Actions',
    kind: 'actions',
    cell: (rule) => (
      <span class="row tight">
        <button
          type="button"
          class="link"
          onClick={() => open({ what: 'test', rule })}
          aria-label={t('Send a test of {id}', { id: rule.id })}
        >
          {t('Send a test')}
        </button>
        {may('admin') && (
          <>
            <button
              type="button"
              class="link"
              onClick={() => open({ what: 'edit', rule })}
              aria-label={t('Edit {id}', { id: rule.id })}
            >
              {t('Edit')}
            </button>
            <button
              type="button"
              class="link"
              onClick={() => open({ what: 'delete', rule })}
              aria-label={t('Delete {id}', { id: rule.id })}
            >
              {t('Delete')}
            </button>
          </>
        )}
      </span>
    ),
  };
}

function whereOf(filter: AlarmRule['filter']): string {
  if (!filter) return t('everywhere');
  return Object.entries(filter)
    .map(([name, value]) => `${filterName(name)} ${value}`)
    .join(', ');
}

/** How telling goes: what does not arrive is said first. */
function Telling({ rule: { deliveries } }: { readonly rule: AlarmRule }) {
  const failing = deliveries.find(({ problem }) => problem !== null);
  if (failing) {
    return (
      <span class={failing.failingSince === null ? 'tone-attention' : 'tone-fault'}>
        {failing.channel}: {failing.problem}
        {failing.failingSince !== null &&
          rich(', since {when}', { when: <When at={failing.failingSince} /> })}
      </span>
    );
  }
  const arrived = deliveries.flatMap(({ arrivedAt }) => arrivedAt ?? []).sort();
  const last = arrived.at(-1);
  return last === undefined ? (
    <span class="soft">{t('nothing yet')}</span>
  ) : (
    rich('arrived {when}', { when: <When at={last} /> })
  );
}
