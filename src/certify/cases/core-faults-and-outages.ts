import type { ConformanceCase } from '../conformance-case.ts';
import {
  authorize,
  bootNotification,
  startTransaction,
  statusNotification,
  statusOfAll,
  stopTransaction,
} from '../messages.ts';
import { showsConnector, showsTransaction } from '../shown.ts';
import { charging } from '../states.ts';

/** Faults, power loss, and transactions that happened without a connection. */

const MINUTE = 60_000;

export const TC_024: ConformanceCase = {
  id: 'TC_024',
  title: 'Start of a session, connector lock failure',
  async run(scene) {
    await authorize(scene);
    await statusNotification(scene, 'Preparing');
    await statusNotification(scene, 'Faulted', { errorCode: 'ConnectorLockFailure' });
    await showsConnector(scene, { status: 'Faulted', errorCode: 'ConnectorLockFailure' });
  },
};

/** The transaction has to outlive the boot, or the stop that follows would find nothing. */
export const TC_032_1: ConformanceCase = {
  id: 'TC_032_1',
  title: 'Power loss, charge point stops transactions',
  async run(scene) {
    const transactionId = await charging(scene);
    await scene.reconnect();
    await bootNotification(scene);
    await showsTransaction(scene, transactionId, { state: 'open' });
    await statusOfAll(scene, 'Available', 'Finishing');
    await stopTransaction(scene, transactionId, { reason: 'PowerLoss' });
    await showsTransaction(scene, transactionId, { state: 'stopped', stopReason: 'PowerLoss' });
  },
};

/**
 * No BootNotification after the reconnect: the acceptance belongs to the charge point, not to its connection.
 */
export const TC_037_1: ConformanceCase = {
  id: 'TC_037_1',
  title: 'Offline start of a transaction, valid id',
  async run(scene) {
    await scene.reconnect();
    const transactionId = await startTransaction(scene, { agoMs: 10 * MINUTE });
    await statusNotification(scene, 'Charging');
    await showsTransaction(scene, transactionId, { state: 'open', authorization: 'Accepted' });
  },
};

export const TC_037_3: ConformanceCase = {
  id: 'TC_037_3',
  title: 'Offline start of a transaction, invalid id',
  async run(scene) {
    await scene.reconnect();
    const transactionId = await startTransaction(scene, {
      idTag: scene.data.unknownTag,
      status: 'Invalid',
      agoMs: 10 * MINUTE,
    });
    await statusNotification(scene, 'Charging');
    await stopTransaction(scene, transactionId, { reason: 'DeAuthorized' });
    await statusNotification(scene, 'Finishing');
    await showsTransaction(scene, transactionId, {
      state: 'stopped',
      authorization: 'Invalid',
      stopReason: 'DeAuthorized',
    });
  },
};

export const TC_039: ConformanceCase = {
  id: 'TC_039',
  title: 'Offline transaction',
  async run(scene) {
    await scene.reconnect();
    const transactionId = await startTransaction(scene, { agoMs: 20 * MINUTE });
    await stopTransaction(scene, transactionId, { reason: 'Local', agoMs: 5 * MINUTE });
    await showsTransaction(scene, transactionId, { state: 'stopped', stopReason: 'Local' });
  },
};
