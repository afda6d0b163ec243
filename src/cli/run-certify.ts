import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CertifyOptions, certify } from '../certify/certify.ts';
import { EDITIONS, type Edition, isEdition } from '../certify/editions.ts';
import { CASES } from '../certify/functionality.ts';
import { Mismatch } from '../certify/mismatch.ts';
import { GatewayStartError, type SecureEndpoint } from '../certify/own-gateway.ts';
import { DECLARED_S } from '../certify/performance/declared.ts';
import { FULL_LOAD, type LoadPlan } from '../certify/performance/load-plan.ts';
import { conclusion, outcomeText } from '../certify/report/wording.ts';
import { writeReport } from '../certify/report/write-report.ts';
import type { CaseResult } from '../certify/run-cases.ts';
import { TRANSPORTS, type Transport } from '../config/endpoints.ts';
import { suggestion } from '../config/suggestion.ts';
import type { CommandLine } from './command-line.ts';
import { StartError } from './start-error.ts';
import { UsageError } from './usage-error.ts';
import { version } from './version.ts';

/** How long Authorize is measured for without load at most, s. */
const MAX_IDLE_S = 10;

/** Runs `farad certify` with these flags; resolves with the exit code. */
export async function runCertify(flags: CommandLine['flags']): Promise<number> {
  const options = readOptions(flags);
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    const report = await certify({
      ...options,
      progress: { case: sayCase, say },
      signal: interrupted.signal,
    });
    const page = await writeReport(report, resolve(flags.report ?? 'certify-report'));
    say(`\n${outcomeText(report.outcome)}: ${conclusion(report)}.\n${page}`);
    return report.outcome === 'fail' ? 1 : 0;
  } catch (error) {
    if (interrupted.signal.aborted) {
      say('Interrupted: there is no report.');
      return 130;
    }
    if (error instanceof GatewayStartError || error instanceof Mismatch) throw new StartError(error.message);
    throw error;
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

/** Throws UsageError for what cannot be understood. */
function readOptions(flags: CommandLine['flags']): Omit<CertifyOptions, 'progress' | 'signal'> {
  const only = readOnly(flags.only);
  const load = readLoad(flags);
  return {
    target: readTarget(flags),
    ...(only && { only }),
    ...(flags.shuffle !== undefined && { shuffleSeed: wholeNumber('shuffle', flags.shuffle, 0) }),
    editions: readEditions(flags.edition),
    load: flags['skip-load'] === undefined ? load : undefined,
    idleSeconds: Math.min(MAX_IDLE_S, load.seconds),
    responseTimeoutMs:
      1000 * wholeNumber('declared-timeout', flags['declared-timeout'] ?? String(DECLARED_S), 1),
    authorizeMs:
      1000 * wholeNumber('declared-authorize', flags['declared-authorize'] ?? String(DECLARED_S), 1),
    toolVersion: version(),
  };
}

function readTarget(flags: CommandLine['flags']): CertifyOptions['target'] {
  const {
    'ocpp-url': ocppUrl,
    'api-url': apiUrl,
    'api-key': apiKey,
    'secure-ocpp-url': secureUrl,
    ca,
  } = flags;
  if (ocppUrl === undefined && apiUrl === undefined && apiKey === undefined)
    return {
      command: [process.execPath, fileURLToPath(new URL('../main.js', import.meta.url))],
      engine: readEngine(flags.engine ?? 'auto'),
    };
  if (flags.engine !== undefined) throw new UsageError('--engine is for a gateway that is started');
  if (ocppUrl === undefined || apiUrl === undefined || apiKey === undefined)
    throw new UsageError('a gateway that runs is named by all three of --ocpp-url, --api-url and --api-key');
  if (!URL.canParse(ocppUrl) || !/^wss?:/.test(ocppUrl))
    throw new UsageError(`--ocpp-url must begin with ws:// or wss://, not ${ocppUrl}`);
  if (!URL.canParse(apiUrl) || !/^https?:/.test(apiUrl))
    throw new UsageError(`--api-url must begin with http:// or https://, not ${apiUrl}`);
  const secure = secureUrl === undefined ? undefined : readSecure(secureUrl, ca);
  return { ocppUrl: ocppUrl.replace(/\/+$/, ''), ...(secure && { secure }), apiUrl, apiKey };
}

function readEngine(text: string): Transport {
  const engine = TRANSPORTS.find((known) => known === text);
  if (!engine) throw new UsageError(`--engine must be one of ${TRANSPORTS.join(', ')}, not ${text}`);
  return engine;
}

function readSecure(url: string, ca: string | undefined): SecureEndpoint {
  if (!URL.canParse(url) || !url.startsWith('wss:'))
    throw new UsageError(`--secure-ocpp-url must begin with wss://, not ${url}`);
  try {
    return {
      url: url.replace(/\/+$/, ''),
      ...(ca !== undefined && { ca: readFileSync(ca, 'utf8') }),
    };
  } catch (error) {
    throw new UsageError(`--ca ${ca} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

function readOnly(text: string | undefined): string[] | undefined {
  const ids = text?.split(',').map((id) => id.trim());
  const known = CASES.map(({ id }) => id as string);
  const unknown = ids?.find((id) => !known.includes(id));
  if (unknown !== undefined) throw new UsageError(`there is no case ${unknown}${suggestion(unknown, known)}`);
  return ids;
}

function readEditions(text: string | undefined): readonly [Edition, ...Edition[]] {
  if (text === undefined) return EDITIONS;
  if (!isEdition(text)) throw new UsageError(`--edition must be ${EDITIONS.join(' or ')}, not ${text}`);
  return [text];
}

function readLoad(flags: CommandLine['flags']): LoadPlan {
  const read = (name: string, value: number) => wholeNumber(name, flags[name] ?? String(value), 1);
  return {
    chargePoints: read('load-charge-points', FULL_LOAD.chargePoints),
    samplesPerSecond: read('load-samples', FULL_LOAD.samplesPerSecond),
    seconds: read('load-seconds', FULL_LOAD.seconds),
  };
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || !Number.isSafeInteger(value))
    throw new UsageError(`--${name} must be a whole number from ${least} on, not ${text}`);
  return value;
}

function sayCase({ id, title, edition, passed, failure, warnings, durationMs }: CaseResult): void {
  const name = edition === undefined ? title : `${title} (${edition})`;
  say(
    `${passed ? 'pass' : 'FAIL'}  ${id.padEnd(9)} ${name.padEnd(72)} ${String(Math.round(durationMs)).padStart(5)} ms`,
  );
  for (const warning of warnings) say(`      warning: ${warning}`);
  if (!failure) return;
  say(`      step ${failure.step}, ${failure.stepName}`);
  say(`      expected ${failure.expected}`);
  say(`      came     ${failure.came}`);
}

function say(line: string): void {
  console.log(line);
}
