import { Choice, NumberInput } from '../../parts/choice.tsx';
import { t } from '../../words/words.ts';
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
        <legend>{t('How it shares')}</legend>
        <div class="row">
          <div class="field">
            <span>{t('Sharing')}</span>
            <Choice
              label={t('Sharing')}
              value={sharing}
              options={[
                ['equal', t('everybody the same')],
                ['wishes', t('by what drivers want')],
              ]}
              onChange={(value) => onChange({ ...site, sharing: value })}
            />
          </div>
          <div class="field">
            <span>{t('At least, A, or paused')}</span>
            <NumberInput
              label={t('Minimum current, A')}
              value={minimumCurrent}
              min={1}
              onChange={(value) => onChange({ ...site, minimumCurrent: value ?? 6 })}
            />
          </div>
          <div class="field">
            <span>{t('While Farad is gone, A')}</span>
            <NumberInput
              label={t('Fallback current, A')}
              value={fallbackCurrent}
              required={false}
              placeholder={t('by itself')}
              onChange={(value) => onChange({ ...site, fallbackCurrent: value })}
            />
          </div>
          <div class="field">
            <span>{t('V to neutral')}</span>
            <NumberInput
              label={t('Voltage, V')}
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
          <span>{t('As a last resort end a transaction that does not obey')}</span>
        </label>
        <label class="field">
          <span>{t('Note')}</span>
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
