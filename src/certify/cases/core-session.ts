import type { ConformanceCase } from '../conformance-case.ts';
import { authorize, heartbeat, startTransaction, statusNotification, stopTransaction } from '../messages.ts';
import { showsChargePoint, showsTransaction } from '../shown.ts';
import { booted, charging } from '../states.ts';

/** Booting and regular charging sessions. */

export const TC_001: ConformanceCase = {
  id: 'TC_001',
  title: 'Cold boot',
  startsOffline: true,
  async run(scene) {
    await scene.connect();
    const intervalMs = (await booted(scene)) * 1000;
    const pace = Math.min(intervalMs, scene.data.maxHeartbeatWaitMs);
    for (let beat = 0; beat < 2; beat++) {
      await scene.idle(pace, `the heartbeat interval is ${intervalMs} ms`);
      await heartbeat(scene);
    }
    await showsChargePoint(scene, { connected: true, registration: 'Accepted' });
  },
};

export const TC_003: ConformanceCase = {
  id: 'TC_003',
  title: 'Regular charging session, plugin first',
  async run(scene) {
    await statusNotification(scene, 'Preparing');
    await authorize(scene);
    const transactionId = await startTransaction(scene);
    await statusNotification(scene, 'Charging');
    await showsTransaction(scene, transactionId, { state: 'open', authorization: 'Accepted' });
  },
};

export const TC_004_1: ConformanceCase = {
  id: 'TC_004_1',
  title: 'Regular charging session, identification first',
  async run(scene) {
    const transactionId = await charging(scene);
    await showsTransaction(scene, transactionId, { state: 'open', idTag: scene.data.validTag });
  },
};

export const TC_004_2: ConformanceCase = {
  id: 'TC_004_2',
  title: 'Identification first, connection timeout',
  async run(scene) {
    await authorize(scene);
    await statusNotification(scene, 'Preparing');
    await scene.idle(scene.data.connectionTimeoutMs, 'nobody plugs in');
    await statusNotification(scene, 'Available');
  },
};

export const TC_005_1: ConformanceCase = {
  id: 'TC_005_1',
  title: 'EV side disconnected, transaction stops and connector unlocks',
  async run(scene) {
    const transactionId = await charging(scene);
    await statusNotification(scene, 'SuspendedEV');
    await stopTransaction(scene, transactionId, { reason: 'EVDisconnected' });
    await statusNotification(scene, 'Finishing');
    await statusNotification(scene, 'Available');
    await showsTransaction(scene, transactionId, { state: 'stopped', stopReason: 'EVDisconnected' });
  },
};

/** The charge point finds the tag in its cache, so no Authorize comes before the start. */
export const TC_007: ConformanceCase = {
  id: 'TC_007',
  title: 'Regular start with a cached id',
  async run(scene) {
    await statusNotification(scene, 'Preparing');
    await startTransaction(scene);
    await statusNotification(scene, 'Charging');
  },
};
