import { readFileSync } from 'node:fs';
import type { Log } from '../telemetry/log.ts';

/** Files that an edge needs beside its sockets: databases, libraries, pipes, with room to spare. */
const OTHER_FILES = 200;

/**
 * The soft limit of open files of this process (`ulimit -n`); undefined where /proc does not say or there is
 * none.
 */
export function openFilesLimit(): number | undefined {
  try {
    const limit = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1];
    return limit === undefined ? undefined : Number(limit);
  } catch {
    return undefined; // not Linux
  }
}

/** Warns where the system would stop the edge from holding the connections that it is configured for. */
export function checkOpenFiles(
  maxConnections: number,
  log: Log,
  limit: number | undefined = openFilesLimit(),
): void {
  if (limit === undefined || limit >= maxConnections + OTHER_FILES) return;
  log.warn(
    { openFiles: limit, maxConnections },
    `ulimit -n is ${limit}: too low for ocpp.maxConnections (${maxConnections}); raise it to ${maxConnections + OTHER_FILES} or lower the setting`,
  );
}
