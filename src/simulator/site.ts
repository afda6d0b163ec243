import type { ChargePointAction } from '../protocol/v16/actions.ts';
import type { Call, Failure } from './call-line.ts';
import type { Configuration } from './configuration.ts';
import type { Hardware } from './hardware.ts';
import type { InstalledProfile } from './installed-profile.ts';
import type { Random } from './random.ts';
import type { Security } from './security.ts';
import type { World } from './world.ts';

/** Options of a CALL that is sent once and forgotten if the line is lost. */
export interface SendOptions {
  readonly dueAt?: number;
  readonly early?: boolean;
  readonly onResult?: (payload: unknown) => void;
  readonly onFailure?: (failure: Failure) => void;
}

/** A charge point as its connectors see it. */
export interface Site {
  readonly index: number;
  readonly id: string;
  readonly world: World;
  readonly random: Random;
  readonly hardware: Hardware;
  readonly configuration: Configuration;
  readonly security: Security;
  readonly profiles: readonly InstalledProfile[];
  /** A transaction is over, and with it its TxProfiles (OCPP 1.6 ed. 2 §3.13.1). */
  dropTxProfiles(connectorId: number): void;
  /** Connected, and accepted by the Central System. */
  readonly isOnline: boolean;
  /** No new session is to begin. */
  readonly isWindingDown: boolean;
  /** Switched off as a whole by ChangeAvailability. */
  readonly isInoperative: boolean;
  submit(call: Call): void;
  send(action: ChargePointAction, payload: unknown, options?: SendOptions): void;
}
