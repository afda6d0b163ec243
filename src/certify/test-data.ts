import type { Operator } from './operator.ts';

/**
 * What the cases are configured with: one charge point, its connectors, tags and the values operators type.
 */
export interface TestData {
  readonly chargePointId: string;
  /** Of the charge point whose security profile is raised, which cannot be undone over OCPP. */
  readonly raisedChargePointId: string;
  /** What both call their serial number. */
  readonly serialNumber: string;
  readonly numberOfConnectors: number;
  /** The connector that all cases use. */
  readonly connectorId: number;
  readonly validTag: string;
  /** Known to nobody. */
  readonly unknownTag: string;
  readonly expiredTag: string;
  readonly blockedTag: string;
  /** Two members of the group `parentTag`. */
  readonly memberTag: string;
  readonly otherMemberTag: string;
  readonly parentTag: string;
  readonly vendorWithoutDataTransfer: string;
  readonly stackLevel: number;
  readonly chargingRateUnit: 'A' | 'W';
  readonly numberPhases: number;
  /** Seconds. */
  readonly scheduleDuration: number;
  readonly firmwareUrl: string;
  readonly diagnosticsUrl: string;
  /** How far ahead of now a reservation expires that the case waits for, ms. */
  readonly reservationExpiryMs: number;
  /** How long a driver keeps everyone waiting before the connection times out, ms. */
  readonly connectionTimeoutMs: number;
  /** Longest wait for a heartbeat's turn, ms; a gateway with a longer interval gets its heartbeats early. */
  readonly maxHeartbeatWaitMs: number;
}

export const DEFAULT_TEST_DATA: TestData = {
  chargePointId: 'FARAD-CERTIFY',
  raisedChargePointId: 'FARAD-CERTIFY-RAISED',
  serialNumber: 'FC-000001',
  numberOfConnectors: 2,
  connectorId: 1,
  validTag: 'CERTIFY-VALID',
  unknownTag: 'CERTIFY-UNKNOWN',
  expiredTag: 'CERTIFY-EXPIRED',
  blockedTag: 'CERTIFY-BLOCKED',
  memberTag: 'CERTIFY-MEMBER-1',
  otherMemberTag: 'CERTIFY-MEMBER-2',
  parentTag: 'CERTIFY-GROUP',
  vendorWithoutDataTransfer: 'org.example.unheard-of',
  stackLevel: 1,
  chargingRateUnit: 'A',
  numberPhases: 3,
  scheduleDuration: 300,
  firmwareUrl: 'https://firmware.example.org/certify/firmware-2.0.0.bin',
  diagnosticsUrl: 'ftp://files.example.org/certify/diagnostics',
  reservationExpiryMs: 1500,
  connectionTimeoutMs: 200,
  maxHeartbeatWaitMs: 2000,
};

/** Brings the tags into the state that the cases ask for, and makes the charge point known. */
export async function provision(operator: Operator, data: TestData): Promise<void> {
  const yesterday = new Date(Date.now() - 86_400_000).toISOString();
  await operator.provision(data.chargePointId);
  await operator.putToken(data.validTag, { status: 'Accepted' });
  await operator.putToken(data.expiredTag, { status: 'Accepted', expiryDate: yesterday });
  await operator.putToken(data.blockedTag, { status: 'Blocked' });
  await operator.putToken(data.memberTag, { status: 'Accepted', parentIdTag: data.parentTag });
  await operator.putToken(data.otherMemberTag, { status: 'Accepted', parentIdTag: data.parentTag });
  await operator.removeToken(data.unknownTag);
}

/** Removes what `provision` left. */
export async function unprovision(operator: Operator, data: TestData): Promise<void> {
  const tags = [data.validTag, data.expiredTag, data.blockedTag, data.memberTag, data.otherMemberTag];
  for (const tag of tags) await operator.removeToken(tag);
  for (const id of [data.chargePointId, data.raisedChargePointId]) await operator.removeChargePoint(id);
}
