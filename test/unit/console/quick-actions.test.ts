import { expect, it } from 'vitest';
import { commandOf, goesAtOnce, quickActionsFor } from '../../../src/console/quick-actions.ts';

it.each([
  ['Available', undefined, ['Start', 'Unlock', 'Reserve']],
  ['Charging', 7, ['Stop', 'Unlock']],
  ['Finishing', undefined, ['Unlock', 'Reset']],
  ['Faulted', undefined, ['Unlock', 'Reset']],
  ['Faulted', 7, ['Unlock', 'Reset', 'Stop']],
  ['Something new', undefined, ['Unlock', 'Reset']],
] as const)('a connector that is %s, with transaction %s, offers %j', (status, transactionId, offered) => {
  expect(quickActionsFor({ connectorId: 1, status }, transactionId)).toEqual(offered);
});

it('the charge point itself can only be reset', () => {
  expect(quickActionsFor({ connectorId: 0, status: 'Available' }, undefined)).toEqual(['Reset']);
});

it('all that is known of a command is filled in', () => {
  expect(commandOf('Start', 2, undefined)).toEqual({
    action: 'RemoteStartTransaction',
    payload: { connectorId: 2, idTag: '' },
  });
  expect(commandOf('Stop', 2, 7)).toEqual({ action: 'RemoteStopTransaction', payload: { transactionId: 7 } });
  expect(commandOf('Reset', 2, 7)).toEqual({ action: 'Reset', payload: { type: 'Soft' } });
});

it('only what interrupts nobody goes at the first click', () => {
  expect(goesAtOnce('Unlock', 'Faulted', undefined)).toBe(true);
  expect(goesAtOnce('Unlock', 'Faulted', 7)).toBe(false);
  expect(goesAtOnce('Unlock', 'Charging', undefined), 'its transaction may not be known yet').toBe(false);
  expect(goesAtOnce('Reset', 'Faulted', undefined)).toBe(false);
});
