import { Choice, NumberInput } from '../../parts/choice.tsx';
import { GroupRows } from './group-rows.tsx';
import { MemberRows } from './member-rows.tsx';
import type { SiteDocument } from './site-document.ts';

interface SiteFormProps {
  readonly site: SiteDocument;
  readonly onChange: (site: SiteDocument) => void;
}

/** A site as a form: how it shares, its groups with their limits, its connectors. */
export function SiteForm({ site, onChange }: SiteFormProps) {
  const {
    sharing,
    minimumCurrent = 6,
    fallbackCurrent = null,
    voltage = 230,
    remoteStop = false,
    note,
  } = site;
  return (
    <>
      <GroupRows site={site} onChange={onChange} />
      <MemberRows site={site} onChange={onChange} />
      <fieldset class="field rows">
        <legend>How it shares</legend>
        <div class="row">
          <div class="field">
            <span>Sharing</span>
            <Choice
              label="Sharing"
              value={sharing}
              options={[
                ['equal', 'everybody the same'],
                ['wishes', 'by what drivers want'],
              ]}
              onChange={(value) => onChange({ ...site, sharing: value })}
            />
          </div>
          <div class="field">
            <span>At least, A, or paused</span>
            <NumberInput
              label="Minimum current, A"
              value={minimumCurrent}
              min={1}
              onChange={(value) => onChange({ ...site, minimumCurrent: value ?? 6 })}
            />
          </div>
          <div class="field">
            <span>While Farad is gone, A</span>
            <NumberInput
              label="Fallback current, A"
              value={fallbackCurrent}
              required={false}
              placeholder="by itself"
              onChange={(value) => onChange({ ...site, fallbackCurrent: value })}
            />
          </div>
          <div class="field">
            <span>V to neutral</span>
            <NumberInput
              label="Voltage, V"
              value={voltage}
              min={50}
              onChange={(value) => onChange({ ...site, voltage: value ?? 230 })}
            />
          </div>
        </div>
        <label class="row tight">
          <input
            type="checkbox"
            checked={remoteStop}
            onChange={(event) => onChange({ ...site, remoteStop: event.currentTarget.checked })}
          />
          <span>As a last resort end a transaction that does not obey</span>
        </label>
        <label class="field">
          <span>Note</span>
          <input
            maxLength={2000}
            value={note ?? ''}
            onInput={(event) => onChange({ ...site, note: event.currentTarget.value || null })}
          />
        </label>
      </fieldset>
    </>
  );
}
