import { useState } from 'preact/hooks';
import { queryOf } from '../../api.ts';
import { DRIFT_STATES, type DriftState, driftTone, driftWord, filterInWords } from '../../drift.ts';
import { count, counted } from '../../format.ts';
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
              Mend the drift
            </button>
            <button type="button" onClick={() => setDialog('edit')}>
              Change
            </button>
            <button type="button" class="danger" onClick={() => setDialog('delete')}>
              Delete
            </button>
          </span>
        )}
      </div>
      <DriftCounts counts={drift} />
      <dl class="facts">
        <Fact name="Is for">{filterInWords(filter)}</Fact>
        <Fact name="Priority">{priority}</Fact>
        <Fact name="Written">
          <span class="soft">by {writtenBy},</span> <When at={writtenAt} />
        </Fact>
        {note && <Fact name="Note">{note}</Fact>}
      </dl>
      <ul class="plain">
        {keys.map(({ key, value, expected }) => (
          <li key={key}>
            <code>
              {key} = {value}
            </code>
            {expected && <span class="soft"> (only compared)</span>}
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
          title={`Delete the template ${id}?`}
          name={id}
          path={path}
          onClose={close}
          onDeleted={() => go('/configuration')}
        >
          Charge points keep what they have. A campaign of it that is under way sends nothing more.
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
        {!mendable && state !== 'reboot_required' && <div class="small soft">a campaign cannot mend it</div>}
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
          label="State"
          options={[
            ['', 'Any that is not as wanted'],
            ...DRIFT_STATES.filter(([one]) => one !== 'matches').map(([one, word]) => [one, word] as const),
          ]}
        />
        <a class="button" download href={`/api/v1${path}/drift${queryOf({ state, format: 'csv' })}`}>
          Export all as CSV
        </a>
      </Filters>
      <ListPage
        of={list}
        what="the drift"
        lines={6}
        columns={COLUMNS}
        keyOf={({ chargePointId }) => chargePointId}
        empty={
          <Empty title={state === undefined ? 'All are as they are wanted' : 'No charge point in this state'}>
            <p>What charge points told of their configuration last is compared every half a minute or so.</p>
          </Empty>
        }
        sum={(shown, total) => `${count(shown)} of ${counted(total, 'charge point')}`}
      />
    </>
  );
}

function Keys({ keys }: Pick<ConfigurationDrift, 'keys'>) {
  return (
    <ul class="plain small">
      {keys.map(({ key, wants, has, state }) => (
        <li key={key}>
          <code>{key}</code>: wanted <code>{wants}</code>,{' '}
          {has === null ? (
            'nobody knows what it has'
          ) : (
            <>
              has <code>{has}</code>
            </>
          )}
          , <span class={`tone-${driftTone(state)}`}>{driftWord(state)}</span>
        </li>
      ))}
    </ul>
  );
}

/** A state out of the address. */
function stateIn(text: string | undefined): DriftState | undefined {
  return DRIFT_STATES.find(([state]) => state === text)?.[0];
}
