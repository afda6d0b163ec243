import { queryOf, request } from '../api.ts';
import type { ConsoleSession, Page } from '../model.ts';
import { Refusal, useDoing } from '../parts/action.tsx';
import { type Column, Table } from '../parts/list-page.tsx';
import { Pager } from '../parts/pager.tsx';
import { Empty, Shown } from '../parts/states.tsx';
import { When } from '../parts/when.tsx';
import { OwnPassword } from '../parts/who.tsx';
import { useResource } from '../resource.ts';
import { place } from '../router.ts';
import { may } from '../session.ts';
import { plural, t } from '../words/words.ts';

/** Who is logged in to the console, and from where; each log-in can be ended. */
export function Sessions() {
  const cursor = place.value.query.get('cursor') ?? undefined;
  const list = useResource<Page<ConsoleSession>>(`/sessions${queryOf({ cursor, limit: 50 })}`, {
    everyMs: 10_000,
    keep: true,
  });
  const doing = useDoing();
  const end = (id: string) =>
    doing.run(async () => {
      await request('DELETE', `/sessions/${encodeURIComponent(id)}`);
      list.reload();
    });
  return (
    <div class="panel">
      <header>
        <h2>{t('Log-ins')}</h2>
        <span class="soft small">
          {may('admin') ? t('of everybody') : t('your own; those of others take the role admin')}
        </span>
        <OwnPassword />
      </header>
      <Refusal failure={doing.failure} />
      <Shown of={list} what={t('the log-ins')}>
        {({ items, next }) =>
          items.length === 0 ? (
            <Empty title={t('Nobody is logged in')}>
              <p>{t('Log-ins of the console show here.')}</p>
            </Empty>
          ) : (
            <>
              <Table
                items={items}
                columns={[
                  ...COLUMNS,
                  {
                    label: 'Actions',
                    kind: 'actions',
                    cell: (one) => (
                      <EndButton logIn={one} isBusy={doing.busy} onEnd={() => void end(one.id)} />
                    ),
                  },
                ]}
                keyOf={({ id }) => id}
              />
              <Pager next={next} sum={plural(items.length, '{n} log-in', '{n} log-ins')} />
            </>
          )
        }
      </Shown>
    </div>
  );
}

const COLUMNS: readonly Column<ConsoleSession>[] = [
  {
    label: 'Who',
    kind: 'id',
    cell: ({ holder, kind, role }) => (
      <>
        <b>{holder}</b> <span class="soft">{kind === 'key' ? t('key, {role}', { role }) : role}</span>
      </>
    ),
  },
  { label: 'Since', cell: ({ createdAt }) => <When at={createdAt} both /> },
  {
    label: 'Last seen',
    cell: ({ lastSeenAt }) => (lastSeenAt ? <When at={lastSeenAt} /> : <span class="soft">–</span>),
  },
  { label: 'Ends', cell: ({ expiresAt }) => <When at={expiresAt} /> },
  {
    label: 'From',
    cell: ({ remoteAddress, userAgent }) => (
      <>
        {remoteAddress ?? <span class="soft">–</span>}
        {userAgent !== null && <div class="small soft">{userAgent}</div>}
      </>
    ),
  },
];

interface EndButtonProps {
  readonly logIn: ConsoleSession;
  readonly isBusy: boolean;
  readonly onEnd: () => void;
}

function EndButton({ logIn: { holder, remoteAddress, current }, isBusy, onEnd }: EndButtonProps) {
  if (current) return <span class="soft">{t('this one')}</span>;
  return (
    <button
      type="button"
      class="link"
      disabled={isBusy}
      onClick={onEnd}
      aria-label={t('End the log-in of {holder} from {remoteAddress}', {
        holder,
        remoteAddress: remoteAddress ?? 'somewhere',
      })}
    >
      {t('End')}
    </button>
  );
}
