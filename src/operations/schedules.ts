import type { Config } from '../config/schema.ts';
import type { ChargingProfileRecord } from '../store/charging-profile-record.ts';
import type { Store } from '../store/store.ts';
import { watchman } from '../telemetry/watchman.ts';
import { createSchedulePool, type SchedulePool } from '../workers/schedule-pool.ts';
import type { PlannedSchedule } from '../workers/schedules.ts';

export interface ScheduleQuestion {
  readonly chargePointId: string;
  /** 0 is the whole charge point. */
  readonly connectorId: number;
  /** Epoch ms. */
  readonly from: number;
  /** Seconds. */
  readonly duration: number;
  readonly unit: 'A' | 'W';
}

type Settings = Config['smartCharging'];

/** A thread that never comes to the end of what it computes is ended with its process. */
const inHand = watchman.workOf({ name: 'composite schedules', cure: 'restart' });

/** Composite schedules out of what the store knows about charge points, computed on threads. */
export class Schedules {
  private readonly store: Pick<Store, 'chargingProfiles' | 'chargePoints' | 'transactions'>;
  private readonly settings: Settings;
  private readonly pool: SchedulePool;

  constructor(
    store: Pick<Store, 'chargingProfiles' | 'chargePoints' | 'transactions'>,
    settings: Settings,
    pool: SchedulePool = createSchedulePool({ threads: settings.threads }),
  ) {
    this.store = store;
    this.settings = settings;
    this.pool = pool;
  }

  /** One answer per question. Profiles that a charge point may or may not hold are left out. */
  plan(questions: readonly ScheduleQuestion[]): Promise<PlannedSchedule[]> {
    const tasks = questions.map((question) => this.taskOf(question));
    return inHand.during(() => this.pool.plan(tasks));
  }

  close(): Promise<void> {
    return this.pool.close();
  }

  private taskOf({ chargePointId, ...question }: ScheduleQuestion) {
    const { nominalVoltage: voltage, txProfileGap } = this.settings;
    const profiles = this.store.chargingProfiles
      .of(chargePointId)
      .filter(({ doubtfulSince }) => doubtfulSince === null);
    return {
      ...question,
      voltage,
      txProfileGap,
      connectors: this.connectorsOf(chargePointId, profiles),
      profiles: profiles.map(({ connectorId, profile, transactionId }) => ({
        connectorId,
        // A TxProfile that came without its transaction is that of the one it was set for.
        profile: transactionId === null ? profile : { ...profile, transactionId },
      })),
    };
  }

  private connectorsOf(chargePointId: string, profiles: readonly ChargingProfileRecord[]) {
    const open = this.store.transactions.openOf(chargePointId);
    const known = Math.max(
      this.store.chargePoints.get(chargePointId)?.numberOfConnectors ?? 0,
      ...open.map(({ connectorId }) => connectorId),
      ...profiles.map(({ connectorId }) => connectorId),
    );
    return Array.from({ length: Math.min(known, MAX_CONNECTORS) }, (_, index) => {
      const connectorId = index + 1;
      const transaction = open.find((candidate) => candidate.connectorId === connectorId);
      return {
        connectorId,
        transactionId: transaction?.transactionId ?? null,
        chargingSince: transaction?.startedAt ?? null,
      };
    });
  }
}

/** More connectors than any charge point has. */
const MAX_CONNECTORS = 1024;
