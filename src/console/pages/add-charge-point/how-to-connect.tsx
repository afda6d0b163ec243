import type { ChargePoint } from '../../model.ts';
import { Copyable } from '../../parts/connect-url.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { QrCode } from '../../parts/qr-code.tsx';
import { useResource } from '../../resource.ts';
import { urlOf } from '../../router.ts';

/** A charge point that was added just now. */
export interface Added {
  readonly id: string;
  readonly url: string;
  readonly password: string | undefined;
}

/** What has to be entered at a charge point, once, and whether it has come. */
export function HowToConnect({ added, onClose }: { readonly added: Added; readonly onClose: () => void }) {
  const { id, url, password } = added;
  const { data } = useResource<ChargePoint>(`/charge-points/${encodeURIComponent(id)}`, { everyMs: 2000 });
  return (
    <Dialog title={`${id} is added`} onClose={onClose}>
      <div>
        <h3>URL</h3>
        <Copyable text={url} />
      </div>
      {password === undefined ? (
        <p class="note">It has no password: anybody may connect as {id}.</p>
      ) : (
        <div>
          <h3>Password</h3>
          <Copyable text={password} />
          <p class="small soft">
            For HTTP Basic authentication, with the identity as user name. This is the only time it is shown.
          </p>
        </div>
      )}
      <QrCode
        text={[url, ...(password === undefined ? [] : [password])].join('\n')}
        label={`QR code: the URL of ${id}${password === undefined ? '' : ' and its password, a line each'}`}
      />
      <p role="status">
        {data?.connected ? (
          <span class="tone-available">It has connected.</span>
        ) : (
          <span class="soft">Waiting for it to connect…</span>
        )}
      </p>
      <div class="actions">
        <a class="button" href={urlOf.chargePoint(id)}>
          Open {id}
        </a>
        <button type="button" class="primary" onClick={onClose}>
          {password === undefined ? 'Close' : 'I have kept it'}
        </button>
      </div>
    </Dialog>
  );
}
