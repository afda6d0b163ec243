import { expect, test } from 'vitest';
import { openStore } from '../../../src/store/store.ts';
import { scratchDirectory, scratchStore } from './scratch.ts';

const NOON = Date.UTC(2026, 10, 20, 12);
const told = (key: string, value: string | null, readonly = false) => ({ key, value, readonly });

test('G9: keys are learnt with value, readonly flag and time, and found in any spelling', async () => {
  const { configurations } = scratchStore();
  await configurations.told(
    'CP-1',
    [told('HeartbeatInterval', '300'), told('NumberOfConnectors', '2', true)],
    [],
    NOON,
  );
  expect(configurations.get('CP-1', 'heartbeatINTERVAL')).toMatchObject({
    key: 'HeartbeatInterval',
    value: '300',
    readonly: false,
    known: true,
    learntAt: NOON,
    learntFrom: 'GetConfiguration',
  });
  expect(configurations.of('CP-1').map(({ key, readonly }) => [key, readonly])).toEqual([
    ['HeartbeatInterval', false],
    ['NumberOfConnectors', true],
  ]);
  expect(configurations.of('CP-10')).toEqual([]);
});

test('G9: a partial answer leaves the other keys, a missing value is no value, an unknown key is a result', async () => {
  const { configurations } = scratchStore();
  await configurations.told('CP-1', [told('A', '1'), told('B', '2'), told('C', '3')], [], NOON);
  await configurations.told('CP-1', [told('b', null)], ['C', 'D'], NOON + 1);
  expect(
    configurations.of('CP-1').map(({ key, value, known, learntAt }) => [key, value, known, learntAt]),
  ).toEqual([
    ['A', '1', true, NOON],
    ['b', null, true, NOON + 1],
    ['C', null, false, NOON + 1],
    ['D', null, false, NOON + 1],
  ]);
});

test('G7: an accepted change holds at once, and shows that the key can be written', async () => {
  const { configurations } = scratchStore();
  await configurations.changed('CP-1', 'HeartbeatInterval', '60', 'Accepted', NOON);
  expect(configurations.get('CP-1', 'HeartbeatInterval')).toMatchObject({
    value: '60',
    readonly: false,
    learntFrom: 'ChangeConfiguration',
    pending: null,
  });
});

test('G7: RebootRequired keeps the old value in force until a boot after a reset', async () => {
  const { configurations } = scratchStore();
  await configurations.told('CP-1', [told('Interval', '300')], [], NOON);
  await configurations.changed('CP-1', 'interval', '60', 'RebootRequired', NOON + 1);
  const now = () => configurations.get('CP-1', 'Interval');
  expect(now()).toMatchObject({ value: '300', pending: { value: '60', since: NOON + 1, resetAt: null } });

  await configurations.resetAccepted('CP-1', NOON + 2);
  expect(now()).toMatchObject({ value: '300', pending: { value: '60', resetAt: NOON + 2 } });
  await configurations.booted('CP-2', NOON + 3);
  expect(now()?.value).toBe('300');
  await configurations.booted('CP-1', NOON + 3);
  expect(now()).toMatchObject({ key: 'Interval', value: '60', pending: null, learntAt: NOON + 3 });
});

test('G7: a boot without a reset settles nothing, the next GetConfiguration after it does', async () => {
  const { configurations } = scratchStore();
  await configurations.changed('CP-1', 'Interval', '60', 'RebootRequired', NOON);
  await configurations.told('CP-1', [told('Interval', '300')], [], NOON + 1);
  const now = () => configurations.get('CP-1', 'Interval');
  expect(now()).toMatchObject({ value: '300', pending: { value: '60' } });
  await configurations.booted('CP-1', NOON + 2);
  expect(now()).toMatchObject({ value: '300', pending: { value: '60', bootedAt: NOON + 2 } });
  await configurations.told('CP-1', [told('Interval', '300')], [], NOON + 3);
  expect(now()).toMatchObject({ value: '300', pending: null });
});

test('G7: a value that waits for a reset outlives a restart, and a later accepted change takes its place', async () => {
  const dataDir = scratchDirectory();
  const before = openStore({ dataDir, role: 'setup' });
  await before.configurations.changed('CP-1', 'Interval', '60', 'RebootRequired', NOON);
  await before.configurations.resetAccepted('CP-1', NOON + 1);
  await before.close();

  const { configurations } = scratchStore({ dataDir });
  expect(configurations.get('CP-1', 'Interval')?.pending).toMatchObject({ value: '60', resetAt: NOON + 1 });
  await configurations.changed('CP-1', 'Interval', '90', 'Accepted', NOON + 2);
  await configurations.booted('CP-1', NOON + 3);
  expect(configurations.get('CP-1', 'Interval')).toMatchObject({ value: '90', pending: null });
});

test('credentials that stand in a value are not kept, nor what a vendor calls a password', async () => {
  const { configurations } = scratchStore();
  const keys = [told('LogServer', 'ftp://cp:12345@files.example/'), told('VendorPassword', '12345')];
  await configurations.told('CP-1', keys, [], NOON);
  await configurations.changed('CP-1', 'Backend', 'ws://cp:12345@other.example/', 'RebootRequired', NOON);
  expect(
    configurations.of('CP-1').map(({ value, pending, writeOnly }) => [value, pending?.value, writeOnly]),
  ).toEqual([
    [null, 'ws://cp:[redacted]@other.example/', false],
    ['ftp://cp:[redacted]@files.example/', undefined, false],
    [null, undefined, true],
  ]);
});

test('G10: the value of AuthorizationKey is never kept, neither changed nor pending nor told', async () => {
  const { configurations } = scratchStore();
  const secret = '3031323334353637383961626364656630313233';
  await configurations.changed('CP-1', 'authorizationKEY', secret, 'Accepted', NOON);
  await configurations.changed('CP-1', 'AuthorizationKey', secret, 'RebootRequired', NOON + 1);
  await configurations.told('CP-1', [told('AuthorizationKey', secret)], [], NOON + 2);
  expect(configurations.get('CP-1', 'AuthorizationKey')).toMatchObject({
    writeOnly: true,
    value: null,
    pending: { value: null },
  });
  expect(JSON.stringify(configurations.of('CP-1'))).not.toContain(secret);
});

test('a change without an answer makes a known key doubtful until something tells its value', async () => {
  const { configurations } = scratchStore();
  await configurations.changed('CP-1', 'Nobody', '1', 'unanswered', NOON);
  expect(configurations.of('CP-1')).toEqual([]);
  await configurations.told('CP-1', [told('Interval', '300')], [], NOON);
  await configurations.changed('CP-1', 'Interval', '60', 'unanswered', NOON + 1);
  expect(configurations.get('CP-1', 'Interval')).toMatchObject({ value: '300', doubtfulSince: NOON + 1 });
  await configurations.told('CP-1', [told('Interval', '60')], [], NOON + 2);
  expect(configurations.get('CP-1', 'Interval')).toMatchObject({ value: '60', doubtfulSince: null });
});

test('a charge point that tells nonsense cannot fill the store', async () => {
  const { configurations } = scratchStore();
  const many = Array.from({ length: 3000 }, (_, index) => told(`Key${index}`, 'x'.repeat(10)));
  await configurations.told('CP-1', many, [], NOON);
  await configurations.told('CP-1', many, [], NOON + 1);
  await configurations.told('CP-1', [told('k'.repeat(5000), 'v'.repeat(100_000))], [], NOON);
  expect(configurations.of('CP-1')).toHaveLength(2000);
  await configurations.told('CP-1', [told('Key1', 'v'.repeat(100_000))], [], NOON);
  expect(configurations.get('CP-1', 'Key1')?.value).toHaveLength(8192);
});

test('configuration goes with its charge point', async () => {
  const store = scratchStore();
  await store.chargePoints.register('CP-1', NOON, 10);
  await store.configurations.changed('CP-1', 'A', '1', 'RebootRequired', NOON);
  await store.chargePoints.remove('CP-1');
  expect(store.configurations.of('CP-1')).toEqual([]);
});
