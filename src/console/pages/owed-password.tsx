import { useState } from 'preact/hooks';
import { Refusal, useDoing } from '../parts/action.tsx';
import { Mark } from '../parts/mark.tsx';
import { PasswordFields } from '../parts/password-fields.tsx';
import { choosePassword, logOut, session } from '../session.ts';
import { t } from '../words/words.ts';

/** For somebody who came with a one-time password: nothing else is there before another one is chosen. */
export function OwedPassword() {
  const doing = useDoing();
  const [password, setPassword] = useState('');
  const [newPassword, setNewPassword] = useState('');
  const choose = (event: SubmitEvent) => {
    event.preventDefault();
    void doing.run(() => choosePassword(password, newPassword));
  };
  return (
    <main>
      <form class="log-in panel" onSubmit={choose}>
        <h1>
          <Mark size={24} /> {t('Choose a password')}
        </h1>
        <p>
          {t('Welcome, {name}. The password that you were given is good for this once.', {
            name: session.value?.displayName ?? session.value?.id ?? '',
          })}
        </p>
        <Refusal failure={doing.failure} />
        <PasswordFields
          present={t('The password that you were given')}
          password={password}
          newPassword={newPassword}
          onPassword={setPassword}
          onNewPassword={setNewPassword}
        />
        <button type="submit" class="primary" disabled={doing.busy}>
          {t('Choose password')}
        </button>
        <button type="button" onClick={() => void logOut()}>
          {t('Log out')}
        </button>
      </form>
    </main>
  );
}
