import type { CentralSystemAction } from '../protocol/v16/actions.ts';
import type {
  DiagnosticsStatus,
  FirmwareStatus,
  IdTagInfo,
  Messages,
} from '../protocol/v16/generated/messages.ts';
import type { Connector } from './connector.ts';
import type { InstalledProfile } from './installed-profile.ts';
import type { Site } from './site.ts';

/** The local authorization list of a charge point (OCPP 1.6 ed. 2 §3.5.2). */
export interface LocalList {
  version: number;
  /** By tag in upper case: idTags are compared without case. */
  readonly entries: Map<string, IdTagInfo>;
}

/** A charge point as a command of the Central System finds it. */
export interface Controls extends Site {
  readonly connectors: readonly Connector[];
  readonly localList: LocalList;
  /** Installed charging profiles, in the order of their arrival; every change takes effect at once. */
  profiles: readonly InstalledProfile[];
  firmwareStatus: FirmwareStatus;
  /** As the next BootNotification reports it. */
  firmwareVersion: string;
  diagnosticsStatus: DiagnosticsStatus;
  /** Connector by number; undefined for 0 and for those that it does not have. */
  connector(id: number): Connector | undefined;
  /**
   * Reboots: ends transactions with the given reason, drops the socket, comes back with a BootNotification.
   */
  reboot(kind: 'Soft' | 'Hard' | 'update'): void;
  /** Closes the socket and opens another one, as after a change of what it is recognised by. */
  reconnect(): void;
  bootNotification(): void;
  heartbeat(): void;
  /**
   * StatusNotification for connector 0, which only knows Available, Unavailable and Faulted (obligation F7).
   */
  announceWhole(early?: boolean): void;
  setInoperative(inoperative: boolean): void;
  /** Does something later; forgotten if the process ends before. */
  later(ms: number, work: () => void): void;
}

/**
 * The answer to a command, and what the charge point does once it is on its way (OCPP 1.6 ed. 2 §5.17: conf
 * first, then the message).
 */
export interface Answer<A extends CentralSystemAction> {
  readonly payload: Messages[A]['response'];
  readonly afterwards?: (() => void) | undefined;
}

export type Command<A extends CentralSystemAction> = (
  controls: Controls,
  request: Messages[A]['request'],
) => Answer<A>;

/** Commands by action; an action that is missing is answered with NotImplemented. */
export type Commands = { readonly [A in CentralSystemAction]?: Command<A> };
