import type { ChargingRateUnit, InstalledProfile } from './charging-profile.ts';
import {
  type CompositeOptions,
  type CompositeSchedule,
  chargePointSchedule,
  compositeSchedule,
} from './composite-schedule.ts';
import { compileProfiles, type ProfileStack, stackFor } from './profile-stack.ts';

/** A connector as it bears on the plan. */
export interface PlannedConnector {
  readonly connectorId: number;
  /** The transaction that runs there, or null. */
  readonly transactionId: number | null;
  /** When charging began, epoch ms; null: as if a vehicle began at the start of the schedule. */
  readonly chargingSince: number | null;
}

/** What a charge point holds and what is asked about it. Plain data that survives a thread. */
export interface ScheduleTask {
  readonly profiles: readonly InstalledProfile[];
  /** All connectors that are known, from 1 up. */
  readonly connectors: readonly PlannedConnector[];
  /** 0 asks for the whole charge point. */
  readonly connectorId: number;
  /** Epoch ms. */
  readonly from: number;
  /** Seconds. */
  readonly duration: number;
  readonly unit: ChargingRateUnit;
  /** Volts between phase and neutral. */
  readonly voltage: number;
  readonly txProfileGap: 'tx-default' | 'unlimited';
}

/**
 * The composite schedule that a charge point should report (OCPP 1.6 ed. 2 §5.7, §3.13). A connector that
 * nobody has heard of is planned for like one where nothing charges. Throws RangeError for a profile whose
 * timestamps cannot be read.
 */
export function planSchedule(task: ScheduleTask): CompositeSchedule {
  const { connectorId, from, duration, unit, voltage, txProfileGap } = task;
  const compiled = compileProfiles(task.profiles);
  const options: CompositeOptions = { from, duration, unit, voltage, txProfileGap };
  const stackOf = (connector: PlannedConnector): ProfileStack =>
    stackFor(compiled, connector.connectorId, connector.transactionId);
  if (connectorId > 0) {
    const connector = task.connectors.find((known) => known.connectorId === connectorId) ?? idle(connectorId);
    const since = connector.chargingSince;
    return compositeSchedule(
      stackOf(connector),
      since === null ? options : { ...options, chargingSince: since },
    );
  }
  const connectors = task.connectors.length > 0 ? task.connectors : [idle(1)];
  return chargePointSchedule(
    connectors.map(stackOf),
    options,
    connectors.map(({ chargingSince }) => chargingSince ?? undefined),
  );
}

function idle(connectorId: number): PlannedConnector {
  return { connectorId, transactionId: null, chargingSince: null };
}
