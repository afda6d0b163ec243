import type { Store } from '../store/store.ts';
import type { CentralSystemSettings } from './central-system-settings.ts';
import type { Counters } from './counters.ts';
import type { LateWrites } from './late-writes.ts';
import type { KeepSamples } from './meter-keeper.ts';
import type { RowSink } from './row-sink.ts';
import type { VendorRegistry } from './vendor-registry.ts';

/** What the decisions of the central system rest on. */
export interface Context {
  readonly store: Pick<
    Store,
    | 'tokens'
    | 'settings'
    | 'chargePoints'
    | 'connectors'
    | 'transactions'
    | 'configurations'
    | 'commands'
    | 'availabilities'
    | 'reservations'
    | 'chargingProfiles'
    | 'reportedSchedules'
    | 'jobs'
    | 'heldLists'
    | 'referencedCalls'
    | 'givenKeys'
    | 'security'
    | 'keys'
    | 'sessions'
    | 'certificateAuthorities'
    | 'certificateRequests'
    | 'installedCertificates'
  >;
  readonly rows: RowSink;
  readonly keepSamples: KeepSamples;
  readonly lateWrites: LateWrites;
  readonly vendors: VendorRegistry;
  readonly settings: CentralSystemSettings;
  /** Epoch ms. */
  readonly clock: () => number;
  /** Since when charge points could reach this Farad, epoch ms. */
  readonly beganAt: number;
  readonly counters: Counters;
  /** Told that a charge point which never sent a BootNotification was refused a message. */
  readonly onNeverBooted: (chargePointId: string) => void;
  /** Called with what failed if no answer can say so. */
  readonly onFault: (error: unknown, chargePointId: string) => void;
}
