import { useState } from 'preact/hooks';
import { request } from '../../api.ts';
import { type DriftState, driftWord, MENDABLE_STATES } from '../../drift.ts';
import type { Campaign, ConfigurationTemplate } from '../../model.ts';
import { useDoing } from '../../parts/action.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { go } from '../../router.ts';
import { plural, t } from '../../words/words.ts';
import { PACE, PaceFields, paceBody } from '../campaign-pace-fields.tsx';

interface MendDialogProps {
  readonly template: ConfigurationTemplate;
  /** What the list shows now; undefined: all states. */
  readonly state: DriftState | undefined;
  readonly onClose: () => void;
}

/** Begins a campaign for those that differ from the template: which, how fast, and what it sends. */
export function MendDialog({ template, state, onClose }: MendDialogProps) {
  const { id, drift } = template;
  const doing = useDoing();
  const [states, setStates] = useState<readonly DriftState[]>(
    MENDABLE_STATES.filter((one) => state === undefined || one === state),
  );
  const [pace, setPace] = useState(PACE);
  const begin = () =>
    doing.run(async () => {
      const body = { states, ...paceBody(pace) };
      const path = `/configuration-templates/${encodeURIComponent(id)}/mend`;
      const campaign = await request<Campaign>('POST', path, { body });
      go(`/campaigns/${encodeURIComponent(campaign.id)}`);
    });
  return (
    <FormDialog
      title={t('Mend the drift of {id}', { id })}
      submit={t('Begin campaign')}
      doing={{ ...doing, busy: doing.busy || states.length === 0 }}
      onClose={onClose}
      onSubmit={begin}
    >
      <fieldset class="field">
        <legend>{t('Charge points with a key that')}</legend>
        {MENDABLE_STATES.map((one) => (
          <label key={one} class="row tight">
            <input
              type="checkbox"
              checked={states.includes(one)}
              onChange={(event) =>
                setStates(
                  event.currentTarget.checked ? [...states, one] : states.filter((other) => other !== one),
                )
              }
            />{' '}
            {one === 'differs' ? driftWord(one) : t('was {one}', { one: driftWord(one) })}
            {drift && (
              <span class="soft">, {plural(drift[one], '{n} charge point', '{n} charge points')}</span>
            )}
          </label>
        ))}
        <p class="small soft">
          {t(
            'Each is sent a ChangeConfiguration for every key that differs when its turn comes. Keys that were never told are asked for first. Read-only keys are left alone.',
          )}
        </p>
      </fieldset>
      <PaceFields value={pace} onInput={setPace} />
    </FormDialog>
  );
}
