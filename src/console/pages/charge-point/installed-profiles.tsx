import { queryOf, request } from '../../api.ts';
import type { InstalledProfile } from '../../charging-profile.ts';
import { Refusal, useDoing } from '../../parts/action.tsx';
import { Empty } from '../../parts/states.tsx';
import { When } from '../../parts/when.tsx';
import { urlOf } from '../../router.ts';
import { may } from '../../session.ts';
import { t } from '../../words/words.ts';

interface InstalledProfilesProps {
  readonly items: readonly InstalledProfile[];
  readonly path: string;
  readonly connected: boolean;
  readonly changed: () => void;
}

/** The charging profiles that a charge point holds as far as is known, and a button to clear each. */
export function InstalledProfiles({ items, path, connected, changed }: InstalledProfilesProps) {
  const doing = useDoing();
  if (items.length === 0) {
    return (
      <Empty title={t('It holds no charging profile')}>
        <p>{t('This follows its answers: Farad cannot know what was set before they met.')}</p>
      </Empty>
    );
  }
  const clear = ({ chargingProfileId }: InstalledProfile) =>
    doing.run(async () => {
      await request('DELETE', `${path}/charging-profiles${queryOf({ profileId: chargingProfileId })}`);
      changed();
    });
  return (
    <>
      <Refusal failure={doing.failure} />
      <div class="scroll">
        <table class="table cards">
          <thead>
            <tr>
              <th scope="col">{t('Profile')}</th>
              <th scope="col">{t('Purpose')}</th>
              <th scope="col">{t('Connector')}</th>
              <th scope="col" class="number">
                {t('Stack level')}
              </th>
              <th scope="col">{t('Transaction')}</th>
              <th scope="col">{t('Set')}</th>
              <th scope="col">
                <span class="visually-hidden">{t('Actions')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {items.map((item) => (
              <ProfileRow
                key={item.chargingProfileId}
                item={item}
                canClear={may('operator') && connected && !doing.busy}
                onClear={() => void clear(item)}
              />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

interface ProfileRowProps {
  readonly item: InstalledProfile;
  readonly canClear: boolean;
  readonly onClear: () => void;
}

function ProfileRow({ item, canClear, onClear }: ProfileRowProps) {
  const { chargingProfileId, purpose, connectorId, stackLevel, transactionId } = item;
  return (
    <tr>
      <td class="id">
        <details>
          <summary>
            <b>{chargingProfileId}</b>
          </summary>
          <pre>{JSON.stringify(item.profile, null, 2)}</pre>
        </details>
      </td>
      <td data-label={t('Purpose')}>{purpose}</td>
      <td data-label={t('Connector')}>{connectorId === 0 ? t('all') : connectorId}</td>
      <td data-label={t('Stack level')} class="number">
        {stackLevel}
      </td>
      <td data-label={t('Transaction')}>
        {transactionId === null ? (
          <span class="soft">{t('any')}</span>
        ) : (
          <a href={urlOf.transaction(transactionId)}>{transactionId}</a>
        )}
      </td>
      <td data-label={t('Set')}>
        <When at={item.installedAt} />
        {item.doubtfulSince && <span class="tone-attention"> {t('in doubt')}</span>}
      </td>
      <td class="number">
        <button
          type="button"
          class="link"
          disabled={!canClear}
          aria-label={t('Clear profile {chargingProfileId}', { chargingProfileId })}
          onClick={onClear}
        >
          {t('Clear')}
        </button>
      </td>
    </tr>
  );
}
