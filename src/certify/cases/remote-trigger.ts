import type { ConformanceCase } from '../conformance-case.ts';
import {
  diagnosticsStatus,
  firmwareStatus,
  heartbeat,
  meterValues,
  statusNotification,
} from '../messages.ts';

/** Remote Trigger. */

export const TC_054: ConformanceCase = {
  id: 'TC_054',
  title: 'Trigger message',
  async run(scene) {
    const { connectorId } = scene.data;
    const accepted = { status: 'Accepted' };
    await scene.command('TriggerMessage', { requestedMessage: 'MeterValues', connectorId }, accepted);
    await meterValues(scene);
    await scene.command('TriggerMessage', { requestedMessage: 'Heartbeat' }, accepted);
    await heartbeat(scene);
    await scene.command('TriggerMessage', { requestedMessage: 'StatusNotification', connectorId }, accepted);
    await statusNotification(scene, 'Available');
    await scene.command('TriggerMessage', { requestedMessage: 'DiagnosticsStatusNotification' }, accepted);
    await diagnosticsStatus(scene, 'Idle');
    await scene.command('TriggerMessage', { requestedMessage: 'FirmwareStatusNotification' }, accepted);
    await firmwareStatus(scene, 'Idle');
  },
};

export const TC_055: ConformanceCase = {
  id: 'TC_055',
  title: 'Trigger message, rejected',
  editionsDiffer: '2024-04 names a connector that does not exist, later editions look at the message only',
  async run(scene) {
    const requestedMessage = 'MeterValues';
    const connectorId = scene.data.numberOfConnectors + 1;
    const request = scene.edition === '2024-04' ? { requestedMessage, connectorId } : { requestedMessage };
    await scene.command('TriggerMessage', request, { status: 'Rejected' });
  },
};
