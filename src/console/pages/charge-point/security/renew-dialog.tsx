import { useState } from 'preact/hooks';
import type { CertificateRequest, Page } from '../../../model.ts';
import { FormDialog } from '../../../parts/form-dialog.tsx';
import { useResource } from '../../../resource.ts';
import { requestState } from '../../../security.ts';
import { t } from '../../../words/words.ts';
import { Answer } from '../answer.tsx';
import { isAgreed, useSending } from '../use-sending.ts';
import { Goal } from './goal.tsx';

/** Has a charge point ask for a new certificate, and follows its request to the end. */
export function RenewDialog({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const sending = useSending(id);
  const requests = useResource<Page<CertificateRequest>>(
    `/certificate-requests?chargePointId=${encodeURIComponent(id)}`,
    { everyMs: 1000 },
  );
  const newest = requests.data?.items[0];
  const [before, setBefore] = useState<string | undefined>();
  const send = () => {
    setBefore(newest?.id ?? '');
    return sending.send('ExtendedTriggerMessage', { requestedMessage: 'SignChargePointCertificate' });
  };
  const request = before !== undefined && newest?.id !== before ? newest : undefined;
  return (
    <FormDialog
      title={t('Renew the certificate of {id}', { id })}
      submit={t('Send ExtendedTriggerMessage')}
      close={t('Close')}
      doing={{ busy: sending.busy || !requests.data }}
      onClose={onClose}
      onSubmit={send}
      outcome={
        <>
          {sending.sent && <Answer id={id} action="ExtendedTriggerMessage" sent={sending.sent} />}
          {isAgreed(sending.sent) && (
            <Goal
              isReached={request?.state === 'installed'}
              waiting={request ? stateOf(request) : t('Waiting for its SignCertificate.')}
              reached={t(
                'It has installed its new certificate. The old one stays good until it ends or is revoked.',
              )}
            />
          )}
        </>
      }
    >
      <p>
        {t(
          'It makes a new key pair and sends SignCertificate; Farad has it signed and sends CertificateSigned.',
        )}
      </p>
    </FormDialog>
  );
}

function stateOf({ state, problem }: CertificateRequest): string {
  const words = t('Its request is {state}.', { state: requestState(state) });
  return problem ? `${words} ${problem}` : words;
}
