import { askApi } from '../../src/simulator/api.ts';
import { apiOf, type Target } from '../target.ts';

/** Asks the API about sites; returns its JSON, or undefined where it says nothing. */
export type SiteApi = (method: string, path: string, body?: unknown) => Promise<unknown>;

const TIMEOUT_MS = 10_000;

/** @throws Error (of the promise) for any status but 2xx. */
export function siteApi(target: Target): SiteApi {
  return async (method, path, body) => {
    const text = await askApi(apiOf(target), {
      method,
      path: `/api/v1/sites${path}`,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      timeoutMs: TIMEOUT_MS,
    });
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  };
}
