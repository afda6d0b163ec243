import { isAccepted } from '../store/charge-point-security.ts';
import type { ChargePointSettings, Place } from '../store/charge-point-settings.ts';
import { type ExpectedVersion, requireVersion } from '../store/expected-version.ts';
import type { SecurityProfile } from '../store/security-profile.ts';
import { MAX_CHARGE_POINT_ID_BYTES, type Store } from '../store/store.ts';
import type { ControlDeps } from './deps.ts';
import type { Edges } from './edges.ts';
import { apiError } from './errors.ts';
import { InTurn } from './in-turn.ts';
import { lowersSecurity } from './security-view.ts';
import { unfit } from './unfit.ts';

/** As the standard says (security whitepaper A00.FR.205). */
const MIN_KEY_BYTES = 16;
/**
 * Twice what the standard allows: some charge points show the hexadecimal digits of their key instead of its
 * bytes.
 */
const MAX_TEXT_BYTES = 40;

interface PlaceUpdate {
  readonly address?: string | null;
  readonly bay?: string | null;
  readonly coordinates?: Place['coordinates'] | null;
}

/**
 * Settings as clients write them, already checked (`#/components/schemas/ChargePointUpdate`); null stands for
 * none.
 */
export interface ChargePointUpdate {
  readonly registration?: 'Accepted' | 'Pending' | 'Rejected' | null;
  readonly reader?: 'lenient' | 'strict' | null;
  /** Seconds. */
  readonly pingInterval?: number | null;
  readonly displayName?: string | null;
  readonly place?: PlaceUpdate | null;
  readonly tags?: readonly string[] | null;
  readonly group?: string | null;
  readonly note?: string | null;
  /** Text. */
  readonly key?: string | null;
  readonly keyHex?: string;
  readonly securityProfile?: SecurityProfile | null;
  readonly serialNumber?: string | null;
  readonly showsDigits?: boolean | null;
}

/** Refuses what cannot be an identity: such a charge point could never connect. */
export function checkIdentity(id: string): void {
  const problem =
    Buffer.byteLength(id) > MAX_CHARGE_POINT_ID_BYTES
      ? `must not be longer than ${MAX_CHARGE_POINT_ID_BYTES} bytes`
      : /^\s*$|\p{Cc}|\//u.test(id)
        ? 'must not be blank and has neither slashes nor control characters'
        : undefined;
  if (problem) throw apiError('invalid_parameter', { name: 'id', problem }, { parameter: 'id' });
}

/** Writes what operators set about charge points, one change of a charge point after the other. */
export class SettingsWriter {
  private readonly store: Store;
  private readonly edges: Edges;
  private readonly inTurn = new InTurn();

  constructor({ store, edges }: Pick<ControlDeps, 'store' | 'edges'>) {
    this.store = store;
    this.edges = edges;
  }

  /**
   * Sets all settings; the key only where the update has one. Returns whether there were none before. Rejects
   * with VersionConflict.
   */
  replace(id: string, update: ChargePointUpdate, expected?: ExpectedVersion): Promise<{ created: boolean }> {
    return this.write(id, update, expected, () => undefined);
  }

  /** Sets only what the update has. Rejects as `replace`. */
  change(id: string, update: ChargePointUpdate, expected?: ExpectedVersion): Promise<{ created: boolean }> {
    return this.write(id, update, expected, (known) => known);
  }

  /**
   * Fixes the profile with which it has to connect, or leaves that to it; what was pending or reached over
   * OCPP counts no more.
   */
  decideProfile(id: string, profile: SecurityProfile | undefined): Promise<void> {
    return this.inTurn.run(id, async () => {
      const {
        securityProfile: _,
        version: _version,
        ...known
      } = this.store.settings.get(id) ?? { id, version: 0 };
      await this.store.settings.put({
        ...known,
        profileVersion: (known.profileVersion ?? 0) + 1,
        ...(profile !== undefined && { securityProfile: profile }),
      });
      await this.closeIfOther(id);
    });
  }

  /** The socket was opened with a profile that is not accepted any more. */
  private async closeIfOther(id: string): Promise<void> {
    this.store.refresh();
    const used = this.store.sessions.get(id)?.securityProfile;
    if (used === undefined || isAccepted(this.store.security.state(id, this.store.settings.get(id)), used))
      return;
    await this.edges.disconnect(id, 'security profile changed');
  }

  /**
   * Removes the settings, the socket, and what the protocol learned, for the key `by`. Throws
   * `process_unavailable`; then call it again.
   */
  remove(id: string, by: string): Promise<void> {
    return this.inTurn.run(id, async () => {
      await this.store.settings.remove(id);
      await this.store.localLists.forgetSync(id);
      const now = Date.now();
      for (const { sha256, state } of this.store.certificates.of(id)) {
        if (state !== 'revoked') await this.store.certificates.revoke(sha256, 'cessationOfOperation', now);
      }
      await this.edges.forget(id, 'charge point deleted', by);
    });
  }

  /** Whether `key` and no other one is what the charge point has to show, wherever it has that from. */
  private isTheKey(id: string, settings: ChargePointSettings | undefined, key: Buffer): boolean {
    this.store.refresh();
    const accepted = this.store.givenKeys.accepted(id, settings);
    return accepted.every(({ keyHash }) => this.store.keys.verify(key, keyHash ?? undefined));
  }

  /** `rest` is what applies where the update has nothing. */
  private write(
    id: string,
    update: ChargePointUpdate,
    expected: ExpectedVersion | undefined,
    rest: (known: ChargePointSettings | undefined) => ChargePointSettings | undefined,
  ): Promise<{ created: boolean }> {
    const key = readKey(update);
    return this.inTurn.run(id, async () => {
      const known = this.store.settings.get(id);
      requireVersion(known, expected);
      const before = rest(known);
      const { pingInterval } = update;
      const newKey = key && !this.isTheKey(id, known, key) ? key : undefined;
      const isDecided = newKey !== undefined || key === null;
      const { securityProfile } = update;
      const { fixed } = this.store.security.state(id, known);
      const isOtherProfile = securityProfile !== undefined && securityProfile !== (fixed ?? null);
      if (isOtherProfile && lowersSecurity(this.store, id, securityProfile)) {
        throw apiError('security_profile_lowered', { id });
      }
      await this.store.settings.put({
        id,
        ...present({
          registration: chosen(update.registration, before?.registration),
          reader: chosen(update.reader, before?.reader),
          pingInterval: chosen(
            typeof pingInterval === 'number' ? pingInterval * 1000 : pingInterval,
            before?.pingInterval,
          ),
          displayName: chosen(update.displayName, before?.displayName),
          place: update.place === undefined ? before?.place : readPlace(update.place),
          tags: update.tags === undefined ? before?.tags : update.tags?.length ? update.tags : undefined,
          group: chosen(update.group, before?.group),
          note: chosen(update.note, before?.note),
          keyHash: key === null ? undefined : newKey ? this.store.keys.hash(newKey) : known?.keyHash,
          keySetAt: newKey ? Date.now() : key === null ? undefined : known?.keySetAt,
          showsDigits: chosen(update.showsDigits, known?.showsDigits),
          serialNumber: chosen(update.serialNumber, known?.serialNumber),
          securityProfile: isOtherProfile ? (securityProfile ?? undefined) : known?.securityProfile,
          profileVersion: isOtherProfile ? (known?.profileVersion ?? 0) + 1 : known?.profileVersion,
          keyVersion: isDecided ? (known?.keyVersion ?? 0) + 1 : known?.keyVersion,
        }),
      });
      // The socket was opened with another key, or with none.
      if (newKey) await this.edges.disconnect(id, 'charge point key changed');
      else if (isOtherProfile) await this.closeIfOther(id);
      return { created: known === undefined };
    });
  }
}

/** The bytes of the key in an update; null to remove it, undefined to leave it. */
function readKey({ key, keyHex }: ChargePointUpdate): Buffer | null | undefined {
  if (keyHex !== undefined) return Buffer.from(keyHex, 'hex');
  if (typeof key !== 'string') return key;
  const bytes = Buffer.from(key, 'utf8');
  if (bytes.length >= MIN_KEY_BYTES && bytes.length <= MAX_TEXT_BYTES) return bytes;
  throw unfit('/key', `must have ${MIN_KEY_BYTES} to ${MAX_TEXT_BYTES} bytes`);
}

/** Undefined where nothing is said. */
function readPlace(update: PlaceUpdate | null): Place | undefined {
  const { address, bay, coordinates } = update ?? {};
  const place = present({
    address: address ?? undefined,
    bay: bay ?? undefined,
    coordinates: coordinates ?? undefined,
  });
  return Object.keys(place).length === 0 ? undefined : place;
}

function chosen<Value>(given: Value | null | undefined, otherwise: Value | undefined): Value | undefined {
  return given === undefined ? otherwise : (given ?? undefined);
}

type Present<Members> = { [Name in keyof Members]?: Exclude<Members[Name], undefined> };

/** Without the members that are undefined. */
function present<Members extends object>(members: Members): Present<Members> {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined),
  ) as Present<Members>;
}
