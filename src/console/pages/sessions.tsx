import { queryOf, request } from '../api.ts';
import { counted } from '../format.ts';
import type { Page } from '../model.ts';
import { Refusal, useDoing } from '../parts/action.tsx';
import { Pager } from '../parts/pager.tsx';
import { Empty, Shown } from '../parts/states.tsx';
import { When } from '../parts/when.tsx';
import { useResource } from '../resource.ts';
import { place } from '../router.ts';
import { may } from '../session.ts';

interface LogIn {
  readonly id: string;
  readonly keyId: string;
  readonly role: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly lastSeenAt: string | null;
  readonly remoteAddress: string | null;
  readonly userAgent: string | null;
  readonly current: boolean;
}

/** Who is logged in to the console, and from where; each log-in can be ended. */
export function Sessions() {
  const cursor = place.value.query.get('cursor') ?? undefined;
  const list = useResource<Page<LogIn>>(`/sessions${queryOf({ cursor, limit: 50 })}`, {
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
        <h2>Log-ins</h2>
        <span class="soft small">
          {may('admin') ? 'of everybody' : 'with your key; those of others take the role admin'}
        </span>
      </header>
      <Refusal failure={doing.failure} />
      <Shown of={list} what="the log-ins">
        {({ items, next }) =>
          items.length === 0 ? (
            <Empty title="Nobody is logged in">
              <p>You are here with a key. Log-ins of the console show here.</p>
            </Empty>
          ) : (
            <>
              <div class="scroll">
                <table class="table cards">
                  <thead>
                    <tr>
                      <th scope="col">Key</th>
                      <th scope="col">Since</th>
                      <th scope="col">Last seen</th>
                      <th scope="col">Ends</th>
                      <th scope="col">From</th>
                      <th scope="col">
                        <span class="visually-hidden">Actions</span>
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {items.map((one) => (
                      <Row key={one.id} logIn={one} isBusy={doing.busy} onEnd={() => void end(one.id)} />
                    ))}
                  </tbody>
                </table>
              </div>
              <Pager next={next} sum={counted(items.length, 'log-in')} />
            </>
          )
        }
      </Shown>
    </div>
  );
}

interface RowProps {
  readonly logIn: LogIn;
  readonly isBusy: boolean;
  readonly onEnd: () => void;
}

function Row({ logIn, isBusy, onEnd }: RowProps) {
  const { keyId, role, createdAt, lastSeenAt, expiresAt, remoteAddress, userAgent, current } = logIn;
  return (
    <tr>
      <td class="id">
        <b>{keyId}</b> <span class="soft">{role}</span>
      </td>
      <td data-label="Since">
        <When at={createdAt} both />
      </td>
      <td data-label="Last seen">{lastSeenAt ? <When at={lastSeenAt} /> : <span class="soft">–</span>}</td>
      <td data-label="Ends">
        <When at={expiresAt} />
      </td>
      <td data-label="From">
        {remoteAddress ?? <span class="soft">–</span>}
        {userAgent !== null && <div class="small soft">{userAgent}</div>}
      </td>
      <td class="number">
        {current ? (
          <span class="soft">this one</span>
        ) : (
          <button
            type="button"
            class="link"
            disabled={isBusy}
            onClick={onEnd}
            aria-label={`End the log-in of ${keyId} from ${remoteAddress ?? 'somewhere'}`}
          >
            End
          </button>
        )}
      </td>
    </tr>
  );
}
