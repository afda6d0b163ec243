import { useSignal } from '@preact/signals';
import type { Overview } from '../model.ts';
import { useResource } from '../resource.ts';
import { t } from '../words/words.ts';

/** Where charge points connect to, on the host that the console is seen at. */
export function ConnectUrl() {
  const { data } = useResource<Overview>('/overview');
  if (!data) return null;
  if (data.ocppPort === null) return <p>{t('Farad printed its address when it started.')}</p>;
  return (
    <Copyable text={`ws://${location.hostname}:${data.ocppPort}${data.ocppPath}/${t('CHARGE-POINT-ID')}`} />
  );
}

export function Copyable({ text }: { readonly text: string }) {
  const copied = useSignal(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    copied.value = true;
    setTimeout(() => {
      copied.value = false;
    }, 2000);
  };
  return (
    <span class="copyable">
      <code>{text}</code>
      <button type="button" onClick={() => void copy()} aria-label={t('Copy {text}', { text })}>
        {copied.value ? t('Copied') : t('Copy')}
      </button>
    </span>
  );
}
