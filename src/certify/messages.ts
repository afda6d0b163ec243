import { brief, memberAt, type Payload } from './payload.ts';
import type { Expectation, Scene } from './scene.ts';

/** The messages of a charge point as the cases use them, each with what the Central System owes in return. */

/** idTagInfo.status, OCPP 1.6 ed. 2 §7.2. */
export type AuthorizationStatus = 'Accepted' | 'Blocked' | 'Expired' | 'Invalid';

const EMPTY: Expectation = { text: 'an empty payload', holds: (answer) => Object.keys(answer).length === 0 };

const ISO_8601 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** Resolves with the heartbeat interval, s. */
export async function bootNotification(scene: Scene): Promise<number> {
  const answer = await scene.send(
    'BootNotification',
    {
      chargePointVendor: 'Farad',
      chargePointModel: 'Certify',
      chargePointSerialNumber: scene.data.serialNumber,
      firmwareVersion: '1.0.0',
    },
    {
      text: 'status Accepted, a valid currentTime and a whole interval > 0',
      holds: ({ status, currentTime, interval }) =>
        status === 'Accepted' && isTime(currentTime) && Number.isInteger(interval) && Number(interval) > 0,
    },
  );
  scene.memory.currentTime = String(answer.currentTime);
  return Number(answer.interval);
}

export async function heartbeat(scene: Scene): Promise<void> {
  await scene.send(
    'Heartbeat',
    {},
    {
      text: 'a valid currentTime',
      holds: ({ currentTime }) => isTime(currentTime),
    },
  );
}

export interface StatusDetails {
  /** The configured one by default. */
  readonly connectorId?: number;
  readonly errorCode?: string;
}

export async function statusNotification(
  scene: Scene,
  status: string,
  { connectorId = scene.data.connectorId, errorCode = 'NoError' }: StatusDetails = {},
): Promise<void> {
  await scene.send('StatusNotification', { connectorId, errorCode, status, timestamp: now() }, EMPTY);
}

/**
 * The same status for the charge point itself (connector 0) and each of its connectors; `own` is that of the
 * configured connector.
 */
export async function statusOfAll(scene: Scene, status: string, own = status): Promise<void> {
  const { connectorId: configured, numberOfConnectors } = scene.data;
  for (let connectorId = 0; connectorId <= numberOfConnectors; connectorId++)
    await statusNotification(scene, connectorId === configured ? own : status, { connectorId });
}

/** Presents a tag; `parentIdTag` is what the answer has to name as its group, where a case looks at that. */
export async function authorize(
  scene: Scene,
  idTag = scene.data.validTag,
  status: AuthorizationStatus = 'Accepted',
  parentIdTag?: string,
): Promise<void> {
  const group = parentIdTag === undefined ? '' : ` and parentIdTag ${parentIdTag}`;
  await scene.send(
    'Authorize',
    { idTag },
    {
      text: `idTagInfo.status ${status}${group}`,
      holds: (answer) =>
        memberAt(answer, 'idTagInfo.status') === status &&
        (parentIdTag === undefined || memberAt(answer, 'idTagInfo.parentIdTag') === parentIdTag),
    },
  );
}

export interface StartDetails {
  readonly idTag?: string;
  readonly status?: AuthorizationStatus;
  readonly reservationId?: number;
  /** How long ago it happened, ms: a charge point that was offline sends it late. */
  readonly agoMs?: number;
}

/** Resolves with the transactionId, which every start gets, whatever its status. */
export async function startTransaction(
  scene: Scene,
  { idTag = scene.data.validTag, status = 'Accepted', reservationId, agoMs = 0 }: StartDetails = {},
): Promise<number> {
  const { memory, data } = scene;
  const answer = await scene.send(
    'StartTransaction',
    {
      connectorId: data.connectorId,
      idTag,
      meterStart: memory.readMeter(),
      timestamp: now(agoMs),
      ...(reservationId !== undefined && { reservationId }),
    },
    {
      text: `idTagInfo.status ${status} and a transactionId > 0 that no other transaction has`,
      holds: (answer) =>
        memberAt(answer, 'idTagInfo.status') === status &&
        Number(answer.transactionId) > 0 &&
        !memory.transactionIds.has(Number(answer.transactionId)),
    },
  );
  const transactionId = Number(answer.transactionId);
  memory.transactionIds.add(transactionId);
  return transactionId;
}

export interface StopDetails {
  readonly reason?: string;
  readonly idTag?: string;
  readonly agoMs?: number;
}

export async function stopTransaction(
  scene: Scene,
  transactionId: number,
  { reason, idTag, agoMs = 0 }: StopDetails = {},
): Promise<void> {
  await scene.send(
    'StopTransaction',
    {
      transactionId,
      meterStop: scene.memory.readMeter(),
      timestamp: now(agoMs),
      ...(reason !== undefined && { reason }),
      ...(idTag !== undefined && { idTag }),
    },
    {
      text: 'an empty payload, or an idTagInfo that accepts the tag that was given',
      holds: ({ idTagInfo }) =>
        idTagInfo === undefined || idTag === undefined || memberAt(idTagInfo, 'status') === 'Accepted',
    },
  );
}

export async function meterValues(scene: Scene): Promise<void> {
  const sample = (value: number, measurand: string, unit: string): Payload => ({
    value: String(value),
    measurand,
    unit,
    context: 'Trigger',
  });
  const sampledValue = [
    sample(scene.memory.readMeter(), 'Energy.Active.Import.Register', 'Wh'),
    sample(0, 'Power.Active.Import', 'W'),
  ];
  const meterValue = [{ timestamp: now(), sampledValue }];
  await scene.send('MeterValues', { connectorId: scene.data.connectorId, meterValue }, EMPTY);
}

export async function firmwareStatus(scene: Scene, status: string): Promise<void> {
  await scene.send('FirmwareStatusNotification', { status }, EMPTY);
}

export async function diagnosticsStatus(scene: Scene, status: string): Promise<void> {
  await scene.send('DiagnosticsStatusNotification', { status }, EMPTY);
}

export async function signedFirmwareStatus(scene: Scene, requestId: number, status: string): Promise<void> {
  await scene.send('SignedFirmwareStatusNotification', { status, requestId }, EMPTY);
}

export async function logStatus(scene: Scene, requestId: number, status: string): Promise<void> {
  await scene.send('LogStatusNotification', { status, requestId }, EMPTY);
}

export async function securityEvent(scene: Scene, type: string): Promise<void> {
  await scene.send('SecurityEventNotification', { type, timestamp: now() }, EMPTY);
}

export async function signCertificate(scene: Scene, csr: string): Promise<void> {
  await scene.send(
    'SignCertificate',
    { csr },
    { text: 'status Accepted', holds: ({ status }) => status === 'Accepted' },
  );
}

/** A data transfer to a vendor that the Central System has no business with. */
export async function dataTransfer(scene: Scene, vendorId: string): Promise<void> {
  const refusals = ['Rejected', 'UnknownMessageId', 'UnknownVendorId'];
  const answer = await scene.send(
    'DataTransfer',
    { vendorId, messageId: 'Greeting', data: 'Hello' },
    {
      text: `status ${refusals.join(', ')} (or Accepted, with a warning)`,
      holds: ({ status }) => status === 'Accepted' || refusals.includes(String(status)),
    },
  );
  if (answer.status === 'Accepted')
    scene.warn(`DataTransfer to an unknown vendor was ${brief(answer.status)}`);
}

/** A time in UTC with milliseconds, `agoMs` before now (after it, where negative). */
export function now(agoMs = 0): string {
  return new Date(Date.now() - agoMs).toISOString();
}

function isTime(value: unknown): boolean {
  return typeof value === 'string' && ISO_8601.test(value) && !Number.isNaN(Date.parse(value));
}
