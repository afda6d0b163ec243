import type { OpenTransaction } from '../protocol/meter-message.ts';
import type { Dialect } from '../protocol/version.ts';
import type { CommandRecord } from '../store/command-record.ts';

/**
 * What the Central System last answered to a BootNotification; `Unknown` while there was none
 * (OCPP 1.6 ed. 2 §4.2).
 */
export type Registration = 'Accepted' | 'Pending' | 'Rejected' | 'Unknown';

/**
 * What is kept at hand about a connected charge point between its messages. There is one object per identity
 * and process, shared by all its sockets, because acceptance and transactions belong to the charge point and
 * not to a connection (OCPP-J 1.6 §5.4). Only the central-system room changes it.
 */
export interface ChargePoint {
  readonly id: string;
  /** Of the version that it speaks on its newest socket. */
  dialect: Dialect;
  registration: Registration;
  /** Refuse what breaks the schema instead of repairing it. */
  strict: boolean;
  /** As it named itself at its last boot; empty while it never did. */
  vendor: string;
  model: string;
  /** The highest connector it has told of; 0 while it told of none. */
  numberOfConnectors: number;
  /** Actions that it was asked for by TriggerMessage and that it may therefore send before it is accepted. */
  readonly triggered: Set<string>;
  /** Commands for which something may still follow, oldest first. Replaced, never changed. */
  awaited: readonly CommandRecord[];
  /** Replaced, never changed, when a transaction opens or closes. */
  openTransactions: readonly OpenTransaction[];
  /**
   * Resolves once the answer to its last SignCertificate is on its way; undefined while there is none to
   * come.
   */
  signing: Promise<void> | undefined;
  /** Time of the last frame, epoch ms; any frame is a sign of life, so the session sets it too. */
  lastSeenAt: number;
}
