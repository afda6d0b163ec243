import type { IncomingHttpHeaders } from 'node:http';
import { apiError } from './errors.ts';

/**
 * Throws `cross_origin` for a request that a page of another origin caused. Browsers say where it comes from
 * with every request that may change something; who is no browser has no cookie to be misused.
 */
export function assertSameOrigin(headers: IncomingHttpHeaders): void {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') throw apiError('cross_origin', {});
  const { origin, host } = headers;
  if (origin === undefined && site !== undefined) return;
  if (origin === undefined || hostOf(origin) !== host) throw apiError('cross_origin', {});
}

/**
 * Throws `cross_origin` for a request that only looks, but not for a page of this Farad: even to look may ask
 * a charge point.
 */
export function assertNotForeign({ 'sec-fetch-site': site }: IncomingHttpHeaders): void {
  if (site === 'cross-site' || site === 'same-site') throw apiError('cross_origin', {});
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
