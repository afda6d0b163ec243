import { useState } from 'preact/hooks';
import { request } from '../../../api.ts';
import type { ChargePoint } from '../../../model.ts';
import { Refusal, useDoing } from '../../../parts/action.tsx';
import { Empty } from '../../../parts/states.tsx';
import type { InstalledRoots } from '../../../security.ts';
import { may } from '../../../session.ts';
import { t } from '../../../words/words.ts';
import { DeleteRoot } from './delete-root.tsx';
import { InstallRoot } from './install-root.tsx';
import { ROOT_TYPES, type Root, RootTable } from './root-table.tsx';

interface RootsProps {
  readonly chargePoint: ChargePoint;
  readonly path: string;
  readonly items: readonly InstalledRoots[];
  readonly onChanged: () => void;
}

/** The roots that a charge point trusts, as it reported them. */
export function Roots({ chargePoint: { id, connected }, path, items, onChanged }: RootsProps) {
  const doing = useDoing();
  const [deleting, setDeleting] = useState<Root | undefined>();
  const [installing, setInstalling] = useState(false);
  const allowed = may('operator') && connected;
  const reported = items.flatMap(({ certificateType, certificates, toldAt, changedSince }) =>
    (certificates ?? []).map((root) => ({ ...root, certificateType, toldAt, changedSince })),
  );
  const ask = () =>
    doing.run(async () => {
      for (const certificateType of Object.keys(ROOT_TYPES))
        await request('POST', `${path}/refresh`, { body: { certificateType } });
      onChanged();
    });
  return (
    <section class="panel" aria-labelledby="roots">
      <header>
        <h2 id="roots">{t('Roots that it trusts')}</h2>
        <button type="button" class="end" disabled={!allowed} onClick={() => setInstalling(true)}>
          {t('Install a root')}
        </button>
        <button type="button" disabled={!allowed || doing.busy} onClick={() => void ask()}>
          {doing.busy ? t('Asking…') : t('Ask the charge point')}
        </button>
      </header>
      <Refusal failure={doing.failure} />
      {reported.length === 0 ? (
        <Empty
          title={
            items.some(({ toldAt }) => toldAt !== null) ? t('It reported none') : t('Nobody has asked it')
          }
        >
          <p>{t('GetInstalledCertificateIds asks it for its roots.')}</p>
        </Empty>
      ) : (
        <RootTable roots={reported} onDelete={allowed ? setDeleting : undefined} />
      )}
      {installing && (
        <InstallRoot id={id} path={path} onClose={() => setInstalling(false)} onInstalled={onChanged} />
      )}
      {deleting && (
        <DeleteRoot
          id={id}
          path={path}
          hashData={deleting.hashData}
          subject={deleting.subject}
          onClose={() => setDeleting(undefined)}
          onDeleted={onChanged}
        />
      )}
    </section>
  );
}
