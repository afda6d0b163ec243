import { useEffect, useRef } from 'preact/hooks';
import { t } from '../words/words.ts';

interface PemFieldProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly required?: boolean;
  readonly onChange: (pem: string) => void;
}

/** A certificate in PEM, pasted or read from a file; a private key does not leave the browser. */
export function PemField({ id, label, value, required = false, onChange }: PemFieldProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    const isKey = /PRIVATE KEY/.test(value);
    field.current?.setCustomValidity(
      isKey ? t('This holds a private key. Only the certificate belongs here.') : '',
    );
  }, [value]);
  const read = async (file: File | undefined) => {
    if (file) onChange(await file.text());
  };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <textarea
        ref={field}
        id={id}
        rows={5}
        required={required}
        spellcheck={false}
        placeholder="-----BEGIN CERTIFICATE-----"
        value={value}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      <label class="hint">
        {t('or from a file')}{' '}
        <input
          type="file"
          accept=".pem,.crt,.cer"
          onChange={(event) => void read(event.currentTarget.files?.[0])}
        />
      </label>
    </div>
  );
}
