import type { Commands } from '../controls.ts';
import { changeSecurity } from './security.ts';

/** Central System commands of the Core profile (OCPP 1.6 ed. 2 §5). */
export const coreCommands = {
  Reset: (controls, { type }) => ({
    payload: { status: 'Accepted' },
    afterwards: () => controls.reboot(type),
  }),

  UnlockConnector: (controls, { connectorId }) => {
    const connector = controls.connector(connectorId);
    if (connector === undefined || controls.hardware.fixedCable)
      return { payload: { status: 'NotSupported' } };
    return {
      payload: { status: 'Unlocked' },
      afterwards: () => connector.stop('UnlockCommand', controls.world.scheduler.now()),
    };
  },

  ChangeAvailability: (controls, { connectorId, type }) => {
    const operative = type === 'Operative';
    if (connectorId === 0) {
      const busy = controls.connectors.some((connector) => connector.session !== undefined);
      return {
        payload: { status: busy ? 'Scheduled' : 'Accepted' },
        afterwards: () => controls.setInoperative(!operative),
      };
    }
    const connector = controls.connector(connectorId);
    if (connector === undefined) return { payload: { status: 'Rejected' } };
    const status = connector.session === undefined ? 'Accepted' : 'Scheduled';
    return { payload: { status }, afterwards: () => connector.changeAvailability(operative) };
  },

  ChangeConfiguration: (controls, { key, value }) =>
    changeSecurity(controls, key, value) ?? {
      payload: { status: controls.configuration.change(key, value) },
    },

  GetConfiguration: (controls, { key }) => ({ payload: controls.configuration.read(key ?? []) }),

  ClearCache: () => ({ payload: { status: 'Accepted' } }),

  RemoteStartTransaction: (controls, { connectorId, idTag }) => {
    const candidates = connectorId === undefined ? controls.connectors : [controls.connector(connectorId)];
    const connector = candidates.find((candidate) => candidate?.isFreeFor(idTag) === true);
    if (connector === undefined) return { payload: { status: 'Rejected' } };
    return { payload: { status: 'Accepted' }, afterwards: () => connector.remoteStart(idTag) };
  },

  RemoteStopTransaction: (controls, { transactionId }) => {
    const connector = controls.connectors.find(
      (candidate) => candidate.session?.transactionId === transactionId,
    );
    if (connector === undefined) return { payload: { status: 'Rejected' } };
    return {
      payload: { status: 'Accepted' },
      afterwards: () => connector.stop('Remote', controls.world.scheduler.now()),
    };
  },

  DataTransfer: (controls, { vendorId, data }) =>
    vendorId === controls.hardware.vendor
      ? { payload: { status: 'Accepted', ...(data === undefined ? {} : { data }) } }
      : { payload: { status: 'UnknownVendorId' } },
} satisfies Commands;
