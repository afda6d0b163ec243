import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renderErrorReference } from '../../../src/control/error-reference.ts';
import { apiError, errorBody, errors } from '../../../src/control/errors.ts';

test('docs/api-errors.md lists every error code as it is declared (else: npm run generate)', () => {
  const page = readFileSync(new URL('../../../docs/api-errors.md', import.meta.url), 'utf8');
  expect(page).toBe(renderErrorReference());
  for (const code of Object.keys(errors)) expect(page).toContain(`## \`${code}\`\n`);
});

test('an error carries its declared status, its message filled in and its details', () => {
  const error = apiError('connection_lost', { id: 'CP-17', action: 'Reset' }, { messageId: 'm-1' });
  expect(error.status).toBe(502);
  expect(errorBody(error)).toEqual({
    error: {
      code: 'connection_lost',
      message: 'The connection to charge point CP-17 was lost before it answered Reset.',
      details: { messageId: 'm-1' },
    },
  });
});

test('text of a client that looks like a placeholder stays as it is', () => {
  expect(apiError('unknown_charge_point', { id: '{id} $& {x}' }).message).toBe(
    'No charge point has the identity {id} $& {x}.',
  );
});
