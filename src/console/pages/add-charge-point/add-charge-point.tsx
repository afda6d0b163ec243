import { useState } from 'preact/hooks';
import { useDoing } from '../../parts/action.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { randomKey } from '../../random-key.ts';
import { save } from '../../save.ts';
import { may } from '../../session.ts';
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
      const { displayName, bay, group } = words;
      await save(
        `/charge-points/${encodeURIComponent(id)}`,
        {
          displayName: displayName.trim() || null,
          place: bay.trim() === '' ? null : { bay: bay.trim() },
          group: group.trim() || null,
          ...(password !== undefined && { key: password }),
        },
        undefined,
      );
      setAdded({ id, url: urlOfChargePoint(base, id), password });
    });

  if (added) return <HowToConnect added={added} onClose={onClose} />;
  return (
    <FormDialog
      title="Add a charge point"
      submit="Add charge point"
      doing={doing}
      onClose={onClose}
      onSubmit={add}
    >
      <div class="field">
        <label for="new-id">Identity</label>
        <input
          id="new-id"
          required
          pattern="[^\/]*\S[^\/]*"
          maxLength={255}
          autocomplete="off"
          spellcheck={false}
          aria-describedby="new-id-hint"
          value={id}
          onInput={(event) => setId(event.currentTarget.value)}
        />
        <span id="new-id-hint" class="hint">
          What it calls itself at the end of its URL, without a slash.
        </span>
      </div>
      {WORDS.map(([name, label, maxLength]) => (
        <div class="field" key={name}>
          <label for={`new-${name}`}>{label}</label>
          <input
            id={`new-${name}`}
            maxLength={maxLength}
            value={words[name]}
            onInput={(event) => setWords({ ...words, [name]: event.currentTarget.value })}
          />
        </div>
      ))}
      <div class="field">
        <label for="new-address">Address of Farad, as charge points reach it</label>
        <input
          id="new-address"
          required
          pattern="wss?:\/\/.+"
          spellcheck={false}
          list="new-addresses"
          aria-describedby="new-address-hint"
          value={base}
          onInput={(event) => setAddress(event.currentTarget.value)}
        />
        <datalist id="new-addresses">
          {addresses?.map((known) => (
            <option key={known} value={known} />
          ))}
        </datalist>
        <span id="new-address-hint" class="hint">
          Behind a proxy it is that of the proxy. It is not stored, only shown in the next step.
        </span>
      </div>
      <label class="row tight">
        <input
          type="checkbox"
          checked={hasPassword}
          disabled={!may('admin')}
          onChange={(event) => setHasPassword(event.currentTarget.checked)}
        />
        Make a password that it has to show
      </label>
      {!may('admin') && (
        <p class="soft small">Passwords take the role admin: without one, anybody may connect as this one.</p>
      )}
    </FormDialog>
  );
}
