import { useState } from 'preact/hooks';
import { queryOf } from '../../api.ts';
import { DRIFT_STATES, type DriftState, driftTone, driftWord, filterInWords } from '../../drift.ts';
import { count } from '../../format.ts';
import type { ConfigurationDrift, ConfigurationTemplate } from '../../model.ts';
import { DeleteDialog } from '../../parts/delete-dialog.tsx';
import { Fact } from '../../parts/fact.tsx';
import { ChoiceFilter, Filters } from '../../parts/filter-fields.tsx';
import { type Column, ListPage, useList } from '../../parts/list-page.tsx';
import { Empty, Shown } from '../../parts/states.tsx';
import { When } from '../../parts/when.tsx';
import { useResource } from '../../resource.ts';
import { go, queried, urlOf } from '../../router.ts';
import { may } from '../../session.ts';
import { plural, rich, t } from '../../words/words.ts';
import { DriftCounts } from './drift-counts.tsx';
import { MendDialog } from './mend-dialog.tsx';
import { TemplateEditor } from './template-editor.tsx';

/** One template: what it wants, and who differs from it. */
export function TemplatePage({ id }: { readonly id: string }) {
  const path = `/configuration-templates/${encodeURIComponent(id)}`;
  const resource = useResource<ConfigurationTemplate>(path, { everyMs: 4000 });
  return (
    <Shown of={resource} what={id} lines={8}>
      {(template) => (
        <>
          <Head template={template} path={path} onChanged={resource.reload} />
          <Drift path={path} />
        </>
      )}
    </Shown>
  );
}

interface HeadProps {
  readonly template: ConfigurationTemplate;
  readonly path: string;
  readonly onChanged: () => void;
}

function Head({ template, path, onChanged }: HeadProps) {
  const { id, filter, priority, keys, note, drift, writtenAt, writtenBy } = template;
  const [dialog, setDialog] = useState<'edit' | 'delete' | 'mend' | undefined>();
  const close = () => setDialog(undefined);
  const state = stateIn(queried('state'));
  return (
    <header class="head">
      <div class="row">
        <h1>{id}</h1>
        {may('operator') && (
          <span class="end row tight">
            <button type="button" class="primary" onClick={() => setDialog('mend')}>
              {t('Mend the drift')}
            </button>
            <button type="button" onClick={() => setDialog('edit')}>
              {t('Change')}
            </button>
            <button type="button" class="danger" onClick={() => setDialog('delete')}>
              {t('Delete')}
            </button>
          </span>
        )}
      </div>
      <DriftCounts counts={drift} />
      <dl class="facts">
        <Fact name={t('Is for')}>{filterInWords(filter)}</Fact>
        <Fact name={t('Priority')}>{priority}</Fact>
        <Fact name={t('Written')}>
          <span class="soft">{t('by {writtenBy},', { writtenBy })}</span> <When at={writtenAt} />
        </Fact>
        {note && <Fact name={t('Note')}>{note}</Fact>}
      </dl>
      <ul class="plain">
        {keys.map(({ key, value, expected }) => (
          <li key={key}>
            <code>
              {key} = {value}
            </code>
            {expected && <span class="soft"> {t('(only compared)')}</span>}
          </li>
        ))}
      </ul>
      {dialog === 'mend' && <MendDialog template={template} state={state} onClose={close} />}
      {dialog === 'edit' && (
        <TemplateEditor
          template={template}
          onClose={close}
          onSaved={() => {
            close();
            onChanged();
          }}
        />
      )}
      {dialog === 'delete' && (
        <DeleteDialog
          title={t('Delete the template {id}?', { id })}
          name={id}
          path={path}
          onClose={close}
          onDeleted={() => go('/configuration')}
        >
          {t('Charge points keep what they have. A campaign of it that is under way sends nothing more.')}
        </DeleteDialog>
      )}
    </header>
  );
}

const COLUMNS: readonly Column<ConfigurationDrift>[] = [
  {
    label: 'Charge point',
    kind: 'id',
    cell: ({ chargePointId }) => <a href={urlOf.configuration(chargePointId)}>{chargePointId}</a>,
  },
  {
    label: 'State',
    cell: ({ state, mendable }) => (
      <>
        <span class={`tone-${driftTone(state)}`}>{driftWord(state)}</span>
        {!mendable && state !== 'reboot_required' && (
          <div class="small soft">{t('a campaign cannot mend it')}</div>
        )}
      </>
    ),
  },
  { label: 'Wanted, and what it has', kind: 'wide', cell: ({ keys }) => <Keys keys={keys} /> },
];

function Drift({ path }: { readonly path: string }) {
  const state = queried('state');
  const list = useList<ConfigurationDrift>(`${path}/drift`, { state }, 4000);
  return (
    <>
      <Filters>
        <ChoiceFilter
          name="state"
          label={t('State')}
          options={[
            ['', t('Any that is not as wanted')],
            ...DRIFT_STATES.filter(([one]) => one !== 'matches').map(
              ([one, word]) => [one, t(word)] as const,
            ),
          ]}
        />
        <a class="button" download href={`/api/v1${path}/drift${queryOf({ state, format: 'csv' })}`}>
          {t('Export all as CSV')}
        </a>
      </Filters>
      <ListPage
        of={list}
        what={t('the drift')}
        lines={6}
        columns={COLUMNS}
        keyOf={({ chargePointId }) => chargePointId}
        empty={
          <Empty
            title={state === undefined ? t('All are as they are wanted') : t('No charge point in this state')}
          >
            <p>
              {t(
                'What charge points told of their configuration last is compared every half a minute or so.',
              )}
            </p>
          </Empty>
        }
        sum={(shown, total) =>
          t('{shown} of {total}', {
            shown: count(shown),
            total: plural(total, '{n} charge point', '{n} charge points'),
          })
        }
      />
    </>
  );
}

function Keys({ keys }: Pick<ConfigurationDrift, 'keys'>) {
  return (
    <ul class="plain small">
      {keys.map(({ key, wants, has, state }) => (
        <li key={key}>
          {rich('{key}: wanted {wants},', { key: <code>{key}</code>, wants: <code>{wants}</code> })}{' '}
          {has === null ? t('nobody knows what it has') : rich('has {has}', { has: <code>{has}</code> })},{' '}
          <span class={`tone-${driftTone(state)}`}>{driftWord(state)}</span>
        </li>
      ))}
    </ul>
  );
}

/** A state out of the address. */
function stateIn(text: string | undefined): DriftState | undefined {
  return DRIFT_STATES.find(([state]) => state === text)?.[0];
}
