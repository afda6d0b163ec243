import { queryOf } from '../../api.ts';
import { count } from '../../format.ts';
import type { ChargePoint, Page } from '../../model.ts';
import { ExpiryOf } from '../../parts/expiry.tsx';
import { ChoiceFilter, TextFilter } from '../../parts/filter-fields.tsx';
import { Pager } from '../../parts/pager.tsx';
import { SortHeader } from '../../parts/sort-header.tsx';
import { Empty, Shown } from '../../parts/states.tsx';
import { Status } from '../../parts/status.tsx';
import { useResource } from '../../resource.ts';
import { place, urlOf } from '../../router.ts';
import { profileInWords } from '../../security.ts';
import { type Plain, t } from '../../words/words.ts';

const PER_PAGE = 50;

const WITHIN = [
  ['', 'in 30 days'],
  ['0', 'has come'],
  ['7', 'in 7 days'],
  ['90', 'in 90 days'],
  ['365', 'in a year'],
] as const satisfies readonly (readonly [value: string, word: Plain])[];

/** Charge points whose certificate ends soon and that have no newer one. */
export function Expiring() {
  const value = (name: string) => place.value.query.get(name) ?? undefined;
  const sort = value('sort') ?? 'certificateExpiresAt';
  const query = { text: value('text'), certificateExpiresWithin: value('within') ?? 30, sort };
  const list = useResource<Page<ChargePoint>>(
    `/charge-points${queryOf({ ...query, cursor: value('cursor'), limit: PER_PAGE })}`,
    { everyMs: 15_000, keep: true },
  );
  return (
    <>
      <form class="filters" aria-label={t('Filters')} onSubmit={(event) => event.preventDefault()}>
        <ChoiceFilter
          name="within"
          label={t('Expiry')}
          options={WITHIN.map(([value, word]) => [value, t(word)] as const)}
        />
        <TextFilter name="text" label={t('Text')} placeholder={t('id, serial, vendor, group')} />
      </form>
      <section class="panel" aria-label={t('Expiring certificates')}>
        <Shown of={list} what={t('certificates')} lines={10}>
          {({ items, next, total = items.length }) =>
            items.length === 0 ? (
              <Empty title={t('No certificate expires in this time')}>
                <p>{t('A charge point that has a newer certificate is not listed for its old one.')}</p>
              </Empty>
            ) : (
              <>
                <ExpiringTable items={items} sort={sort} />
                <Pager
                  next={next}
                  sum={t('{items} of {total}', { items: count(items.length), total: count(total) })}
                />
              </>
            )
          }
        </Shown>
      </section>
    </>
  );
}

function ExpiringTable({ items, sort }: { readonly items: readonly ChargePoint[]; readonly sort: string }) {
  return (
    <div class="scroll">
      <table class="table cards">
        <thead>
          <tr>
            <SortHeader name="id" label="Charge point" sort={sort} />
            <SortHeader name="certificateExpiresAt" label="Certificate expires" sort={sort} />
            <th scope="col">{t('Profile')}</th>
            <SortHeader name="group" label="Group" sort={sort} />
            <SortHeader name="vendor" label="Vendor and model" sort={sort} />
            <th scope="col">{t('Connection')}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <Row key={item.id} item={item} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ item: { id, security, settings, boot, connected } }: { readonly item: ChargePoint }) {
  const { profile, certificateExpiresAt } = security;
  return (
    <tr>
      <td class="id">
        <a href={`${urlOf.chargePoint(id)}?tab=security`}>{id}</a>
      </td>
      <td data-label={t('Certificate expires')}>
        {certificateExpiresAt && <ExpiryOf notAfter={certificateExpiresAt} />}
      </td>
      <td data-label={t('Profile')}>{profile === null ? t('unknown') : profileInWords(profile)}</td>
      <td data-label={t('Group')}>{settings?.group ?? <span class="soft">–</span>}</td>
      <td data-label={t('Vendor and model')}>
        {boot ? `${boot.vendor} ${boot.model}` : <span class="soft">–</span>}
      </td>
      <td data-label={t('Connection')}>
        <Status status={connected ? 'connected' : 'offline'} />
      </td>
    </tr>
  );
}
