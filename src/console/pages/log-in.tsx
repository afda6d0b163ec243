import { useSignal } from '@preact/signals';
import { Failure } from '../failure.ts';
import { Mark } from '../parts/mark.tsx';
import { farewell, logIn, offeredKey } from '../session.ts';

export function LogIn() {
  const busy = useSignal(false);
  const refusal = useSignal('');

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    busy.value = true;
    refusal.value = '';
    try {
      await logIn(offeredKey.value.trim());
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      refusal.value = error.message;
    } finally {
      busy.value = false;
    }
  };

  return (
    <main>
      <form class="log-in panel" onSubmit={submit}>
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
        <label>
          <span>API key</span>
          <input
            type="password"
            name="key"
            autocomplete="current-password"
            required
            value={offeredKey.value}
            onInput={(event) => {
              offeredKey.value = event.currentTarget.value;
            }}
          />
        </label>
        <button type="submit" class="primary" disabled={busy.value || offeredKey.value === ''}>
          {busy.value ? 'Logging in…' : 'Log in'}
        </button>
        <p class="small soft">
          Farad prints a key when it starts for the first time; admins make others under System. The log-in
          lasts twelve hours.
        </p>
      </form>
    </main>
  );
}
