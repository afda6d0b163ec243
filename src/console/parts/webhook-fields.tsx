import { randomKey } from '../random-key.ts';
import { t } from '../words/words.ts';
import { Field, TextField } from './fields.tsx';

interface WebhookFieldsProps {
  /** What the ids of the fields begin with. */
  readonly name: string;
  readonly url: string;
  readonly secret: string;
  /** Whether the webhook has a secret already. */
  readonly hasSecret: boolean;
  readonly onChange: (more: { readonly url?: string; readonly secret?: string }) => void;
}

/** Fields for the address of a webhook, and what messages to it are signed with. */
export function WebhookFields({ name, url, secret, hasSecret, onChange }: WebhookFieldsProps) {
  return (
    <>
      <TextField
        id={`${name}-url`}
        label={t('Webhook')}
        placeholder="https://"
        autocomplete="off"
        spellcheck={false}
        maxLength={2000}
        value={url}
        onInput={(written) => onChange({ url: written })}
      />
      {url !== '' && (
        <Field
          id={`${name}-secret`}
          label={t('Secret')}
          hint={
            hasSecret
              ? t('Messages are signed. Empty: with the present one.')
              : t('What messages are signed with. It is not shown again: copy it to the receiver.')
          }
        >
          <span class="row tight">
            <input
              id={`${name}-secret`}
              aria-describedby={`${name}-secret-hint`}
              minLength={16}
              maxLength={200}
              autocomplete="off"
              spellcheck={false}
              value={secret}
              onInput={(event) => onChange({ secret: event.currentTarget.value })}
            />
            <button type="button" onClick={() => onChange({ secret: randomKey() })}>
              {t('Make one')}
            </button>
          </span>
        </Field>
      )}
    </>
  );
}
