import { unfit } from './unfit.ts';

/** Throws `invalid_body` for an address in `/webhook/url` that no webhook can have. */
export function checkWebhookUrl(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol))
    throw unfit('/webhook/url', 'must be an http or https URL');
  if (url.username !== '' || url.password !== '') {
    throw unfit('/webhook/url', 'must not hold a user or a password: use the secret');
  }
}
