import { describe, expect, it } from 'vitest';
import { isAction } from '../../../src/protocol/v16/actions.ts';
import { ACTIONS } from '../../../src/protocol/v16/generated/messages.ts';
import { checkRequest, checkResponse } from '../../../src/protocol/v16/validate.ts';
import { faultsOf, object, variantsOf } from './expected-member.ts';
import { expectedMessages } from './expected-messages.ts';

const messages = Object.entries(expectedMessages).flatMap(([action, { request, response }]) => [
  { action, kind: 'request', expected: object(request), check: checkRequest },
  { action, kind: 'response', expected: object(response), check: checkResponse },
]);

it('knows all 39 actions of 1.6 with the security extension, in both directions', () => {
  expect(messages).toHaveLength(78);
  expect([...ACTIONS].sort()).toEqual(Object.keys(expectedMessages).sort());
});

describe.each(messages)('$action $kind', ({ action, expected, check }) => {
  if (!isAction(action)) throw new Error(`${action} is no action`);

  it('accepts what the standard allows', () => {
    for (const { what, payload } of variantsOf(expected))
      expect(check(action, payload), what).toBeUndefined();
  });

  it('refuses each fault with its code and names the member', () => {
    for (const { what, path, code, payload } of faultsOf(expected)) {
      const violation = check(action, payload);
      expect(violation, `${path} ${what}`).toMatchObject({ code, path });
      expect(
        violation?.description.startsWith(`${path === '' ? 'payload' : path}: `),
        violation?.description,
      ).toBe(true);
    }
  });
});
