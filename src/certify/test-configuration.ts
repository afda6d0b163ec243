import { cpus, release, totalmem, type } from 'node:os';
import type { Edition } from './editions.ts';
import type { Fact } from './report/report.ts';
import type { TestData } from './test-data.ts';

export interface Circumstances {
  readonly product: { readonly name: string; readonly version: string };
  readonly toolVersion: string;
  readonly ocppUrl: string;
  /** Settings that the gateway was started with; undefined for one that was running. */
  readonly ownSettings: Readonly<Record<string, string>> | undefined;
  readonly editions: readonly Edition[];
  readonly shuffleSeed: number | undefined;
  readonly data: TestData;
  /** The last `currentTime` that the gateway told. */
  readonly currentTime: string | undefined;
}

/** What the cases and figures were taken with. */
export function testConfiguration(circumstances: Circumstances): Fact[] {
  const { product, toolVersion, ocppUrl, ownSettings, editions, shuffleSeed, data, currentTime } =
    circumstances;
  const settings = Object.entries(ownSettings ?? {}).map(([name, value]) => `--${name} ${value}`);
  const [processor] = cpus();
  return [
    ['Device under test', `${product.name} ${product.version}, Charging Station Management System`],
    ['Gateway', ownSettings ? ['started for this report', ...settings].join(' ') : `running at ${ocppUrl}`],
    ['Communication', 'OCPP-J 1.6, JSON over WebSocket, subprotocol ocpp1.6, security profiles 0 to 3'],
    ['Test cases', `after the OCTT 1.6 test case document, edition ${editions.join(' and ')}`],
    ['Tool', `farad certify ${toolVersion}; charge point on ocpp-rpc in strict mode`],
    ['Order', shuffleSeed === undefined ? 'as in the document' : `shuffled with seed ${shuffleSeed}`],
    [
      'Charge point',
      `${data.chargePointId}, ${data.numberOfConnectors} connectors, connector ${data.connectorId} is used`,
    ],
    [
      'Charging profiles',
      `stack level ${data.stackLevel}, unit ${data.chargingRateUnit}, ${data.numberPhases} phases, duration ${data.scheduleDuration} s`,
    ],
    ['Timestamps with milliseconds', millisecondsText(currentTime)],
    [
      'Machine',
      `${cpus().length} x ${processor?.model.trim() || 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}, Node.js ${process.versions.node}`,
    ],
  ];
}

function millisecondsText(currentTime: string | undefined): string {
  if (currentTime === undefined) return 'not seen';
  return /\.\d{3}/.test(currentTime) ? `supported (${currentTime})` : `not sent (${currentTime})`;
}
