import { useState } from 'preact/hooks';
import { request } from '../../api.ts';
import type { User, UserWithPassword } from '../../model.ts';
import { Refusal, useDoing } from '../../parts/action.tsx';
import { Copyable } from '../../parts/connect-url.tsx';
import { DeleteDialog } from '../../parts/delete-dialog.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { type Column, ListPage, useList } from '../../parts/list-page.tsx';
import { scopeText } from '../../parts/scope-fields.tsx';
import { Empty } from '../../parts/states.tsx';
import { When } from '../../parts/when.tsx';
import { type Plain, plural, t } from '../../words/words.ts';
import { UserDialog } from './user-dialog.tsx';

/** What is done about whom. */
type Doing =
  | { readonly what: 'create' }
  | { readonly what: 'change' | 'reset' | 'delete'; readonly user: User }
  | { readonly what: 'show'; readonly made: UserWithPassword };

const COLUMNS: readonly Column<User>[] = [
  {
    label: 'User',
    kind: 'id',
    cell: ({ name, displayName }) => (
      <>
        <b>{name}</b> {displayName !== null && <span class="soft">{displayName}</span>}
      </>
    ),
  },
  { label: 'Role', cell: ({ role }) => role },
  { label: 'Sees', cell: ({ scope }) => scopeText(scope) },
  {
    label: 'State',
    cell: ({ enabled, passwordKind, provider }) => {
      if (!enabled) return <span class="tone-fault">{t('disabled')}</span>;
      if (provider !== null) return <span title={provider}>{t('logs in by OpenID')}</span>;
      return passwordKind === 'one-time' ? (
        <span class="tone-attention">{t('has to choose a password')}</span>
      ) : (
        t('enabled')
      );
    },
  },
  { label: 'Last log-in', cell: ({ lastLogInAt }) => <When at={lastLogInAt} /> },
  { label: 'Created', cell: ({ createdAt }) => <When at={createdAt} both /> },
  { label: 'By|whom', cell: ({ createdBy }) => createdBy || 'OpenID' },
];

/** Who may log in by name and password, and who has logged in by the OpenID provider. */
export function Users() {
  const list = useList<User>('/users', {});
  const [doing, setDoing] = useState<Doing | undefined>();
  const close = () => setDoing(undefined);
  const done = (made?: UserWithPassword) => {
    setDoing(made?.oneTimePassword ? { what: 'show', made } : undefined);
    list.reload();
  };
  return (
    <>
      <div class="row">
        <p class="soft">{t('Each has a name of their own in the audit trail. Programs use API keys.')}</p>
        <button type="button" class="primary end" onClick={() => setDoing({ what: 'create' })}>
          {t('Create a user')}
        </button>
      </div>
      <ListPage
        of={list}
        what={t('the users')}
        lines={6}
        columns={[...COLUMNS, actions(setDoing)]}
        keyOf={({ name }) => name}
        empty={
          <Empty title={t('There is no user yet')}>
            <p>{t('Whoever logs in by name and password, or by OpenID, shows here.')}</p>
          </Empty>
        }
        sum={(shown) => plural(shown, '{n} user', '{n} users')}
      />
      {doing?.what === 'create' && <UserDialog onClose={close} onSaved={done} />}
      {doing?.what === 'change' && <UserDialog user={doing.user} onClose={close} onSaved={done} />}
      {doing?.what === 'reset' && <ResetDialog user={doing.user} onClose={close} onDone={done} />}
      {doing?.what === 'show' && <OneTimePassword made={doing.made} onClose={close} />}
      {doing?.what === 'delete' && (
        <DeleteDialog
          title={t('Delete user {name}?', { name: doing.user.name })}
          name={doing.user.name}
          path={pathOf(doing.user)}
          onClose={close}
          onDeleted={() => done()}
        >
          {t('All log-ins of the user end. The audit trail keeps the name.')}{' '}
          {doing.user.provider !== null &&
            t(
              'The next log-in by the OpenID provider makes the user anew: to keep somebody out, take “May log in” away.',
            )}
        </DeleteDialog>
      )}
    </>
  );
}

function pathOf({ name }: Pick<User, 'name'>): string {
  return `/users/${encodeURIComponent(name)}`;
}

function actions(begin: (doing: Doing) => void): Column<User> {
  const words = [
    ['change', 'Change'],
    ['reset', 'New password'],
    ['delete', 'Delete'],
  ] as const satisfies readonly (readonly [what: string, word: Plain])[];
  return {
    label: 'Actions',
    kind: 'actions',
    cell: (user) => (
      <span class="row tight end">
        {words
          .filter(([what]) => what !== 'reset' || user.provider === null)
          .map(([what, word]) => (
            <button
              key={what}
              type="button"
              class="link"
              onClick={() => begin({ what, user })}
              aria-label={t('{word}: user {name}', { word: t(word), name: user.name })}
            >
              {t(word)}
            </button>
          ))}
      </span>
    ),
  };
}

interface ResetDialogProps {
  readonly user: User;
  readonly onClose: () => void;
  readonly onDone: (made: UserWithPassword) => void;
}

function ResetDialog({ user, onClose, onDone }: ResetDialogProps) {
  const doing = useDoing();
  const reset = () =>
    doing.run(async () => {
      onDone(await request<UserWithPassword>('PUT', `${pathOf(user)}/password`, { body: {} }));
    });
  return (
    <Dialog title={t('A new password for {name}?', { name: user.name })} onClose={onClose}>
      <p>{t('The present one is worth nothing any more, and all log-ins of the user end.')}</p>
      <Refusal failure={doing.failure} />
      <div class="actions">
        <button type="button" onClick={onClose}>
          {t('Cancel')}
        </button>
        <button type="button" class="primary" disabled={doing.busy} onClick={() => void reset()}>
          {t('Make a one-time password')}
        </button>
      </div>
    </Dialog>
  );
}

interface OneTimePasswordProps {
  readonly made: UserWithPassword;
  readonly onClose: () => void;
}

function OneTimePassword({ made: { name, oneTimePassword }, onClose }: OneTimePasswordProps) {
  return (
    <Dialog title={t('One-time password of {name}', { name })} onClose={onClose}>
      <p>
        {t(
          'This is the only time it is shown. It is good for one log-in within a week, which has to choose another one.',
        )}
      </p>
      <Copyable text={oneTimePassword ?? ''} />
      <div class="actions">
        <button type="button" class="primary" onClick={onClose}>
          {t('I have passed it on')}
        </button>
      </div>
    </Dialog>
  );
}
