import { queryOf, request } from '../../api.ts';
import type { InstalledProfile } from '../../charging-profile.ts';
import { Refusal, useDoing } from '../../parts/action.tsx';
import { Empty } from '../../parts/states.tsx';
import { When } from '../../parts/when.tsx';
import { urlOf } from '../../router.ts';
import { may } from '../../session.ts';

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
      <Empty title="It holds no charging profile">
        <p>This follows its answers: Farad cannot know what was set before they met.</p>
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
              <th scope="col">Profile</th>
              <th scope="col">Purpose</th>
              <th scope="col">Connector</th>
              <th scope="col" class="number">
                Stack level
              </th>
              <th scope="col">Transaction</th>
              <th scope="col">Set</th>
              <th scope="col">
                <span class="visually-hidden">Actions</span>
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
      <td data-label="Purpose">{purpose}</td>
      <td data-label="Connector">{connectorId === 0 ? 'all' : connectorId}</td>
      <td data-label="Stack level" class="number">
        {stackLevel}
      </td>
      <td data-label="Transaction">
        {transactionId === null ? (
          <span class="soft">any</span>
        ) : (
          <a href={urlOf.transaction(transactionId)}>{transactionId}</a>
        )}
      </td>
      <td data-label="Set">
        <When at={item.installedAt} />
        {item.doubtfulSince && <span class="tone-attention"> in doubt</span>}
      </td>
      <td class="number">
        <button
          type="button"
          class="link"
          disabled={!canClear}
          aria-label={`Clear profile ${chargingProfileId}`}
          onClick={onClear}
        >
          Clear
        </button>
      </td>
    </tr>
  );
}
