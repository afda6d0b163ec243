import { useState } from 'preact/hooks';
import { useDoing } from '../../parts/action.tsx';
import { TextField } from '../../parts/fields.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { randomKey } from '../../random-key.ts';
import { save } from '../../save.ts';
import { may } from '../../session.ts';
import { t } from '../../words/words.ts';
import { urlOfChargePoint, useAddresses } from './address.ts';
import { type Added, HowToConnect } from './how-to-connect.tsx';

const WORDS = [
  ['displayName', 'Name', 100],
  ['bay', 'Bay', 50],
  ['group', 'Group', 200],
] as const;

type Words = Readonly<Record<(typeof WORDS)[number][0], string>>;

/** Provisions a charge point, and ends with all that whoever sets it up has to enter there. */
export function AddChargePoint({ onClose }: { readonly onClose: () => void }) {
  const doing = useDoing();
  const addresses = useAddresses();
  const [id, setId] = useState('');
  const [words, setWords] = useState<Words>({ displayName: '', bay: '', group: '' });
  const [address, setAddress] = useState<string | undefined>();
  const [hasPassword, setHasPassword] = useState(may('admin'));
  const [added, setAdded] = useState<Added | undefined>();
  const base = address ?? addresses?.[0] ?? '';

  const add = () =>
    doing.run(async () => {
      const password = hasPassword ? randomKey() : undefined;
      await provision(id, words, password);
      setAdded({ id, url: urlOfChargePoint(base, id), password });
    });

  if (added) return <HowToConnect added={added} onClose={onClose} />;
  return (
    <FormDialog
      title={t('Add a charge point')}
      submit={t('Add charge point')}
      doing={doing}
      onClose={onClose}
      onSubmit={add}
    >
      <TextField
        id="new-id"
        label={t('Identity')}
        hint={t('What it calls itself at the end of its URL, without a slash.')}
        required
        pattern="[^\/]*\S[^\/]*"
        maxLength={255}
        autocomplete="off"
        spellcheck={false}
        value={id}
        onInput={setId}
      />
      {WORDS.map(([name, label, maxLength]) => (
        <TextField
          key={name}
          id={`new-${name}`}
          label={t(label)}
          maxLength={maxLength}
          value={words[name]}
          onInput={(text) => setWords({ ...words, [name]: text })}
        />
      ))}
      <TextField
        id="new-address"
        label={t('Address of Farad, as charge points reach it')}
        hint={t('Behind a proxy it is that of the proxy. It is not stored, only shown in the next step.')}
        required
        pattern="wss?:\/\/.+"
        spellcheck={false}
        list="new-addresses"
        value={base}
        onInput={setAddress}
      />
      <datalist id="new-addresses">
        {addresses?.map((known) => (
          <option key={known} value={known} />
        ))}
      </datalist>
      <PasswordChoice isWanted={hasPassword} onChange={setHasPassword} />
    </FormDialog>
  );
}

interface PasswordChoiceProps {
  readonly isWanted: boolean;
  readonly onChange: (isWanted: boolean) => void;
}

function PasswordChoice({ isWanted, onChange }: PasswordChoiceProps) {
  return (
    <>
      <label class="row tight">
        <input
          type="checkbox"
          checked={isWanted}
          disabled={!may('admin')}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
        {t('Make a password that it has to show')}
      </label>
      {!may('admin') && (
        <p class="soft small">
          {t('Passwords take the role admin: without one, anybody may connect as this one.')}
        </p>
      )}
    </>
  );
}

/** Throws Failure, also if there is a charge point of this identity already. */
async function provision(id: string, words: Words, password: string | undefined): Promise<void> {
  const { displayName, bay, group } = words;
  const body = {
    displayName: displayName.trim() || null,
    place: bay.trim() === '' ? null : { bay: bay.trim() },
    group: group.trim() || null,
    ...(password !== undefined && { key: password }),
  };
  await save(`/charge-points/${encodeURIComponent(id)}`, body, undefined);
}
