import { useState } from 'preact/hooks';
import { request } from '../../api.ts';
import type { CallAnswer } from '../../call-answer.ts';
import type { ChargePoint, ConfigurationKey, KeyDrift } from '../../model.ts';
import { Refusal, useDoing } from '../../parts/action.tsx';
import { AnswerWord } from '../../parts/answer-word.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { type Column, Table } from '../../parts/list-page.tsx';
import { Empty, Shown } from '../../parts/states.tsx';
import { When } from '../../parts/when.tsx';
import { useResource } from '../../resource.ts';
import { may } from '../../session.ts';
import { t } from '../../words/words.ts';
import { Wanted } from './wanted.tsx';

const COLUMNS: readonly Column<ConfigurationKey>[] = [
  { label: 'Key', kind: 'id', cell: ({ key }) => <code>{key}</code> },
  { label: 'Value', cell: (item) => <Value item={item} /> },
  { label: 'State', cell: (item) => <State item={item} /> },
  { label: 'Told', cell: ({ learntAt }) => <When at={learntAt} /> },
];

/** What templates want of the configuration, and what the charge point reported of it. */
export function Configuration({ chargePoint }: { readonly chargePoint: ChargePoint }) {
  const path = `/charge-points/${encodeURIComponent(chargePoint.id)}/configuration/drift`;
  const drift = useResource<{ readonly items: readonly KeyDrift[] }>(path, { everyMs: 15_000 });
  return (
    // All at once: what comes later would push the keys down.
    <Shown of={drift} what={t('what templates want')} lines={8}>
      {({ items }) => (
        <>
          <Wanted keys={items} />
          <Keys chargePoint={chargePoint} onChanged={drift.reload} />
        </>
      )}
    </Shown>
  );
}

interface KeysProps {
  readonly chargePoint: ChargePoint;
  readonly onChanged: () => void;
}

/** Configuration keys as the charge point reported them, to be asked for and changed. */
function Keys({ chargePoint, onChanged }: KeysProps) {
  const path = `/charge-points/${encodeURIComponent(chargePoint.id)}/configuration`;
  const keys = useResource<{ readonly items: readonly ConfigurationKey[] }>(path, { everyMs: 15_000 });
  const doing = useDoing();
  const [text, setText] = useState('');
  const [changing, setChanging] = useState<ConfigurationKey | undefined>();
  const reload = () => {
    keys.reload();
    onChanged();
  };
  const allowed = may('operator') && chargePoint.connected;
  const ask = () =>
    doing.run(async () => {
      await request('POST', `${path}/refresh`, { body: {} });
      reload();
    });
  return (
    <section class="panel" aria-label={t('Configuration')}>
      <header>
        <label class="row tight">
          <span class="visually-hidden">{t('Filter keys')}</span>
          <input
            type="search"
            placeholder={t('Filter keys')}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <button type="button" class="end" disabled={!allowed || doing.busy} onClick={() => void ask()}>
          {doing.busy ? t('Asking…') : t('Ask the charge point (GetConfiguration)')}
        </button>
      </header>
      <Refusal failure={doing.failure} />
      <Shown of={keys} what={t('the configuration')} lines={8}>
        {({ items }) => {
          const shown = items.filter(({ key }) => key.toLowerCase().includes(text.toLowerCase()));
          return shown.length === 0 ? (
            <Empty
              title={
                text === '' ? t('Nobody has asked for its configuration yet') : t('No key is called that')
              }
            >
              <p>{t('GetConfiguration lists all keys; this is the last answer, whoever asked for it.')}</p>
            </Empty>
          ) : (
            <Table
              items={shown}
              columns={[...COLUMNS, changeable(allowed, setChanging)]}
              keyOf={({ key }) => key}
            />
          );
        }}
      </Shown>
      {changing && (
        <ChangeKey item={changing} path={path} onClose={() => setChanging(undefined)} onChanged={reload} />
      )}
    </section>
  );
}

function changeable(allowed: boolean, change: (item: ConfigurationKey) => void): Column<ConfigurationKey> {
  return {
    label: 'Actions',
    kind: 'actions',
    cell: (item) =>
      item.readonly !== true && (
        <button
          type="button"
          class="link"
          disabled={!allowed}
          aria-label={t('Change {key}', { key: item.key })}
          onClick={() => change(item)}
        >
          {t('Change')}
        </button>
      ),
  };
}

function Value({ item: { value, writeOnly, known } }: { readonly item: ConfigurationKey }) {
  if (!known) return <span class="soft">{t('it has no such key')}</span>;
  if (writeOnly) return <span class="soft">{t('a secret, never shown')}</span>;
  return value === null ? <span class="soft">{t('none reported')}</span> : <code>{value}</code>;
}

function State({ item }: { readonly item: ConfigurationKey }) {
  const { readonly: fixed, pending, doubtfulSince, refused } = item;
  if (pending)
    return (
      <span class="tone-attention">
        {t('{pending} after a reset', { pending: pending.value ?? t('the new value') })}
      </span>
    );
  if (doubtfulSince) return <span class="tone-attention">{t('in doubt: a change got no answer')}</span>;
  if (refused && fixed !== true)
    return (
      <span class="tone-attention">
        {t('it would not take {refused}', { refused: refused.value ?? t('the new value') })}
      </span>
    );
  return <span class="soft">{fixed === true ? t('read-only') : ''}</span>;
}

interface ChangeKeyProps {
  readonly item: ConfigurationKey;
  readonly path: string;
  readonly onClose: () => void;
  readonly onChanged: () => void;
}

function ChangeKey({ item, path, onClose, onChanged }: ChangeKeyProps) {
  const doing = useDoing();
  const [value, setValue] = useState(item.value ?? '');
  const [answer, setAnswer] = useState<CallAnswer | undefined>();
  const send = () =>
    doing.run(async () => {
      const changed = await request<{ answer: CallAnswer }>(
        'PUT',
        `${path}/${encodeURIComponent(item.key)}`,
        { body: { value } },
      );
      setAnswer(changed.answer);
      onChanged();
    });
  return (
    <FormDialog
      title={t('Change {key}', { key: item.key })}
      submit={t('Send ChangeConfiguration')}
      doing={doing}
      onClose={onClose}
      onSubmit={send}
      close={answer ? t('Close') : t('Cancel')}
      outcome={<AnswerWord answer={answer} meaning={{ RebootRequired: 'It holds after a Reset.' }} />}
    >
      <div class="field">
        <label for="key-value">{t('Value')}</label>
        <input
          id="key-value"
          maxLength={500}
          value={value}
          onInput={(event) => setValue(event.currentTarget.value)}
        />
      </div>
    </FormDialog>
  );
}
