import { describe, expect, it } from 'vitest';
import {
  CENTRAL_SYSTEM_ACTIONS,
  CHARGE_POINT_ACTIONS,
  isAction,
  isCentralSystemAction,
  isChargePointAction,
} from '../../../src/protocol/v16/actions.ts';
import { ACTIONS } from '../../../src/protocol/v16/generated/messages.ts';

describe('actions', () => {
  it('each has a direction; only DataTransfer has both', () => {
    const both = ACTIONS.filter((action) => isChargePointAction(action) && isCentralSystemAction(action));
    expect(both).toEqual(['DataTransfer']);
    expect(new Set([...CHARGE_POINT_ACTIONS, ...CENTRAL_SYSTEM_ACTIONS])).toEqual(new Set(ACTIONS));
  });

  it.each(['heartbeat', 'HEARTBEAT', ' Heartbeat', '', '__proto__', 'constructor', 'toString', 'Publish'])(
    'B14: %j is none',
    (text) => {
      expect(isAction(text)).toBe(false);
      expect(isChargePointAction(text)).toBe(false);
      expect(isCentralSystemAction(text)).toBe(false);
    },
  );

  it('tells the directions apart', () => {
    expect(isChargePointAction('StartTransaction')).toBe(true);
    expect(isCentralSystemAction('StartTransaction')).toBe(false);
    expect(isChargePointAction('RemoteStartTransaction')).toBe(false);
    expect(isCentralSystemAction('RemoteStartTransaction')).toBe(true);
    expect(isChargePointAction('SecurityEventNotification')).toBe(true);
    expect(isCentralSystemAction('ExtendedTriggerMessage')).toBe(true);
  });
});
