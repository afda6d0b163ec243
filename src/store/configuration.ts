import type { Table } from '../journal/environment.ts';
import { isSecretKey, redactUrls } from '../telemetry/redaction.ts';
import type { ConfigurationKeyRecord, PendingValue, RefusedValue, ToldKey } from './configuration-record.ts';
import { allOf, keyOf } from './keys.ts';
import { versionAfter } from './record-version.ts';
import type { StatePath } from './state-path.ts';

/** Configuration keys of charge points, as their answers showed them. In `state`. */
export interface Configurations {
  /** By key in any spelling; one read. */
  get(chargePointId: string, key: string): ConfigurationKeyRecord | undefined;
  /** All of a charge point, in the order of the keys without case. */
  of(chargePointId: string): ConfigurationKeyRecord[];
  /**
   * What a GetConfiguration was answered with. Keys that are not in the answer stay as they are, however
   * short it is.
   */
  told(
    chargePointId: string,
    known: readonly ToldKey[],
    unknown: readonly string[],
    at: number,
  ): Promise<void>;
  /** A ChangeConfiguration that was taken, was taken for after the next reset, or got no answer. */
  changed(
    chargePointId: string,
    key: string,
    value: string,
    outcome: 'Accepted' | 'RebootRequired' | 'unanswered',
    at: number,
  ): Promise<void>;
  /** A ChangeConfiguration that was not taken. */
  refused(
    chargePointId: string,
    key: string,
    value: string,
    status: RefusedValue['status'],
    at: number,
  ): Promise<void>;
  /** The charge point is about to reset at our request. */
  resetAccepted(chargePointId: string, at: number): Promise<void>;
  /** A BootNotification came: what was pending and was followed by a reset is in force. */
  booted(chargePointId: string, at: number): Promise<void>;
}

/** Keys that are kept of one charge point; the standard has some 50, vendors add some hundred. */
const MAX_KEYS = 2_000;
/**
 * A key has 50 characters by the standard (CiString50Type); longer ones are cut, since they are parts of keys
 * here.
 */
const MAX_KEY_LENGTH = 255;
/** A value has 500 characters by the standard. */
const MAX_VALUE_LENGTH = 8_192;

export class ConfigurationTable implements Configurations {
  private readonly path: StatePath;
  private readonly table: Table<ConfigurationKeyRecord>;
  /** Keys that wait for a boot: one look shows that there are none. */
  private readonly pending: Table<string>;

  constructor(path: StatePath) {
    this.path = path;
    this.table = path.records('configuration');
    this.pending = path.records('pending-configuration');
  }

  get(chargePointId: string, key: string): ConfigurationKeyRecord | undefined {
    return this.table.get(recordKey(chargePointId, key));
  }

  of(chargePointId: string): ConfigurationKeyRecord[] {
    return Array.from(this.table.getRange(allOf(chargePointId)), ({ value }) => value);
  }

  told(
    chargePointId: string,
    known: readonly ToldKey[],
    unknown: readonly string[],
    at: number,
  ): Promise<void> {
    return this.path.transact(chargePointId, () => {
      let room = MAX_KEYS - this.table.getCount(allOf(chargePointId));
      const learn = (key: string, told: Partial<ConfigurationKeyRecord>): void => {
        const before = this.get(chargePointId, key);
        if (before === undefined && room-- <= 0) return;
        const { pending = null } = before ?? {};
        this.write({
          ...unlearnt(chargePointId, key),
          ...before,
          key: key.slice(0, MAX_KEY_LENGTH).toWellFormed(),
          ...told,
          learntAt: at,
          learntFrom: 'GetConfiguration',
          pending: pending?.bootedAt === null ? pending : null,
          doubtfulSince: null,
        });
      };
      for (const { key, value, readonly } of known) {
        learn(key, { value: kept(key, value), readonly, known: true });
      }
      for (const key of unknown) learn(key, { value: null, readonly: null, known: false });
    });
  }

  changed(
    chargePointId: string,
    key: string,
    value: string,
    outcome: 'Accepted' | 'RebootRequired' | 'unanswered',
    at: number,
  ): Promise<void> {
    return this.path.transact(chargePointId, () => {
      const before = this.get(chargePointId, key);
      const now = before ?? unlearnt(chargePointId, key);
      if (outcome === 'unanswered') {
        // Nothing was learnt of a key that nobody knows to exist.
        if (before) this.write({ ...before, doubtfulSince: at });
        return;
      }
      const learnt = {
        known: true,
        readonly: false,
        learntAt: at,
        doubtfulSince: null,
        refused: undefined,
      } as const;
      const given = kept(key, value);
      const pending: PendingValue | null =
        outcome === 'RebootRequired' ? { value: given, since: at, resetAt: null, bootedAt: null } : null;
      this.write({
        ...now,
        ...learnt,
        learntFrom: 'ChangeConfiguration',
        value: pending ? now.value : given,
        pending,
      });
    });
  }

  refused(
    chargePointId: string,
    key: string,
    value: string,
    status: RefusedValue['status'],
    at: number,
  ): Promise<void> {
    return this.path.transact(chargePointId, () => {
      const before = this.get(chargePointId, key);
      if (!before && this.table.getCount(allOf(chargePointId)) >= MAX_KEYS) return;
      const learnt = { learntAt: at, learntFrom: 'ChangeConfiguration' } as const;
      this.write({
        ...(before ?? { ...unlearnt(chargePointId, key), ...learnt, known: status !== 'NotSupported' }),
        refused: { value: kept(key, value), status, at },
      });
    });
  }

  async resetAccepted(chargePointId: string, at: number): Promise<void> {
    if (!this.hasPending(chargePointId)) return;
    await this.path.transact(chargePointId, () => {
      for (const record of this.pendingOf(chargePointId)) {
        this.write({ ...record, pending: record.pending && { ...record.pending, resetAt: at } });
      }
    });
  }

  async booted(chargePointId: string, at: number): Promise<void> {
    if (!this.hasPending(chargePointId)) return;
    await this.path.transact(chargePointId, () => {
      for (const record of this.pendingOf(chargePointId)) this.write(bootedWith(record, at));
    });
  }

  /** Within a write transaction. */
  removeAllOf(chargePointId: string): void {
    for (const { key } of this.of(chargePointId)) {
      this.table.remove(recordKey(chargePointId, key));
      this.pending.remove(recordKey(chargePointId, key));
    }
  }

  /**
   * On the path of every boot, so it is one look. A change that was answered a moment ago may not be seen
   * yet; whoever boots now has not been reset since.
   */
  private hasPending(chargePointId: string): boolean {
    for (const _ of this.pending.getRange({ ...allOf(chargePointId), limit: 1 })) return true;
    return false;
  }

  private pendingOf(chargePointId: string): ConfigurationKeyRecord[] {
    return Array.from(this.pending.getRange(allOf(chargePointId)), ({ value: key }) =>
      this.get(chargePointId, key),
    ).filter((record) => record !== undefined);
  }

  private write(record: Omit<ConfigurationKeyRecord, 'version'>): void {
    const key = recordKey(record.chargePointId, record.key);
    this.table.put(key, { ...record, version: versionAfter(this.table.get(key)) });
    if (record.pending) this.pending.put(key, record.key);
    else this.pending.remove(key);
  }
}

/**
 * What a boot makes of a pending value: in force if a Reset of ours came before, otherwise for the next
 * GetConfiguration to report.
 */
function bootedWith(record: ConfigurationKeyRecord, at: number): ConfigurationKeyRecord {
  const { pending } = record;
  if (pending === null) return record;
  if (pending.resetAt === null) return { ...record, pending: { ...pending, bootedAt: at } };
  return {
    ...record,
    value: pending.value,
    pending: null,
    learntAt: at,
    learntFrom: 'ChangeConfiguration',
  };
}

function unlearnt(chargePointId: string, key: string): Omit<ConfigurationKeyRecord, 'version'> {
  return {
    chargePointId,
    key: key.slice(0, MAX_KEY_LENGTH).toWellFormed(),
    value: null,
    readonly: null,
    writeOnly: isSecretKey(key),
    known: true,
    learntAt: 0,
    learntFrom: 'GetConfiguration',
    pending: null,
    doubtfulSince: null,
  };
}

/** Values of secret keys are not kept, and neither are credentials in others. */
function kept(key: string, value: string | null): string | null {
  return value === null || isSecretKey(key)
    ? null
    : redactUrls(value).slice(0, MAX_VALUE_LENGTH).toWellFormed();
}

function recordKey(chargePointId: string, key: string): Buffer {
  return keyOf(chargePointId, key.slice(0, MAX_KEY_LENGTH).toLowerCase());
}
