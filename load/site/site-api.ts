import type { Target } from '../options.ts';

/** Asks the API about sites; answers its JSON, or undefined where it says nothing. */
export type SiteApi = (method: string, path: string, body?: unknown) => Promise<unknown>;

const TIMEOUT_MS = 10_000;

/** @throws Error (of the promise) for any status but 2xx. */
export function siteApi({ apiUrl, apiKey }: Target): SiteApi {
  return async (method, path, body) => {
    const response = await fetch(`${apiUrl}/api/v1/sites${path}`, {
      method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: HTTP ${response.status} ${text.slice(0, 300)}`);
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  };
}
