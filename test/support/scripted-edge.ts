import { createCentralSystem } from '../../src/central-system/central-system.ts';
import type { CallOutcome } from '../../src/link/methods.ts';
import { ocpp16 } from '../../src/protocol/v16/dialect.ts';
import { createRegistry } from '../../src/telemetry/metrics.ts';
import type { ControlUnderTest } from './control-under-test.ts';
import { ScriptedChargePoints } from './scripted-charge-points.ts';

/** An edge on control's link whose charge points a test writes, with the real central system behind it. */
export interface ScriptedEdge {
  readonly chargePoints: ScriptedChargePoints;
  /** Whose socket control had closed, and why. */
  readonly closed: readonly string[];
  /** Boots a charge point, so that it is known, accepted and connected. */
  boot(id: string, more?: object): Promise<void>;
  /** A CALL of a charge point. */
  send(id: string, action: string, payload: object): Promise<void>;
}

export function scriptedEdge({ store, config, process }: ControlUnderTest): ScriptedEdge {
  const central = createCentralSystem({
    store,
    rows: { add: () => undefined },
    keepSamples: () => Promise.reject(new Error('no samples here')),
    registry: createRegistry({ process: 'test' }),
    settings: {
      ...config.ocpp,
      ...config.auth,
      ...config.transactions,
      signsOutside: config.security.signingHook !== '',
      reservationSlack: config.reservations.expirySlack,
      reservationRetention: config.reservations.retention,
    },
    onFault(error) {
      throw error;
    },
  });
  const chargePoints = new ScriptedChargePoints(central);
  const link = process('edge-0');
  link.serve('edge.call', (call) => chargePoints.call(call) as Promise<CallOutcome>);
  link.serve('edge.closeTransaction', async (end) => ({
    closed: (await central.closeTransaction(end)) !== undefined,
  }));
  const closed: string[] = [];
  link.serve('edge.disconnect', async ({ chargePointId, reason, forget, by = '' }) => {
    closed.push(`${chargePointId}: ${reason}`);
    if (forget) {
      await central.closeTransactionsOf(chargePointId, by);
      await store.chargePoints.remove(chargePointId);
    }
    return { closed: false };
  });
  const send = async (id: string, action: string, payload: object): Promise<void> => {
    const call = { messageId: 'm', action, payload };
    const decision = await central.decide(central.chargePoint(id, ocpp16), call, Date.now());
    if (decision.kind !== 'result') throw new Error(`${action}: ${decision.description}`);
  };
  return {
    chargePoints,
    closed,
    send,
    async boot(id, more = {}) {
      await send(id, 'BootNotification', { chargePointVendor: 'Acme', chargePointModel: 'One', ...more });
      const connectedAt = Date.now();
      await store.sessions.claim({
        chargePointId: id,
        edge: 'edge-0',
        connectedAt,
        remoteAddress: '192.0.2.1',
      });
    },
  };
}
