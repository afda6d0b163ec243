import {
  authorize,
  bootNotification,
  type StartDetails,
  startTransaction,
  statusNotification,
  statusOfAll,
} from './messages.ts';
import type { Scene } from './scene.ts';

/** The states that cases begin in or come back to. */

/** Resolves with the heartbeat interval, s. */
export async function booted(scene: Scene): Promise<number> {
  const interval = await bootNotification(scene);
  await statusOfAll(scene, 'Available');
  return interval;
}

/** A transaction runs on the configured connector; resolves with its id. */
export async function charging(scene: Scene, details: StartDetails = {}): Promise<number> {
  await authorize(scene, details.idTag);
  await statusNotification(scene, 'Preparing');
  const transactionId = await startTransaction(scene, details);
  await statusNotification(scene, 'Charging');
  return transactionId;
}
