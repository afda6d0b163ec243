import { type Signal, useSignal } from '@preact/signals';
import { Failure } from '../failure.ts';
import type { LogInMethods } from '../model.ts';
import { SecretField, TextField } from '../parts/fields.tsx';
import { LanguageChoice } from '../parts/language-choice.tsx';
import { Mark } from '../parts/mark.tsx';
import { useResource } from '../resource.ts';
import { type Credentials, farewell, logIn, offeredKey } from '../session.ts';
import { t } from '../words/words.ts';

/** With what people log in. */
type Way = 'key' | 'password';

/** With what somebody logged in here last; no secret. */
const LAST_WAY = 'farad-log-in-with';

export function LogIn() {
  const way = useSignal<Way>(localStorage.getItem(LAST_WAY) === 'password' ? 'password' : 'key');
  const refusal = useSignal('');
  // One that came with the address is not overlooked.
  const isWithKey = way.value === 'key' || offeredKey.value !== '';
  const choose = (other: Way) => {
    way.value = other;
    offeredKey.value = '';
    refusal.value = '';
  };
  return (
    <main>
      <div class="log-in panel">
        <h1>
          <Mark size={24} /> Farad
        </h1>
        {farewell.value && !refusal.value && (
          <p class="note" role="status">
            {farewell.value}
          </p>
        )}
        {refusal.value && (
          <p class="note failure" role="alert">
            {refusal.value}
          </p>
        )}
        {isWithKey ? <WithKey way={way} refusal={refusal} /> : <WithPassword refusal={refusal} />}
        <ByProvider />
        <button type="button" class="link" onClick={() => choose(isWithKey ? 'password' : 'key')}>
          {isWithKey ? t('Log in with name and password') : t('Log in with an API key')}
        </button>
        <p class="small soft">
          {t(
            'Farad prints a key when it starts for the first time; with it admins create users under System. The log-in lasts twelve hours.',
          )}
        </p>
        <LanguageChoice />
      </div>
    </main>
  );
}

/** Leads to the OpenID provider, where there is one. */
function ByProvider() {
  const { data } = useResource<LogInMethods>('/log-in-methods');
  if (!data?.oidc) return null;
  return (
    <a class="button" href="/api/v1/session/oidc">
      {t('Log in with {label}', { label: data.oidc.label })}
    </a>
  );
}

interface WithKeyProps {
  readonly way: Signal<Way>;
  readonly refusal: Signal<string>;
}

function WithKey({ way, refusal }: WithKeyProps) {
  const { isBusy, submit } = useLogIn(refusal, 'key', () => ({ key: offeredKey.value.trim() }));
  return (
    <form onSubmit={submit}>
      <SecretField
        id="log-in-key"
        label={t('API key')}
        autocomplete="off"
        value={offeredKey.value}
        onInput={(key) => {
          way.value = 'key';
          offeredKey.value = key;
        }}
      />
      <LogInButton isBusy={isBusy} isReady={offeredKey.value !== ''} />
    </form>
  );
}

function WithPassword({ refusal }: Pick<WithKeyProps, 'refusal'>) {
  const name = useSignal('');
  const password = useSignal('');
  const { isBusy, submit } = useLogIn(refusal, 'password', () => ({
    name: name.value.trim(),
    password: password.value,
  }));
  return (
    <form onSubmit={submit}>
      <TextField
        id="log-in-name"
        label={t('Name')}
        autocomplete="username"
        autocapitalize="none"
        spellcheck={false}
        required
        value={name.value}
        onInput={(text) => {
          name.value = text;
        }}
      />
      <SecretField
        id="log-in-password"
        label={t('Password')}
        autocomplete="current-password"
        value={password.value}
        onInput={(text) => {
          password.value = text;
        }}
      />
      <LogInButton isBusy={isBusy} isReady={name.value !== '' && password.value !== ''} />
    </form>
  );
}

function LogInButton({ isBusy, isReady }: { readonly isBusy: boolean; readonly isReady: boolean }) {
  return (
    <button type="submit" class="primary" disabled={isBusy || !isReady}>
      {isBusy ? t('Logging in…') : t('Log in')}
    </button>
  );
}

function useLogIn(refusal: Signal<string>, way: Way, credentials: () => Credentials) {
  const busy = useSignal(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    busy.value = true;
    refusal.value = '';
    try {
      await logIn(credentials());
      localStorage.setItem(LAST_WAY, way);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      refusal.value = error.message;
    } finally {
      busy.value = false;
    }
  };
  return { isBusy: busy.value, submit };
}
