import type { Log } from './log.ts';

/** Longest reason that is written, in characters. */
const MAX_REASON = 500;

/**
 * From now on whatever nobody in this process has caught, a rejection included, ends it, with the reason as
 * one line in the log: nobody knows what state it is in. `end` must not return; the default kills, because an
 * engine's own exit handlers may hang.
 */
export function endOnFault(log: Pick<Log, 'fatal'>, end: () => void = killSelf): void {
  process.on('uncaughtException', (error: unknown) => {
    log.fatal(`ends because of a fault: ${inOneLine(error)}`);
    end();
  });
}

function killSelf(): void {
  process.kill(process.pid, 'SIGKILL');
}

/** `RangeError: Maximum call stack size exceeded (at walk (file:///.../walk.js:3:7))` */
function inOneLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error).replaceAll(/\s+/g, ' ').slice(0, MAX_REASON);
  const [, where = ''] = /^\s+(at .*)$/m.exec(error.stack ?? '') ?? [];
  const reason = `${error.name}: ${error.message}`.replaceAll(/\s+/g, ' ').slice(0, MAX_REASON);
  return where === '' ? reason : `${reason} (${where})`;
}
