import type { Habits } from './habits.ts';
import type { Recorder, Traffic } from './recorder.ts';
import type { Scheduler } from './scheduler.ts';
import type { FleetSecurity, Security } from './security.ts';
import type { Endpoint } from './websocket-client.ts';

/** What all charge points of a process share. */
export interface World {
  readonly scheduler: Scheduler;
  readonly habits: Habits;
  readonly recorder: Recorder;
  readonly traffic: Traffic;
  /** Distinguishes message ids of this run from those of others by the same identities; short. */
  readonly idPrefix: string;
  /** `[3,"` and that prefix. */
  readonly answerHead: Uint8Array;
  readonly security: FleetSecurity;
  endpoint(chargePoint: number, id: string, security: Security): Endpoint;
}
