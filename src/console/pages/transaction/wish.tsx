import { useState } from 'preact/hooks';
import { request } from '../../api.ts';
import { energy, localInput, quantity } from '../../format.ts';
import { useDoing } from '../../parts/action.tsx';
import { Fact } from '../../parts/fact.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { Refused, Skeleton } from '../../parts/states.tsx';
import { When } from '../../parts/when.tsx';
import { useResource } from '../../resource.ts';
import { may } from '../../session.ts';
import { t } from '../../words/words.ts';

interface ChargingWish {
  readonly priority: number;
  readonly departure: string | null;
  readonly energyWh: number | null;
}

/** What the driver of a running transaction wants; sites that share power by wishes go by it. */
export function Wish({ transactionId }: { readonly transactionId: number }) {
  const path = `/transactions/${transactionId}/charging-wish`;
  const wish = useResource<ChargingWish>(path);
  const [editing, setEditing] = useState(false);
  const none = wish.failure?.status === 404;
  return (
    <section class="panel" aria-labelledby="wish">
      <header>
        <h2 id="wish">{t('What the driver wants')}</h2>
        {may('operator') && (
          <button type="button" class="end" onClick={() => setEditing(true)}>
            {none ? t('Tell') : t('Change')}
          </button>
        )}
      </header>
      <div class="body">
        {none ? (
          <p class="soft">
            {t(
              'Nobody has stated one. At a site that shares power by wishes, a priority, a departure or an amount of energy decides who is served earlier.',
            )}
          </p>
        ) : wish.data ? (
          <dl class="facts">
            <Fact name={t('Priority')}>{t('{priority} of 9', { priority: wish.data.priority })}</Fact>
            <Fact name={t('Leaves')}>
              {wish.data.departure ? <When at={wish.data.departure} both /> : t('not stated')}
            </Fact>
            <Fact name={t('Energy from the start')}>
              {wish.data.energyWh === null ? t('not stated') : quantity(energy(wish.data.energyWh))}
            </Fact>
          </dl>
        ) : wish.failure ? (
          <Refused failure={wish.failure} retry={wish.reload} />
        ) : (
          <Skeleton lines={2} what={t('what the driver wants')} />
        )}
      </div>
      {editing && (
        <WishDialog
          path={path}
          {...(!none && wish.data && { wish: wish.data })}
          onClose={() => setEditing(false)}
          onSaved={() => {
            setEditing(false);
            wish.reload();
          }}
        />
      )}
    </section>
  );
}

interface WishDialogProps {
  readonly path: string;
  readonly wish?: ChargingWish;
  readonly onClose: () => void;
  readonly onSaved: () => void;
}

function WishDialog({ path, wish, onClose, onSaved }: WishDialogProps) {
  const doing = useDoing();
  const [priority, setPriority] = useState(String(wish?.priority ?? 0));
  const [departure, setDeparture] = useState(wish?.departure ? localInput(new Date(wish.departure)) : '');
  const [kWh, setKWh] = useState(wish?.energyWh == null ? '' : String(wish.energyWh / 1000));
  const save = () =>
    doing.run(async () => {
      const body = {
        priority: Number(priority),
        departure: departure === '' ? null : new Date(departure).toISOString(),
        energyWh: kWh === '' ? null : Math.round(Number(kWh) * 1000),
      };
      await request('PUT', path, { body });
      onSaved();
    });
  const forget = () =>
    doing.run(async () => {
      await request('DELETE', path);
      onSaved();
    });
  return (
    <FormDialog
      title={t('What the driver wants')}
      submit={t('Save')}
      doing={doing}
      onClose={onClose}
      onSubmit={save}
      extra={
        wish && (
          <button type="button" class="danger" disabled={doing.busy} onClick={() => void forget()}>
            {t('Forget it')}
          </button>
        )
      }
    >
      <div class="field">
        <label for="wish-priority">{t('Priority, 0 to 9')}</label>
        <input
          id="wish-priority"
          type="number"
          required
          min={0}
          max={9}
          value={priority}
          onInput={(event) => setPriority(event.currentTarget.value)}
        />
        <span class="hint">{t('Higher is served earlier and gets more.')}</span>
      </div>
      <div class="field">
        <label for="wish-departure">{t('Leaves at')}</label>
        <input
          id="wish-departure"
          type="datetime-local"
          value={departure}
          onInput={(event) => setDeparture(event.currentTarget.value)}
        />
      </div>
      <div class="field">
        <label for="wish-energy">{t('Energy from the start, kWh')}</label>
        <input
          id="wish-energy"
          type="number"
          min={0}
          step="any"
          value={kWh}
          onInput={(event) => setKWh(event.currentTarget.value)}
        />
      </div>
    </FormDialog>
  );
}
