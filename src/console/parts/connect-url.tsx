import { useSignal } from '@preact/signals';

/** Where charge points connect to, as far as the console can tell: Farad's default port beside the address it is seen at. */
export function ConnectUrl() {
  return <Copyable text={`ws://${location.hostname}:9220/ocpp/CHARGE-POINT-ID`} />;
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
      <button type="button" onClick={() => void copy()} aria-label={`Copy ${text}`}>
        {copied.value ? 'Copied' : 'Copy'}
      </button>
    </span>
  );
}
