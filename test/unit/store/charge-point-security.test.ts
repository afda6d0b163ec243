import { expect, test } from 'vitest';
import type { ChargePointSettings } from '../../../src/store/charge-point-settings.ts';
import { currentProfile, loweredFrom } from '../../../src/store/current-profile.ts';
import { readProfile, setsSecurityProfile } from '../../../src/store/security-profile.ts';
import { scratchDirectory, scratchStore } from './scratch.ts';

const settings = (change: Partial<ChargePointSettings> = {}): ChargePointSettings => ({
  id: 'CP-1',
  securityProfile: 1,
  version: 1,
  ...change,
});
const told = (profile: 1 | 2 | 3, messageId = `to-${profile}`) => ({ profile, messageId, since: 5 });

test('L4: from the CALL until a connection on the higher profile both are accepted, then never the lower one', async () => {
  const dataDir = scratchDirectory();
  const store = scratchStore({ dataDir });
  await store.security.leaving('CP-1', settings(), told(2));
  expect(store.security.state('CP-1', settings())).toEqual({
    fixed: 1,
    pending: [{ ...told(2), accepted: false }],
  });
  await store.security.answered('CP-1', 'to-2', true);
  expect(store.security.state('CP-1', settings()).pending).toEqual([{ ...told(2), accepted: true }]);
  expect(await store.security.connected('CP-1', settings(), 1, 6)).toBe(true);
  expect(await store.security.connected('CP-1', settings(), 3, 6)).toBe(false);
  expect(store.security.state('CP-1', settings()).pending).toHaveLength(1);
  expect(await store.security.connected('CP-1', settings(), 2, 7)).toBe(true);
  expect(await store.security.connected('CP-1', settings(), 1, 8)).toBe(false);
  await store.close();
  const again = scratchStore({ dataDir });
  expect(again.security.state('CP-1', settings())).toEqual({ fixed: 2, pending: [] });
  expect(again.security.get('CP-1', settings())).toMatchObject({ reached: 2, reachedAt: 7 });
  expect(await again.security.connected('CP-1', settings(), 1, 9)).toBe(false);
});

test('L4: a profile that was refused is not accepted, and one that was asked for twice is not lost by the second answer', async () => {
  const store = scratchStore();
  await store.security.leaving('CP-1', settings(), told(2));
  await store.security.answered('CP-1', 'to-2', false);
  expect(store.security.state('CP-1', settings())).toEqual({ fixed: 1, pending: [] });
  await store.security.leaving('CP-1', settings(), told(2, 'first'));
  await store.security.answered('CP-1', 'first', true);
  await store.security.leaving('CP-1', settings(), told(2, 'second'));
  await store.security.answered('CP-1', 'second', false);
  expect(await store.security.connected('CP-1', settings(), 2, 7)).toBe(true);
  expect(store.security.state('CP-1', settings()).fixed).toBe(2);
});

test('L4: reaching one profile leaves a higher one pending, and ends those below', async () => {
  const store = scratchStore();
  await store.security.leaving('CP-1', settings(), told(3));
  await store.security.leaving('CP-1', settings(), told(2));
  await store.security.connected('CP-1', settings(), 2, 7);
  expect(store.security.state('CP-1', settings())).toMatchObject({ fixed: 2, pending: [{ profile: 3 }] });
  await store.security.connected('CP-1', settings(), 3, 8);
  expect(store.security.state('CP-1', settings())).toEqual({ fixed: 3, pending: [] });
});

test('many changes without an answer keep the record small', async () => {
  const store = scratchStore();
  for (let index = 0; index < 30; index++) {
    await store.security.leaving('CP-1', settings(), told(2, `m${index}`));
  }
  expect(store.security.state('CP-1', settings()).pending.length).toBeLessThan(10);
  expect(await store.security.connected('CP-1', settings(), 2, 7)).toBe(true);
});

test('what operators decide later stands above it, and what is pending then is withdrawn', async () => {
  const store = scratchStore();
  await store.security.leaving('CP-1', settings(), told(3));
  await store.security.leaving('CP-1', settings(), told(2));
  await store.security.connected('CP-1', settings(), 2, 7);
  const decided = settings({ securityProfile: 1, profileVersion: 1 });
  expect(store.security.state('CP-1', decided)).toEqual({ fixed: 1, pending: [] });
  expect(await store.security.connected('CP-1', decided, 2, 8)).toBe(false);
  await store.security.answered('CP-1', 'to-3', true);
  expect(store.security.state('CP-1', decided)).toEqual({ fixed: 1, pending: [] });
  await store.security.leaving('CP-1', decided, told(2));
  expect(store.security.state('CP-1', decided)).toMatchObject({ fixed: 1, pending: [{ profile: 2 }] });
});

test('goes with its charge point', async () => {
  const store = scratchStore();
  await store.security.leaving('CP-1', settings(), told(2));
  await store.chargePoints.register('CP-1', 1, 10);
  await store.chargePoints.remove('CP-1');
  expect(store.security.get('CP-1', settings())).toBeUndefined();
});

test('L3: what cannot be lowered is the fixed profile, or the highest that was told or is used', async () => {
  const store = scratchStore();
  expect(currentProfile(store, 'CP-1')).toBe(0);
  await store.configurations.told('CP-1', [{ key: 'securityProfile', value: '2', readonly: false }], [], 1);
  expect(currentProfile(store, 'CP-1')).toBe(2);
  await store.sessions.claim({
    chargePointId: 'CP-1',
    edge: 'edge-0',
    connectedAt: 1,
    remoteAddress: '',
    securityProfile: 3,
  });
  expect(currentProfile(store, 'CP-1')).toBe(3);
  await store.settings.put({ id: 'CP-1', securityProfile: 1 });
  expect(currentProfile(store, 'CP-1')).toBe(1);
  // What was set by OCPP and never reached may be set again.
  await store.configurations.changed('CP-2', 'SecurityProfile', '2', 'Accepted', 1);
  expect(currentProfile(store, 'CP-2')).toBe(0);
});

test('L3: only a single digit above the present profile raises it, in whatever spelling the key is', async () => {
  const store = scratchStore();
  await store.settings.put({ id: 'CP-1', securityProfile: 2 });
  const change = (value: unknown, key = 'SecurityProfile') =>
    loweredFrom(store, 'CP-1', 'ChangeConfiguration', { key, value });
  expect(change('3')).toBeUndefined();
  for (const value of ['2', '1', '0', '', ' 3', '03', '3.0', '4', '-1', 'three', '٣', 3, null, undefined]) {
    expect(change(value), String(value)).toBe(2);
  }
  for (const key of ['securityprofile', 'SECURITYPROFILE', ' SecurityProfile '])
    expect(change('1', key)).toBe(2);
  expect(change('1', 'SecurityProfiles')).toBeUndefined();
  expect(loweredFrom(store, 'CP-1', 'DataTransfer', { key: 'SecurityProfile', value: '0' })).toBeUndefined();
  expect([readProfile('3'), readProfile('4'), readProfile(null)]).toEqual([3, undefined, undefined]);
  expect(setsSecurityProfile('Security Profile')).toBe(false);
});
