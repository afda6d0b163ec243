import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from './write-atomically.ts';

/** Where the running gateway is found: `<dataDir>/endpoints.json`, there only while it serves. */
export interface Endpoints {
  /** The supervisor. */
  readonly pid: number;
  /** Base URL for charge points, without TLS where there is one: `ws://127.0.0.1:9220/ocpp`. */
  readonly ocpp: string;
  /** Every one, in the order of the settings. */
  readonly ocppEndpoints: readonly string[];
  /** Base URL of the API: `http://127.0.0.1:9221`. */
  readonly api: string;
  /** Name to process id. */
  readonly processes: Readonly<Record<string, number>>;
}

export function writeEndpoints(directory: string, endpoints: Endpoints): void {
  writeAtomically(endpointsFile(directory), `${JSON.stringify(endpoints, null, 2)}\n`);
}

export function removeEndpoints(directory: string): void {
  rmSync(endpointsFile(directory), { force: true });
}

function endpointsFile(directory: string): string {
  return join(directory, 'endpoints.json');
}
