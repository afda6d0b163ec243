import type { ConformanceCase } from '../conformance-case.ts';
import { statusNotification, stopTransaction } from '../messages.ts';
import type { Scene } from '../scene.ts';
import { showsTransaction } from '../shown.ts';
import { booted, charging } from '../states.ts';

/** Resetting the charge point and unlocking connectors. */

export const TC_013: ConformanceCase = {
  id: 'TC_013',
  title: 'Hard reset without transaction',
  async run(scene) {
    await scene.command('Reset', { type: 'Hard' }, { status: 'Accepted' });
    await scene.reconnect();
    await booted(scene);
  },
};

/** The boot after it comes on the same connection. */
export const TC_014: ConformanceCase = {
  id: 'TC_014',
  title: 'Soft reset without transaction',
  async run(scene) {
    await scene.command('Reset', { type: 'Soft' }, { status: 'Accepted' });
    await booted(scene);
  },
};

async function unlock(scene: Scene, status: string, connectorId = scene.data.connectorId): Promise<void> {
  await scene.command('UnlockConnector', { connectorId }, { status });
}

export const TC_017_1: ConformanceCase = {
  id: 'TC_017_1',
  title: 'Unlock connector, no session, cable not fixed',
  run: (scene) => unlock(scene, 'Unlocked'),
};

export const TC_017_2: ConformanceCase = {
  id: 'TC_017_2',
  title: 'Unlock connector, no session, fixed cable',
  run: (scene) => unlock(scene, 'NotSupported'),
};

export const TC_018_1: ConformanceCase = {
  id: 'TC_018_1',
  title: 'Unlock connector with a session',
  async run(scene) {
    const transactionId = await charging(scene);
    await unlock(scene, 'Unlocked');
    await statusNotification(scene, 'Finishing');
    await stopTransaction(scene, transactionId, { reason: 'UnlockCommand' });
    await statusNotification(scene, 'Available');
    await showsTransaction(scene, transactionId, { state: 'stopped', stopReason: 'UnlockCommand' });
  },
};

export const TC_030: ConformanceCase = {
  id: 'TC_030',
  title: 'Unlock connector, unlock failure',
  run: (scene) => unlock(scene, 'UnlockFailed'),
};

export const TC_031: ConformanceCase = {
  id: 'TC_031',
  title: 'Unlock connector, unknown connector',
  run: (scene) => unlock(scene, 'NotSupported', scene.data.numberOfConnectors + 1),
};
