import type { Commands, Controls } from '../controls.ts';

/** TriggerMessage (OCPP 1.6 ed. 2 §5.17): the conf goes first, then the message. */
export const remoteTriggerCommands = {
  TriggerMessage: (controls, { requestedMessage, connectorId }) => {
    if (connectorId !== undefined && connectorId !== 0 && controls.connector(connectorId) === undefined) {
      return { payload: { status: 'Rejected' } };
    }
    switch (requestedMessage) {
      case 'BootNotification':
        // Errata 3.40: an accepted charge point does not boot because it is asked to.
        return controls.isOnline
          ? { payload: { status: 'Rejected' } }
          : { payload: { status: 'Accepted' }, afterwards: () => controls.bootNotification() };
      case 'Heartbeat':
        return { payload: { status: 'Accepted' }, afterwards: () => controls.heartbeat() };
      case 'StatusNotification':
        return { payload: { status: 'Accepted' }, afterwards: () => announce(controls, connectorId) };
      case 'MeterValues':
        return {
          payload: { status: 'Accepted' },
          afterwards: () => {
            for (const connector of controls.connectors) {
              if (isAsked(connector.id, connectorId)) connector.triggerMeterValues();
            }
          },
        };
      case 'FirmwareStatusNotification':
        return {
          payload: { status: 'Accepted' },
          afterwards: () => {
            const status = controls.firmwareStatus === 'Installed' ? 'Idle' : controls.firmwareStatus;
            controls.send('FirmwareStatusNotification', { status }, { early: true });
          },
        };
      case 'DiagnosticsStatusNotification':
        return {
          payload: { status: 'Accepted' },
          afterwards: () =>
            controls.send(
              'DiagnosticsStatusNotification',
              { status: controls.diagnosticsStatus },
              { early: true },
            ),
        };
    }
  },
} satisfies Commands;

/** No connectorId means all of them (obligation G12). */
function isAsked(id: number, connectorId: number | undefined): boolean {
  return connectorId === undefined || connectorId === id;
}

function announce(controls: Controls, connectorId: number | undefined): void {
  if (isAsked(0, connectorId)) controls.announceWhole(true);
  for (const connector of controls.connectors) {
    if (isAsked(connector.id, connectorId)) connector.announce(true, true);
  }
}
