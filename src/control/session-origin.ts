import type { FastifyRequest } from 'fastify';
import { metrics } from '../telemetry/metrics.ts';
import type { LogInOrigin } from './log-ins.ts';

const counted = metrics.counter('farad_api_log_ins_total', 'Log-ins of the console.', ['with', 'result']);

/** Counts a log-in that has begun or was refused. */
export function countLogIn(way: 'key' | 'password' | 'oidc', hasBegun: boolean): void {
  counted.with({ with: way, result: hasBegun ? 'begun' : 'refused' }).inc();
}

/** Where a log-in comes from. */
export function originOf(request: FastifyRequest): LogInOrigin {
  return {
    isSecure: isSecure(request),
    remoteAddress: request.ip,
    userAgent: request.headers['user-agent'],
  };
}

/**
 * Whether the browser speaks HTTPS: to what stands in front of Farad, which says so. To claim it wrongly
 * harms only oneself.
 */
export function isSecure({ headers, protocol }: FastifyRequest): boolean {
  return protocol === 'https' || headers['x-forwarded-proto'] === 'https';
}
