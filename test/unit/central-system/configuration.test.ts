import { expect, test } from 'vitest';
import { boot, result, setUp } from './central-system-fixture.ts';

const keys = (...configurationKey: object[]) => result({ configurationKey });
const accepted = result({ status: 'Accepted' });

test('G9: what a GetConfiguration tells is learnt, unknown keys and missing values are results', async () => {
  const stand = setUp();
  const chargePoint = await stand.booted();
  await stand.answered(
    chargePoint,
    'GetConfiguration',
    { key: ['HeartbeatInterval', 'Nonsense', 'SupportedFeatureProfiles'] },
    result({
      configurationKey: [
        { key: 'HeartbeatInterval', readonly: false, value: '300' },
        { key: 'SupportedFeatureProfiles', readonly: true },
      ],
      unknownKey: ['Nonsense'],
    }),
  );
  expect(
    stand.store.configurations
      .of('CP-1')
      .map(({ key, value, readonly, known }) => [key, value, readonly, known]),
  ).toEqual([
    ['HeartbeatInterval', '300', false, true],
    ['Nonsense', null, null, false],
    ['SupportedFeatureProfiles', null, true, true],
  ]);
});

test('G9: a later, partial answer leaves the rest; an answer that breaks the schema is read as far as it goes', async () => {
  const stand = setUp();
  const chargePoint = await stand.booted();
  const told = (answer: ReturnType<typeof result>) =>
    stand.answered(chargePoint, 'GetConfiguration', {}, answer);
  await told(keys({ key: 'A', readonly: false, value: '1' }, { key: 'B', readonly: true, value: '2' }));
  await told(keys({ key: 'A', value: 3 }, { key: 7 }, { readonly: true }));
  await told(result('nonsense'));
  await told(result({ configurationKey: 'nonsense', unknownKey: [7] }));
  await told({ kind: 'error', code: 'InternalError' });
  expect(stand.store.configurations.of('CP-1').map(({ key, value }) => [key, value])).toEqual([
    ['A', null],
    ['B', '2'],
  ]);
});

test('G7: Accepted changes the value, Rejected, NotSupported and errors change nothing', async () => {
  const stand = setUp();
  const chargePoint = await stand.booted();
  const value = () => stand.store.configurations.get('CP-1', 'Interval')?.value;
  const change = (to: string, answer: ReturnType<typeof result>) =>
    stand.answered(chargePoint, 'ChangeConfiguration', { key: 'Interval', value: to }, answer);
  await change('60', accepted);
  expect(value()).toBe('60');
  await change('-1', result({ status: 'Rejected' }));
  await change('70', result({ status: 'NotSupported' }));
  await change('80', { kind: 'error', code: 'InternalError' });
  await change('90', { kind: 'none', reason: 'not_sent' });
  expect(stand.store.configurations.get('CP-1', 'Interval')).toMatchObject({
    value: '60',
    doubtfulSince: null,
  });
  await change('90', { kind: 'none', reason: 'timeout' });
  expect(stand.store.configurations.get('CP-1', 'Interval')).toMatchObject({
    value: '60',
    doubtfulSince: stand.now,
  });
});

test('G7: RebootRequired is pending until the boot after an accepted reset', async () => {
  const stand = setUp();
  const chargePoint = await stand.booted();
  const change = { key: 'Interval', value: '60' };
  await stand.answered(
    chargePoint,
    'GetConfiguration',
    {},
    keys({ key: 'Interval', readonly: false, value: '300' }),
  );
  await stand.answered(chargePoint, 'ChangeConfiguration', change, result({ status: 'RebootRequired' }));
  const now = () => stand.store.configurations.get('CP-1', 'Interval');
  await stand.answered(chargePoint, 'Reset', { type: 'Soft' }, result({ status: 'Rejected' }));
  expect(now()).toMatchObject({ value: '300', pending: { value: '60', resetAt: null } });
  await stand.answered(chargePoint, 'Reset', { type: 'Soft' }, accepted);
  expect(now()).toMatchObject({ value: '300', pending: { resetAt: stand.now } });
  await stand.send(chargePoint, 'BootNotification', boot);
  expect(now()).toMatchObject({ value: '60', pending: null });
});

test('G10: the value of AuthorizationKey gets no further than the wire', async () => {
  const stand = setUp();
  const chargePoint = await stand.booted();
  const secret = '3031323334353637383961626364656630313233';
  const change = { key: 'AuthorizationKey', value: secret };
  await stand.answered(chargePoint, 'ChangeConfiguration', change, accepted);
  await stand.answered(chargePoint, 'ChangeConfiguration', change, result({ status: 'RebootRequired' }));
  await stand.answered(
    chargePoint,
    'GetConfiguration',
    {},
    keys({ key: 'AuthorizationKey', readonly: false, value: secret }),
  );
  expect(stand.store.configurations.of('CP-1')).toMatchObject([{ key: 'AuthorizationKey', writeOnly: true }]);
  const kept = [stand.store.configurations.of('CP-1'), stand.store.commands.of('CP-1'), stand.faults];
  expect(JSON.stringify(kept)).not.toContain(secret);
});
