import { type Api, askApi } from './api.ts';

/** A token as the API's bulk import takes it. */
export interface TokenLine {
  readonly idTag: string;
  readonly status: 'Accepted' | 'Blocked';
  readonly parentIdTag?: string;
  /** ISO 8601. */
  readonly expiryDate?: string;
  readonly note?: string;
}

const LINES_PER_REQUEST = 5_000;

/**
 * Brings tokens into Farad through its bulk import (NDJSON).
 * @throws Error if the API cannot be reached or refuses a line.
 */
export async function importTokens(api: Api, tokens: readonly TokenLine[]): Promise<void> {
  for (let from = 0; from < tokens.length; from += LINES_PER_REQUEST) {
    const lines = tokens.slice(from, from + LINES_PER_REQUEST).map((token) => `${JSON.stringify(token)}\n`);
    const text = await askApi(api, {
      method: 'POST',
      path: '/api/v1/tokens/import',
      body: lines.join(''),
      contentType: 'application/x-ndjson',
    });
    const { rejected, errors } = JSON.parse(text) as { rejected: number; errors: unknown[] };
    if (rejected > 0)
      throw new Error(`token import: ${rejected} refused, the first: ${JSON.stringify(errors[0])}`);
  }
}
