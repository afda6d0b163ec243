import type { Schema } from './operation.ts';
import { maybe, object, text } from './shapes.ts';

const url = text(
  'Where messages are sent by POST: https, or http where `alarms.webhookNetworks` has the address. What is a secret in it (a token, a signature) is not shown again; the address as it is shown stands for the present one.',
  { minLength: 1, maxLength: 2000 },
);

/** A webhook as it is shown. */
export const shownWebhook = (description: string): Schema =>
  maybe(
    object(description, {
      url,
      hasSecret: { type: 'boolean', description: 'Whether they are signed.' },
    }),
  );

/** A webhook as it is written. */
export const writtenWebhook = (description: string): Schema =>
  maybe(
    object(
      description,
      {
        url,
        secret: maybe(
          text(
            'What they are signed with: `Farad-Signature: t=SECONDS,v1=HEX`, the HMAC-SHA-256 of the seconds, a dot and the body. Absent: that of before; null: none. It is never shown.',
            { minLength: 16, maxLength: 200 },
          ),
        ),
      },
      ['secret'],
    ),
  );
