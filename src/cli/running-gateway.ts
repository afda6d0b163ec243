import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Endpoints } from './endpoints-file.ts';
import { StartError } from './start-error.ts';

/** Where the gateway on a data directory is found. Throws StartError, with `advice`, where none runs. */
export function endpointsOf(dataDir: string, advice = ''): Endpoints {
  try {
    return JSON.parse(readFileSync(join(dataDir, 'endpoints.json'), 'utf8')) as Endpoints;
  } catch {
    throw new StartError(`no gateway runs on ${dataDir}${advice}`);
  }
}

/** Resolves with what the API answers. Rejects with StartError where it refuses or does not answer. */
export async function askGateway(
  { api }: Pick<Endpoints, 'api'>,
  key: string,
  method: string,
  path: string,
): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(`${api}${path}`, { method, headers: { authorization: `Bearer ${key}` } });
  } catch (error) {
    throw new StartError(`the gateway at ${api} does not answer: ${(error as Error).message}`);
  }
  const text = await response.text();
  if (!response.ok) throw new StartError(`${method} ${path} was answered with ${response.status}: ${text}`);
  return JSON.parse(text);
}
