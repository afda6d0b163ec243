import { expect, test } from 'vitest';
import { REFERENCES_KEPT } from '../../../src/store/referenced-calls.ts';
import { scratchStore } from './scratch.ts';

const call = (reference: string) => ({
  reference,
  action: 'Reset',
  messageId: `m-${reference}`,
  sentAt: 1_000,
});

test('what became of a CALL is found by its reference, and until then that it was sent', async () => {
  const { referencedCalls } = scratchStore();
  expect(referencedCalls.get('CP-1', 'r1')).toBeUndefined();
  await referencedCalls.sent('CP-1', call('r1'));
  expect(referencedCalls.get('CP-1', 'r1')).toEqual({ ...call('r1'), answer: null });
  await referencedCalls.answered('CP-1', 'r1', { kind: 'result', payload: { status: 'Accepted' } });
  expect(referencedCalls.get('CP-1', 'r1')?.answer).toEqual({
    kind: 'result',
    payload: { status: 'Accepted' },
  });
  expect(referencedCalls.get('CP-2', 'r1')).toBeUndefined();
});

test('a CALL that never left is as if it had not been asked for', async () => {
  const { referencedCalls } = scratchStore();
  await referencedCalls.sent('CP-1', call('r1'));
  await referencedCalls.notSent('CP-1', 'r1');
  expect(referencedCalls.get('CP-1', 'r1')).toBeUndefined();
});

test('the oldest are forgotten, and long answers are cut to their status', async () => {
  const { referencedCalls } = scratchStore();
  for (let i = 0; i <= REFERENCES_KEPT; i++) await referencedCalls.sent('CP-1', call(`r${i}`));
  expect(referencedCalls.get('CP-1', 'r0')).toBeUndefined();
  const payload = { status: 'Accepted', data: 'x'.repeat(10_000) };
  await referencedCalls.answered('CP-1', 'r1', { kind: 'result', payload });
  expect(referencedCalls.get('CP-1', 'r1')?.answer).toEqual({
    kind: 'result',
    payload: { status: 'Accepted' },
  });
});

test('they go with their charge point', async () => {
  const { referencedCalls, chargePoints } = scratchStore();
  await referencedCalls.sent('CP-1', call('r1'));
  await chargePoints.remove('CP-1');
  expect(referencedCalls.get('CP-1', 'r1')).toBeUndefined();
});
