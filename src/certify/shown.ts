import type { Payload } from './payload.ts';
import type { Scene } from './scene.ts';

/** What the API has to show beside what goes over the wire. */

/** The transaction, with `members`: names as in the API. */
export function showsTransaction(scene: Scene, transactionId: number, members: Payload): Promise<void> {
  return scene.shows('transaction', () => scene.operator.transaction(transactionId), members);
}

/** The charge point, with `members`: names as in the API. */
export function showsChargePoint(scene: Scene, members: Payload): Promise<void> {
  return scene.shows('charge point', () => scene.operator.chargePoint(scene.data.chargePointId), members);
}

/** The configured connector, with `members`: names as in the API. */
export function showsConnector(scene: Scene, members: Payload): Promise<void> {
  const { chargePointId, connectorId } = scene.data;
  const read = async () => {
    const { connectors } = await scene.operator.chargePoint(chargePointId);
    return Array.isArray(connectors)
      ? connectors.find((connector: Payload) => connector.connectorId === connectorId)
      : undefined;
  };
  return scene.shows('connector', read, members);
}

/** What `showsNoNewTransaction` compares with later: the transaction that began last, or undefined. */
export function readNewestTransaction(scene: Scene): Promise<unknown> {
  return scene.reads('newest transaction', () => scene.operator.newestTransaction(scene.data.chargePointId));
}

/** No transaction has begun since `newest` was read. */
export function showsNoNewTransaction(scene: Scene, newest: unknown): Promise<void> {
  const read = async () => ({ newest: await scene.operator.newestTransaction(scene.data.chargePointId) });
  return scene.shows('newest transaction', read, { newest });
}
