import type { ConformanceCase } from '../conformance-case.ts';
import { authorize, startTransaction, statusNotification, stopTransaction } from '../messages.ts';
import type { Scene } from '../scene.ts';
import { readNewestTransaction, showsNoNewTransaction, showsTransaction } from '../shown.ts';
import { charging } from '../states.ts';

/** What operators do from afar: clear the cache, start, stop. */

async function remoteStart(scene: Scene, status: 'Accepted' | 'Rejected'): Promise<void> {
  const { validTag: idTag, connectorId } = scene.data;
  await scene.command('RemoteStartTransaction', { idTag, connectorId }, { status });
}

export const TC_061: ConformanceCase = {
  id: 'TC_061',
  title: 'Clear authorization data in the authorization cache',
  async run(scene) {
    await scene.command('ClearCache', {}, { status: 'Accepted' });
  },
};

export const TC_010: ConformanceCase = {
  id: 'TC_010',
  title: 'Remote start, cable plugged in first',
  async run(scene) {
    await statusNotification(scene, 'Preparing');
    await remoteStart(scene, 'Accepted');
    await authorize(scene);
    await startTransaction(scene);
    await statusNotification(scene, 'Charging');
  },
};

export const TC_011_1: ConformanceCase = {
  id: 'TC_011_1',
  title: 'Remote start, remote start first',
  async run(scene) {
    await remoteStart(scene, 'Accepted');
    await authorize(scene);
    await statusNotification(scene, 'Preparing');
    await startTransaction(scene);
    await statusNotification(scene, 'Charging');
  },
};

export const TC_011_2: ConformanceCase = {
  id: 'TC_011_2',
  title: 'Remote start, time out',
  async run(scene) {
    const newest = await readNewestTransaction(scene);
    await remoteStart(scene, 'Accepted');
    await authorize(scene);
    await statusNotification(scene, 'Preparing');
    await scene.idle(scene.data.connectionTimeoutMs, 'nobody plugs in');
    await statusNotification(scene, 'Available');
    await showsNoNewTransaction(scene, newest);
  },
};

export const TC_012: ConformanceCase = {
  id: 'TC_012',
  title: 'Remote stop',
  async run(scene) {
    const transactionId = await charging(scene);
    await scene.command('RemoteStopTransaction', { transactionId }, { status: 'Accepted' });
    await showsTransaction(scene, transactionId, { state: 'open' });
    await stopTransaction(scene, transactionId, { reason: 'Remote' });
    await statusNotification(scene, 'Finishing');
    await statusNotification(scene, 'Available');
    await showsTransaction(scene, transactionId, { state: 'stopped', stopReason: 'Remote' });
  },
};

export const TC_026: ConformanceCase = {
  id: 'TC_026',
  title: 'Remote start, rejected',
  async run(scene) {
    const newest = await readNewestTransaction(scene);
    await remoteStart(scene, 'Rejected');
    await showsNoNewTransaction(scene, newest);
  },
};

/** The operator stops a transaction that the charge point does not know; the running one stays as it is. */
export const TC_028: ConformanceCase = {
  id: 'TC_028',
  title: 'Remote stop, rejected',
  async run(scene) {
    const transactionId = await charging(scene);
    const unknown = { transactionId: 2_000_000_000 };
    await scene.command('RemoteStopTransaction', unknown, { status: 'Rejected' });
    await showsTransaction(scene, transactionId, { state: 'open' });
  },
};
