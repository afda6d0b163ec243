import { apiError } from './errors.ts';

/** Throws `invalid_body` for an address in `/webhook/url` that no webhook can have. */
export function checkWebhookUrl(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) refuse('must be an http or https URL');
  if (url.username !== '' || url.password !== '') {
    refuse('must not hold a user or a password: use the secret');
  }
}

function refuse(problem: string): never {
  const path = '/webhook/url';
  throw apiError('invalid_body', { problem: `${path} ${problem}` }, { problems: [{ path, problem }] });
}
