import { useState } from 'preact/hooks';
import { request } from '../../api.ts';
import { useDoing } from '../../parts/action.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { t } from '../../words/words.ts';

const ALGORITHMS = [
  ['ecdsa-p256', 'ECDSA on P-256'],
  ['rsa-pss-2048', 'RSA-PSS, 2048 bits'],
  ['rsa-2048', 'RSA by PKCS#1 v1.5, 2048 bits, for charge points that do not know PSS'],
] as const;

interface NewAuthorityProps {
  readonly onClose: () => void;
  readonly onMade: () => void;
}

/** Makes an authority of Farad's own, which issues certificates from then on. */
export function NewAuthority({ onClose, onMade }: NewAuthorityProps) {
  const doing = useDoing();
  const [algorithm, setAlgorithm] = useState<string>('ecdsa-p256');
  const [commonName, setCommonName] = useState('');
  const [organization, setOrganization] = useState('');
  const make = () =>
    doing.run(async () => {
      const body = { algorithm, ...(commonName && { commonName }), ...(organization && { organization }) };
      await request('POST', '/certificate-authority', { body });
      onMade();
    });
  return (
    <FormDialog
      title={t('Make an authority')}
      submit={t('Make it')}
      doing={doing}
      onClose={onClose}
      onSubmit={make}
    >
      <p>
        {t(
          'Farad makes a root, and below it the authority that issues. Their private keys never leave Farad. New certificates come from it; what former authorities have issued stays good.',
        )}
      </p>
      <div class="field">
        <label for="authority-algorithm">{t('Signs with')}</label>
        <select
          id="authority-algorithm"
          value={algorithm}
          onChange={(event) => setAlgorithm(event.currentTarget.value)}
        >
          {ALGORITHMS.map(([name, words]) => (
            <option key={name} value={name}>
              {t(words)}
            </option>
          ))}
        </select>
      </div>
      <div class="field">
        <label for="authority-name">{t('Common name of its root')}</label>
        <input
          id="authority-name"
          maxLength={64}
          placeholder="Farad"
          value={commonName}
          onInput={(event) => setCommonName(event.currentTarget.value)}
        />
      </div>
      <div class="field">
        <label for="authority-organization">{t('Organization')}</label>
        <input
          id="authority-organization"
          maxLength={64}
          value={organization}
          onInput={(event) => setOrganization(event.currentTarget.value)}
        />
        <span class="hint">{t('Empty: security.cpoName.')}</span>
      </div>
    </FormDialog>
  );
}
