import { PemField } from '../parts/pem-field.tsx';
import { profileInWords } from '../security.ts';
import { t } from '../words/words.ts';

/** What is chosen for a task of security. */
export interface SecurityChoice {
  readonly profile: number;
  /** PEM; empty for none. */
  readonly root: string;
  readonly force: boolean;
}

interface SecurityFieldsProps {
  readonly task: string;
  readonly choice: SecurityChoice;
  readonly onChange: (choice: SecurityChoice) => void;
}

/** The fields of a campaign of security. */
export function SecurityFields({ task, choice, onChange }: SecurityFieldsProps) {
  if (task === 'renew-certificate')
    return <p class="small soft">{t('Each asks for a new certificate and is done once it is installed.')}</p>;
  if (task === 'rotate-password')
    return <p class="small soft">{t('Each gets a random password of its own that nobody sees.')}</p>;
  const { profile, root, force } = choice;
  return (
    <>
      <div class="field">
        <label for="campaign-profile">{t('Profile to reach')}</label>
        <select
          id="campaign-profile"
          value={profile}
          onChange={(event) => onChange({ ...choice, profile: Number(event.currentTarget.value) })}
        >
          {[1, 2, 3].map((one) => (
            <option key={one} value={one}>
              {profileInWords(one)}
            </option>
          ))}
        </select>
        <span class="hint">{t('Who lacks a password, a root or a certificate for it gets that first.')}</span>
      </div>
      {profile >= 2 && (
        <PemField
          id="campaign-root"
          label={t('Root of the Central System for those that have none, PEM')}
          value={root}
          onChange={(pem) => onChange({ ...choice, root: pem })}
        />
      )}
      <label class="row tight">
        <input
          type="checkbox"
          checked={force}
          onChange={(event) => onChange({ ...choice, force: event.currentTarget.checked })}
        />{' '}
        {t('Do not look at what is missing')}
      </label>
    </>
  );
}

/** What the API gets. */
export function securityTask(
  security: string,
  { profile, root }: SecurityChoice,
): Readonly<Record<string, unknown>> {
  if (security !== 'raise-profile') return { security };
  const hasRoot = profile >= 2 && root.trim() !== '';
  return { security, profile, ...(hasRoot && { rootCertificate: root }) };
}
