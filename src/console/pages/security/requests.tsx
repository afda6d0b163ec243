import { queryOf } from '../../api.ts';
import type { CertificateRequest, Page } from '../../model.ts';
import { ChoiceFilter } from '../../parts/filter-fields.tsx';
import { Pager } from '../../parts/pager.tsx';
import { Empty, Shown } from '../../parts/states.tsx';
import { Status } from '../../parts/status.tsx';
import { When } from '../../parts/when.tsx';
import { useResource } from '../../resource.ts';
import { place, urlOf } from '../../router.ts';
import { requestState } from '../../security.ts';
import { type Plain, plural, t } from '../../words/words.ts';

const WHICH = [
  ['', 'that failed'],
  ['open', 'that wait'],
  ['all', 'all'],
] as const satisfies readonly (readonly [value: string, word: Plain])[];

const STATUSES: Readonly<Record<string, string>> = {
  installed: 'Accepted',
  rejected: 'Rejected',
  refused: 'Rejected',
  failed: 'Rejected',
  superseded: 'Unavailable',
};

/** What charge points want to have signed, and what became of it. */
export function Requests() {
  const { query } = place.value;
  const which = query.get('which') ?? 'failed';
  const list = useResource<Page<CertificateRequest>>(
    `/certificate-requests${queryOf({ which: which === 'all' ? undefined : which, cursor: query.get('cursor') ?? undefined, limit: 50 })}`,
    { everyMs: 5000, keep: true },
  );
  return (
    <>
      <form class="filters" aria-label={t('Filters')} onSubmit={(event) => event.preventDefault()}>
        <ChoiceFilter
          name="which"
          label={t('Requests')}
          options={WHICH.map(([value, word]) => [value, t(word)] as const)}
        />
      </form>
      <section class="panel" aria-label={t('Requests for certificates')}>
        <Shown of={list} what={t('requests')} lines={8}>
          {({ items, next }) =>
            items.length === 0 ? (
              <Empty title={t('No such request')}>
                <p>
                  {t(
                    'A charge point that sends SignCertificate has its request here until it has its certificate.',
                  )}
                </p>
              </Empty>
            ) : (
              <>
                <RequestTable items={items} />
                <Pager next={next} sum={plural(items.length, '{n} request', '{n} requests')} />
              </>
            )
          }
        </Shown>
      </section>
    </>
  );
}

function RequestTable({ items }: { readonly items: readonly CertificateRequest[] }) {
  return (
    <div class="scroll">
      <table class="table cards">
        <thead>
          <tr>
            <th scope="col">{t('Charge point')}</th>
            <th scope="col">{t('Received')}</th>
            <th scope="col">{t('State')}</th>
            <th scope="col">{t('What keeps it')}</th>
          </tr>
        </thead>
        <tbody>
          {items.map(({ id, chargePointId, receivedAt, state, problem }) => (
            <tr key={id}>
              <td class="id">
                <a href={`${urlOf.chargePoint(chargePointId)}?tab=security`}>{chargePointId}</a>
              </td>
              <td data-label={t('Received')}>
                <When at={receivedAt} />
              </td>
              <td data-label={t('State')}>
                <Status status={STATUSES[state] ?? 'Pending'} word={requestState(state)} />
              </td>
              <td data-label={t('What keeps it')}>{problem ?? <span class="soft">–</span>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
