import { useState } from 'preact/hooks';
import { queryOf, request } from '../api.ts';
import type { Campaign } from '../model.ts';
import { useDoing } from '../parts/action.tsx';
import { TextField } from '../parts/fields.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { plural, t } from '../words/words.ts';
import { PACE, PaceFields, paceBody } from './campaign-pace-fields.tsx';
import { TargetFields, type Targets, targetsBody, useMatches } from './campaign-target-fields.tsx';
import { TaskFields, useCampaignTask } from './campaign-task-fields.tsx';

interface NewCampaignProps {
  /** Charge points that were picked by hand; absent: a filter is asked for. */
  readonly ids?: readonly string[];
  readonly onClose: () => void;
  readonly onCreated: (id: string) => void;
}

/** A task for many: its payload as it will go to each, whom it is for, when, and how many at once. */
export function NewCampaign({ ids, onClose, onCreated }: NewCampaignProps) {
  const doing = useDoing();
  const [name, setName] = useState('');
  const task = useCampaignTask();
  const [targets, setTargets] = useState<Targets>(ids ? { by: 'ids', ids } : { by: 'filter', filter: {} });
  const [pace, setPace] = useState(PACE);
  const [sure, setSure] = useState(false);
  const { danger } = task;
  const aim = targetsBody(targets);
  const matches = useMatches(targets);
  const isReady = task.body !== undefined && (!danger || sure) && aim !== undefined && matches?.total !== 0;
  const create = () =>
    doing.run(async () => {
      const body = { name, task: task.body, targets: aim, ...paceBody(pace) };
      const path = `/campaigns${queryOf({ force: task.force || undefined })}`;
      onCreated((await request<Campaign>('POST', path, { body })).id);
    });

  return (
    <FormDialog
      title={t('New campaign')}
      submit={t('Begin campaign')}
      danger={danger !== undefined}
      doing={doing}
      ready={isReady}
      onClose={onClose}
      onSubmit={create}
    >
      <TextField
        id="campaign-name"
        label={t('Name')}
        required
        maxLength={200}
        value={name}
        onInput={setName}
      />
      <TaskFields task={task} />
      <TargetFields value={targets} matches={matches} onInput={setTargets} />
      <PaceFields value={pace} onInput={setPace} />
      {danger && (
        <label class="note sure">
          <input type="checkbox" checked={sure} onChange={(event) => setSure(event.currentTarget.checked)} />
          <span>{t('I know that this goes to {targets}. {danger}', { targets: whom(targets), danger })}</span>
        </label>
      )}
    </FormDialog>
  );
}

function whom(targets: Targets): string {
  if (targets.by === 'ids') return plural(targets.ids.length, '{n} charge point', '{n} charge points');
  return targets.by === 'all' ? t('every charge point') : t('all that match');
}
