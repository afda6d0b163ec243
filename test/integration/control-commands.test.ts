import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ChargePointBehindControl, connectChargePoint } from '../support/charge-point-behind-control.ts';
import { type ControlUnderTest, startControl } from '../support/control-under-test.ts';

const CP = '/api/v1/charge-points/CP-1';
const status = (connectorId: number, is: string) => ({ connectorId, errorCode: 'NoError', status: is });

describe('configuration, commands and availability over the API', () => {
  let control: ControlUnderTest;
  let chargePoint: ChargePointBehindControl;

  beforeEach(async () => {
    control = await startControl();
    chargePoint = await connectChargePoint(control, 'CP-1');
  });
  afterEach(() => control.close());

  const tells = (configurationKey: object[], unknownKey: string[] = []) => {
    chargePoint.reply = () => ({ payload: { configurationKey, unknownKey } });
  };

  test('G9: a refresh asks for all keys at once, and shows what was told', async () => {
    tells([{ key: 'HeartbeatInterval', readonly: false, value: '300' }], ['Nonsense']);
    const { status: code, body } = await control.send('POST', `${CP}/configuration/refresh`);
    expect(code).toBe(200);
    expect(chargePoint.calls).toMatchObject([{ action: 'GetConfiguration', payload: {} }]);
    expect(body.items).toMatchObject([
      { key: 'HeartbeatInterval', value: '300', readonly: false, known: true },
      { key: 'Nonsense', known: false },
    ]);
    expect((await control.send('GET', `${CP}/configuration`)).body.items).toEqual(body.items);
    expect(chargePoint.calls).toHaveLength(1);
  });

  test('G9: a list of keys goes in as many calls as GetConfigurationMaxKeys asks for, once that is known', async () => {
    tells([]);
    await control.send('POST', `${CP}/configuration/refresh?key=A&key=B&key=C`);
    expect(chargePoint.calls.map(({ payload }) => payload)).toEqual([{ key: ['A', 'B', 'C'] }]);
    tells([{ key: 'GetConfigurationMaxKeys', readonly: true, value: '2' }]);
    const { body } = await control.send('POST', `${CP}/configuration/refresh?key=A&key=B&key=C`);
    expect(body.answers).toHaveLength(1);
    await control.send('POST', `${CP}/configuration/refresh?key=A&key=B&key=C`);
    expect(chargePoint.calls.slice(2).map(({ payload }) => payload)).toEqual([
      { key: ['A', 'B'] },
      { key: ['C'] },
    ]);
  });

  test('G7: a change is sent as text, whatever is known of the key, and its answer shown', async () => {
    chargePoint.reply = () => ({ payload: { status: 'NotSupported' } });
    const unknown = await control.send('PUT', `${CP}/configuration/Any%20Key`, { json: { value: '-1' } });
    expect(unknown.body).toMatchObject({
      answer: { payload: { status: 'NotSupported' } },
      key: { value: null, refused: { value: '-1', status: 'NotSupported' } },
    });
    expect(chargePoint.calls[0]?.payload).toEqual({ key: 'Any Key', value: '-1' });

    chargePoint.reply = () => ({ payload: { status: 'RebootRequired' } });
    const { body } = await control.send('PUT', `${CP}/configuration/Interval`, { json: { value: '60' } });
    expect(body.key).toMatchObject({ value: null, pending: { value: '60', resetAt: null } });
    const refused = await control.send('PUT', `${CP}/configuration/Interval`, { json: { value: 60 } });
    expect(refused.body.error.code).toBe('invalid_body');
    const long = await control.send('PUT', `${CP}/configuration/${'k'.repeat(51)}`, { json: { value: '' } });
    expect(long.body.error.code).toBe('invalid_payload');
  });

  test('G8: a list that is longer than the charge point may take is sent with a word; one item without MaxLength', async () => {
    const path = `${CP}/configuration/MeterValuesSampledData`;
    const change = async (value: string) =>
      (await control.send('PUT', path, { json: { value } })).body.warnings;
    const two = 'Current.Import,Voltage';
    expect(await change(two)).toEqual([]);
    tells([{ key: 'HeartbeatInterval', readonly: false, value: '300' }]);
    await control.send('POST', `${CP}/configuration/refresh`);
    for (let time = 0; time < 2; time++) {
      expect(await change(two)).toMatchObject([{ code: 'list_too_long', refusal: false }]);
    }
    tells([
      { key: 'HeartbeatInterval', readonly: false, value: '300' },
      { key: 'MeterValuesSampledDataMaxLength', readonly: true, value: '2' },
    ]);
    await control.send('POST', `${CP}/configuration/refresh`);
    expect(await change(two)).toEqual([]);
    expect(await change(`${two},SoC`)).toHaveLength(1);
    expect(chargePoint.calls.at(-1)?.payload).toEqual({ key: 'MeterValuesSampledData', value: `${two},SoC` });
  });

  test('G10: the value of AuthorizationKey is sent, and neither shown nor kept nor logged nor audited', async () => {
    const secret = '3031323334353637383961626364656630313233';
    const { body } = await control.send('PUT', `${CP}/configuration/authorizationkey`, {
      json: { value: secret },
    });
    expect(chargePoint.calls[0]?.payload).toEqual({ key: 'authorizationkey', value: secret });
    expect(body.key).toMatchObject({ writeOnly: true, value: null });
    const shown = await Promise.all(
      [`${CP}/configuration`, `${CP}/commands`, '/api/v1/audit', CP].map((path) => control.send('GET', path)),
    );
    expect(shown.map(({ status: code }) => code)).toEqual([200, 200, 200, 200]);
    expect(JSON.stringify([shown.map(({ body: answer }) => answer), control.log])).not.toContain(secret);
    expect(shown[2]?.body.items[0]).toMatchObject({ operation: 'changeConfiguration', outcome: 'Accepted' });
  });

  test('a value that is no secret is in the audit trail', async () => {
    await control.send('PUT', `${CP}/configuration/Interval`, { json: { value: '60' } });
    const { body } = await control.send('GET', '/api/v1/audit');
    expect(body.items[0]).toMatchObject({
      request: '{"value":"60"}',
      target: { id: 'CP-1', key: 'Interval' },
    });
  });

  test('G11, G14: a refusal is the final word, shown and not tried again', async () => {
    chargePoint.reply = () => ({ payload: { status: 'Rejected' } });
    const cleared = await control.send('POST', `${CP}/calls/ClearCache`);
    expect(cleared.body).toMatchObject({ outcome: 'result', payload: { status: 'Rejected' } });
    chargePoint.reply = () => ({ error: 'NotImplemented' });
    const { body } = await control.send('POST', `${CP}/trigger`, { json: { requestedMessage: 'Heartbeat' } });
    expect(body).toMatchObject({
      answer: { outcome: 'error' },
      command: { answer: 'NotImplemented', followUp: 'none' },
    });
    expect(chargePoint.calls).toHaveLength(2);
  });

  test.each([
    ['not_connected', 409],
    ['timeout', 504],
    ['connection_lost', 502],
  ] as const)('a call that ends with %s is the same error everywhere', async (outcome, code) => {
    chargePoint.reply = () => ({ outcome });
    const answers = await Promise.all([
      control.send('PUT', `${CP}/configuration/A`, { json: { value: '1' } }),
      control.send('POST', `${CP}/configuration/refresh`),
      control.send('POST', `${CP}/trigger`, { json: { requestedMessage: 'Heartbeat' } }),
      control.send('DELETE', `${CP}/charging-profiles?profileId=1`),
    ]);
    expect(answers.map(({ status: is, body }) => [is, body.error.code])).toEqual(
      answers.map(() => [code, outcome]),
    );
  });

  test('G12: a trigger is answered with the message that follows, if one waits for it', async () => {
    await chargePoint.send('StatusNotification', status(1, 'Available'));
    const triggered = control.send('POST', `${CP}/trigger?wait=20`, {
      json: { requestedMessage: 'StatusNotification', connectorId: 1 },
    });
    await expect.poll(() => chargePoint.calls.length).toBe(1);
    await chargePoint.send('StatusNotification', status(1, 'Preparing'));
    const { body } = await triggered;
    expect(chargePoint.calls[0]).toMatchObject({
      action: 'TriggerMessage',
      payload: { requestedMessage: 'StatusNotification', connectorId: 1 },
    });
    expect(body).toMatchObject({
      answer: { outcome: 'result', payload: { status: 'Accepted' } },
      command: {
        followUp: 'complete',
        consequences: [{ action: 'StatusNotification', connectorId: 1, status: 'Preparing' }],
      },
    });
    const { body: again } = await control.send('GET', `${CP}/commands/${body.command.messageId}`);
    expect(again).toEqual(body.command);
  });

  test('G12, G13: without waiting the command is awaited; no connector is sent where none was given', async () => {
    const { body } = await control.send('POST', `${CP}/trigger`, {
      json: { requestedMessage: 'SignChargePointCertificate', extended: true },
    });
    expect(chargePoint.calls[0]).toMatchObject({
      action: 'ExtendedTriggerMessage',
      payload: { requestedMessage: 'SignChargePointCertificate' },
    });
    expect(body.command).toMatchObject({ followUp: 'awaited', consequences: [] });
    chargePoint.reply = () => ({ payload: { status: 'NotImplemented' } });
    const refused = await control.send('POST', `${CP}/trigger?wait=20`, {
      json: { requestedMessage: 'MeterValues', connectorId: 99 },
    });
    expect(refused.body.command).toMatchObject({ answer: 'NotImplemented', followUp: 'none' });
    const nonsense = await control.send('POST', `${CP}/trigger`, { json: { requestedMessage: 'Nonsense' } });
    expect(nonsense.body.error.code).toBe('invalid_payload');
  });

  test('C9: an accepted charge point is not asked to boot: the refusal of the edge is passed on', async () => {
    control.process('edge-1').serve('edge.call', () => ({
      outcome: 'registration_state',
      registration: 'Accepted',
    }));
    chargePoint.reply = () => ({ outcome: 'not_connected' });
    const { status: code, body } = await control.send('POST', `${CP}/trigger`, {
      json: { requestedMessage: 'BootNotification' },
    });
    expect([code, body.error.code]).toEqual([409, 'registration_state']);
  });

  test('G1, G3: what was sent as a raw call shows what followed, too', async () => {
    const started = await control.send('POST', `${CP}/calls/RemoteStartTransaction`, {
      json: { idTag: 'TAG-1', connectorId: 1 },
    });
    const { messageId } = started.body;
    const wait = control.send('GET', `${CP}/commands/${messageId}?wait=20`);
    const { transactionId } = await chargePoint.send('StartTransaction', {
      connectorId: 1,
      idTag: 'TAG-1',
      meterStart: 0,
      timestamp: new Date().toISOString(),
    });
    expect((await wait).body).toMatchObject({
      action: 'RemoteStartTransaction',
      followUp: 'complete',
      consequences: [{ action: 'StartTransaction', transactionId }],
    });
    await control.send('POST', `${CP}/calls/RemoteStopTransaction`, { json: { transactionId } });
    await chargePoint.send('StopTransaction', {
      transactionId,
      meterStop: 100,
      timestamp: new Date().toISOString(),
      reason: 'Remote',
    });
    await expect
      .poll(async () => (await control.send('GET', `${CP}/commands`)).body.items[0])
      .toMatchObject({ action: 'RemoteStopTransaction', followUp: 'complete' });
    const only = await control.send('GET', `${CP}/commands?action=RemoteStartTransaction`);
    expect(only.body.items).toMatchObject([{ messageId }]);
  });

  test('G6: wanted availability is shown beside the status, of 0 for every connector', async () => {
    for (const connectorId of [0, 1, 2]) {
      await chargePoint.send(
        'StatusNotification',
        status(connectorId, connectorId === 1 ? 'Charging' : 'Available'),
      );
    }
    chargePoint.reply = () => ({ payload: { status: 'Scheduled' } });
    await control.send('POST', `${CP}/calls/ChangeAvailability`, {
      json: { connectorId: 0, type: 'Inoperative' },
    });
    const { body } = await control.send('GET', `${CP}/availability`);
    expect(body.items).toMatchObject([
      { connectorId: 0, status: 'Available', wanted: { state: 'scheduled', connectorId: 0 } },
      { connectorId: 1, status: 'Charging', wanted: { type: 'Inoperative', connectorId: 0 } },
      { connectorId: 2, wanted: { connectorId: 0 } },
    ]);
  });

  test('unknown charge points and commands are 404', async () => {
    const paths = ['configuration', 'commands', 'commands/x', 'availability', 'charging-profiles'];
    for (const path of paths) {
      const { status: code, body } = await control.send('GET', `/api/v1/charge-points/NOBODY/${path}`);
      expect([code, body.error.code]).toEqual([404, 'unknown_charge_point']);
    }
    expect((await control.send('GET', `${CP}/commands/x`)).body.error.code).toBe('unknown_command');
  });
});
