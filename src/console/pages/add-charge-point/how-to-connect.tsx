import type { ChargePoint } from '../../model.ts';
import { Copyable } from '../../parts/connect-url.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { QrCode } from '../../parts/qr-code.tsx';
import { useResource } from '../../resource.ts';
import { urlOf } from '../../router.ts';
import { t } from '../../words/words.ts';

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
    <Dialog title={t('{id} is added', { id })} onClose={onClose}>
      <div>
        <h3>URL</h3>
        <Copyable text={url} />
      </div>
      {password === undefined ? (
        <p class="note">{t('It has no password: anybody may connect as {id}.', { id })}</p>
      ) : (
        <div>
          <h3>{t('Password')}</h3>
          <Copyable text={password} />
          <p class="small soft">
            {t(
              'For HTTP Basic authentication, with the identity as user name. This is the only time it is shown.',
            )}
          </p>
        </div>
      )}
      <QrCode
        text={[url, ...(password === undefined ? [] : [password])].join('\n')}
        label={
          password === undefined
            ? t('QR code: the URL of {id}', { id })
            : t('QR code: the URL of {id} and its password, a line each', { id })
        }
      />
      <p role="status">
        {data?.connected ? (
          <span class="tone-available">{t('It has connected.')}</span>
        ) : (
          <span class="soft">{t('Waiting for it to connect…')}</span>
        )}
      </p>
      <div class="actions">
        <a class="button" href={urlOf.chargePoint(id)}>
          {t('Open {id}', { id })}
        </a>
        <button type="button" class="primary" onClick={onClose}>
          {password === undefined ? t('Close') : t('I have kept it')}
        </button>
      </div>
    </Dialog>
  );
}
