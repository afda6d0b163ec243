/**
 * A CALL of ours that something was to follow, with what did (OCPP 1.6 ed. 2 §5.11-5.18). Times are epoch ms.
 */
export interface CommandRecord {
  readonly chargePointId: string;
  /** Of the CALL on the wire. */
  readonly messageId: string;
  readonly action: string;
  /** The payload as it went on the wire. */
  readonly request: unknown;
  readonly sentAt: number;
  /** `timeout` and `connection_lost`: no answer came, what the charge point did is unknown. */
  readonly outcome: 'result' | 'error' | 'timeout' | 'connection_lost';
  /** When the answer came or was given up. */
  readonly answeredAt: number;
  /** `status` of a CALLRESULT, the code of a CALLERROR; empty where there was neither. */
  readonly answer: string;
  /** Until when messages are taken for what followed; null where nothing was to follow. */
  readonly awaitedUntil: number | null;
  /** Messages that followed, oldest first; at most `MAX_CONSEQUENCES`. */
  readonly consequences: readonly Consequence[];
  /** All that was to follow has. */
  readonly complete: boolean;
  /** Rises with each change. */
  readonly version: number;
}

/**
 * A message of the charge point that followed a command. OCPP 1.6 does not tie the two together: it fits in
 * content and time.
 */
export interface Consequence {
  readonly action: string;
  readonly messageId: string;
  readonly connectorId: number | null;
  readonly transactionId: number | null;
  /** Its status, its stop reason, or what an Authorize was answered with; empty where it has none. */
  readonly status: string;
  readonly at: number;
}

export type CommandInput = Omit<CommandRecord, 'version' | 'consequences' | 'complete'>;

/** More messages than that are not kept of what followed one command. */
export const MAX_CONSEQUENCES = 64;
