import type { Connector } from './model.ts';
import type { Payload } from './payload.ts';

/** What is done most often at a connector. */
export type QuickAction = 'Start' | 'Stop' | 'Unlock' | 'Reserve' | 'Reset';

/** Has a transaction, as a rule: what needs one has its place before it is known. */
export const IN_SESSION: ReadonlySet<string> = new Set([
  'Charging',
  'SuspendedEV',
  'SuspendedEVSE',
  'Finishing',
]);

const FITTING: Readonly<Record<string, readonly QuickAction[]>> = {
  Available: ['Start', 'Unlock', 'Reserve'],
  Preparing: ['Start', 'Unlock', 'Reset'],
  Charging: ['Stop', 'Unlock'],
  SuspendedEV: ['Stop', 'Unlock'],
  SuspendedEVSE: ['Stop', 'Unlock', 'Reset'],
  Finishing: ['Unlock', 'Reset'],
  Reserved: ['Start', 'Unlock'],
  Unavailable: ['Unlock', 'Reset'],
  Faulted: ['Unlock', 'Reset'],
};

/**
 * Returns what fits the state of a connector, the likeliest first; connector 0 is the charge point itself.
 */
export function quickActionsFor(
  { connectorId, status }: Pick<Connector, 'connectorId' | 'status'>,
  transactionId: number | undefined,
): readonly QuickAction[] {
  if (connectorId === 0) return ['Reset'];
  const fitting = FITTING[status] ?? ['Unlock', 'Reset'];
  // It goes on, whatever the connector says.
  return transactionId === undefined || fitting.includes('Stop') ? fitting : [...fitting, 'Stop'];
}

/**
 * Returns the message of OCPP 1.6 behind a quick action with all that is known of its payload; Stop needs a
 * transaction.
 */
export function commandOf(
  quick: Exclude<QuickAction, 'Reserve'>,
  connectorId: number,
  transactionId: number | undefined,
): { readonly action: string; readonly payload: Payload } {
  switch (quick) {
    case 'Start':
      return { action: 'RemoteStartTransaction', payload: { connectorId, idTag: '' } };
    case 'Stop':
      return { action: 'RemoteStopTransaction', payload: { transactionId } };
    case 'Unlock':
      return { action: 'UnlockConnector', payload: { connectorId } };
    case 'Reset':
      return { action: 'Reset', payload: { type: 'Soft' } };
  }
}

/** Whether it goes at the first click: it interrupts nobody, and there is nothing to fill in. */
export function goesAtOnce(quick: QuickAction, status: string, transactionId: number | undefined): boolean {
  return quick === 'Unlock' && transactionId === undefined && !IN_SESSION.has(status);
}
