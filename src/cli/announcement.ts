import type { Config } from '../config/schema.ts';
import type { SocketEngine } from '../link/messages.ts';
import type { Demo } from './demo.ts';
import type { Started } from './supervisor.ts';
import { version } from './version.ts';

/**
 * Says on standard output where the gateway is found, in one JSON object where the log is to be JSON; log
 * lines go to standard error.
 */
export function announce(config: Config, started: Started, demo: Demo | undefined): void {
  const { endpoints, newKey, ocpp } = started;
  const engines = enginesOf(ocpp);
  if (config.log.format === 'json') {
    console.log(JSON.stringify(asLogLine(config, started, demo)));
    return;
  }
  const lines = [
    `Farad ${version()} serves`,
    ...ocpp.map(
      ({ url }, index) => `  ${index === 0 ? 'charge points' : '             '}   ${url}/{chargePointId}`,
    ),
    `  console         ${endpoints.api}/`,
    `  API             ${endpoints.api}/api/v1 (described at ${endpoints.api}/docs)`,
    `  data            ${config.dataDir}`,
  ];
  if (engines.length > 0) {
    const names = engines.map(engineText).join(' and ');
    lines.push(`  engine          ${names} on Node ${process.versions.node}`);
  }
  for (const { faults, cure } of engines) {
    if (faults) lines.push(`This engine has faults: ${faults}. What helps: ${cure}.`);
  }
  if (newKey) lines.push(`  new API key     ${newKey} (not shown again)`);
  if (demo) {
    // The fragment never leaves the browser: the console takes the key from it and forgets it.
    const key = encodeURIComponent(config.api.key);
    lines.push(`Demo with ${demo.chargePoints} simulated charge points: ${endpoints.api}/#key=${key}`);
  }
  console.log(lines.join('\n'));
}

function engineText({ kind, package: name, version, adapted }: SocketEngine): string {
  if (kind === 'ws') return `ws ${version}`;
  return `uWebSockets.js (${name} ${version}${adapted ? ', adapted to an older glibc' : ''})`;
}

/** Each kind once. */
function enginesOf(ocpp: Started['ocpp']): SocketEngine[] {
  return [...new Map(ocpp.map(({ engine }) => [engine.kind, engine])).values()];
}

function asLogLine(config: Config, { endpoints, newKey, ocpp }: Started, demo: Demo | undefined): object {
  const [engine] = enginesOf(ocpp);
  return {
    level: ocpp.some(({ engine: { faults } }) => faults) ? 'warn' : 'info',
    time: new Date().toISOString(),
    process: 'supervisor',
    msg: `Farad ${version()} serves`,
    ocpp: endpoints.ocpp,
    api: endpoints.api,
    dataDir: config.dataDir,
    ...(engine && { engine }),
    ...(ocpp.length > 1 && { endpoints: ocpp }),
    ...(newKey && { newKey }),
    ...(demo && { demo: demo.chargePoints }),
  };
}
