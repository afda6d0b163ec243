import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';
import type { Config } from '../config/schema.ts';
import { redactSecrets, redactUrls } from './redaction.ts';

/**
 * A pino logger. Lines go to standard error, one JSON object each, or as text for people. Secrets are hidden
 * on the way. Nothing is logged per frame at the default level.
 */
export type Log = Logger;

/** The log of one process; rooms take `log.child({ room: 'edge' })`. */
export function createLog(config: Pick<Config, 'log'>, processName: string): Log {
  const { level, format } = config.log;
  const asText = format === 'text' || (format === 'auto' && process.stderr.isTTY === true);
  const destination = asText ? textForPeople() : pino.destination({ dest: 2, sync: true });
  return logTo(destination, level, processName);
}

/** As `createLog`, to a destination of the caller's choice. */
export function logTo(destination: { write(line: string): void }, level: string, processName: string): Log {
  return pino(
    {
      level,
      base: { process: processName },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: (line) => redactSecrets(line) as Record<string, unknown>,
      },
      serializers: { err: pino.stdSerializers.err, error: pino.stdSerializers.err },
      hooks: { streamWrite: redactUrls },
    },
    destination,
  );
}

/** Says each message at most once in `everyMs`, and then how many were left unsaid as `suppressed`. */
export function throttled(log: Log, everyMs: number, now: () => number = Date.now): ThrottledLog {
  const last = new Map<string, { at: number; suppressed: number }>();
  const say = (level: 'warn' | 'error', details: object, message: string): void => {
    const at = now();
    const previous = last.get(message);
    if (previous && at - previous.at < everyMs) {
      previous.suppressed++;
      return;
    }
    last.set(message, { at, suppressed: 0 });
    log[level](previous?.suppressed ? { ...details, suppressed: previous.suppressed } : details, message);
  };
  return {
    warn: (details, message) => say('warn', details, message),
    error: (details, message) => say('error', details, message),
  };
}

export interface ThrottledLog {
  /** Messages are constant texts; what varies goes into `details`. */
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

function textForPeople(): ReturnType<typeof pretty> {
  return pretty({
    destination: 2,
    sync: true,
    colorize: process.stderr.isTTY === true,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,hostname,process,room',
    messageFormat: '{process}{if room} {room}{end}: {msg}',
  });
}
