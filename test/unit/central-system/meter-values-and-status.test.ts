import { describe, expect, test } from 'vitest';
import { counted, idOf, NOON, result, setUp, start } from './central-system-fixture.ts';

const at = (timestamp: string, ...sampledValue: object[]) => ({ timestamp, sampledValue });
const ELEVEN_THIRTY = '2026-03-01T11:30:00Z';

const status = (more: object = {}) => ({
  connectorId: 1,
  errorCode: 'NoError',
  status: 'Available',
  ...more,
});

describe('meter values', () => {
  test('F1: what a sampled value leaves out has the defaults of the standard; no unit for energy means Wh', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    const meterValue = [at(ELEVEN_THIRTY, { value: '1234' }, { value: '50.01', measurand: 'Frequency' })];
    expect((await stand.send(chargePoint, 'MeterValues', { connectorId: 1, meterValue })).payload).toEqual(
      {},
    );
    expect(stand.samples()).toEqual([
      {
        charge_point_id: 'CP-1',
        connector_id: 1,
        transaction_id: null,
        measurand: 'Energy.Active.Import.Register',
        phase: '',
        location: 'Outlet',
        context: 'Sample.Periodic',
        format: 'Raw',
        unit: 'Wh',
        ts: Date.UTC(2026, 2, 1, 11, 30),
        value: 1234,
        raw_value: '1234',
        source: 'MeterValues',
        flags: [],
        received_at: NOON,
      },
      expect.objectContaining({ measurand: 'Frequency', unit: '', value: 50.01 }),
    ]);
  });

  test('F2: connector 0 is the main meter, with or without a transaction', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    await stand.send(chargePoint, 'StartTransaction', start());
    const meterValue = [at(ELEVEN_THIRTY, { value: '1' })];
    await stand.send(chargePoint, 'MeterValues', { connectorId: 0, meterValue });
    await stand.send(chargePoint, 'MeterValues', { connectorId: 0, transactionId: 7, meterValue });
    expect(stand.samples()).toMatchObject([
      { connector_id: 0, transaction_id: null, flags: [] },
      { connector_id: 0, transaction_id: 7, flags: [] },
    ]);
  });

  test('F3: Celcius and Celsius are accepted and are one unit', async () => {
    const stand = setUp({ settings: { reader: 'strict' } });
    const chargePoint = await stand.booted();
    const meterValue = [
      at(
        ELEVEN_THIRTY,
        { value: '21.5', measurand: 'Temperature', unit: 'Celcius' },
        { value: '22', measurand: 'Temperature', unit: 'Celsius' },
      ),
    ];
    expect(
      (await stand.send(chargePoint, 'MeterValues', { connectorId: 1, meterValue })).code,
    ).toBeUndefined();
    expect(stand.samples().map(({ unit, value }) => [unit, value])).toEqual([
      ['Celsius', 21.5],
      ['Celsius', 22],
    ]);
  });

  test('F4: signed data is opaque and long, and never a number', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    const value = `OCMF|${'A1b2'.repeat(2000)}"`;
    const meterValue = [
      at(ELEVEN_THIRTY, { value, format: 'SignedData' }, { value: '42', format: 'SignedData' }),
    ];
    await stand.send(chargePoint, 'MeterValues', { connectorId: 1, meterValue });
    expect(stand.samples()).toMatchObject([
      { format: 'SignedData', value: null, raw_value: value, flags: [] },
      { format: 'SignedData', value: null, raw_value: '42', flags: [] },
    ]);
  });

  test('F5: transactionId 9223372036854775807 is answered and matched to nothing', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    await stand.send(chargePoint, 'StartTransaction', start());
    const payload = JSON.parse(
      `{"connectorId":1,"transactionId":9223372036854775807,"meterValue":[{"timestamp":"${ELEVEN_THIRTY}","sampledValue":[{"value":"5"}]}]}`,
    );
    expect((await stand.send(chargePoint, 'MeterValues', payload)).payload).toEqual({});
    expect(stand.samples()).toMatchObject([
      { transaction_id: null, value: 5, flags: ['transaction-out-of-range'] },
    ]);
  });

  test('E6: -1 in MeterValues means the transaction on that connector', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    const id = idOf(await stand.send(chargePoint, 'StartTransaction', start({ connectorId: 2 })));
    const meterValue = [at(ELEVEN_THIRTY, { value: '5' })];
    for (const connectorId of [1, 2]) {
      const payload = { connectorId, transactionId: -1, meterValue };
      expect((await stand.send(chargePoint, 'MeterValues', payload)).payload).toEqual({});
    }
    expect(stand.samples().map(({ transaction_id, flags }) => [transaction_id, flags])).toEqual([
      [null, ['transaction-unknown']],
      [id, ['transaction-inferred']],
    ]);
  });

  test('F6: registers are kept as they are: consumption is their difference to the start', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    const id = idOf(await stand.send(chargePoint, 'StartTransaction', start({ meterStart: 1_000_000 })));
    const meterValue = [
      at(ELEVEN_THIRTY, { value: '1000500' }),
      at('2026-03-01T11:31:00Z', { value: '1000750' }),
    ];
    const answer = await stand.send(chargePoint, 'MeterValues', {
      connectorId: 1,
      transactionId: id,
      meterValue,
    });
    expect(stand.samples().map(({ value }) => value)).toEqual([1_000_500, 1_000_750]);
    expect(stand.store.transactions.get(id)?.meterStart).toBe(1_000_000);
    expect(answer.decision).toMatchObject({ digest: { lastRegisterWh: 1_000_750 } });
  });

  test('E5: content that breaks the schema is stored as far as it can be, by the strict reader too', async () => {
    const stand = setUp({ settings: { reader: 'strict' } });
    const chargePoint = await stand.booted();
    const meterValue = [at('2026-03-01T11:30:00', { value: '5', measurand: 'Charm', context: 'Boredom' })];
    expect((await stand.send(chargePoint, 'MeterValues', { connectorId: 1, meterValue })).payload).toEqual(
      {},
    );
    expect(stand.samples()).toMatchObject([
      {
        measurand: 'Charm',
        context: 'Boredom',
        flags: ['timestamp-repaired', 'measurand-unknown', 'context-unknown'],
      },
    ]);
    expect(counted(stand.registry, 'farad_repairs_total', { action: 'MeterValues' })).toBeGreaterThan(0);
  });

  test('Meter values without any content are answered by the lenient reader, refused by the strict one', async () => {
    const stand = setUp();
    await stand.store.settings.put({ id: 'CP-2', reader: 'strict' });
    const [lenient, strict] = [await stand.booted('CP-1'), await stand.booted('CP-2')];
    expect((await stand.send(lenient, 'MeterValues', { connectorId: 1 })).payload).toEqual({});
    expect((await stand.send(strict, 'MeterValues', { connectorId: 1 })).code).toBe(
      'OccurenceConstraintViolation',
    );
    expect((await stand.send(lenient, 'MeterValues', 'x')).code).toBe('FormationViolation');
  });
});

describe('status of connectors', () => {
  test('F7: the charge point itself is Available, Unavailable or Faulted, whatever its connectors are', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    await stand.send(chargePoint, 'StatusNotification', status({ connectorId: 1, status: 'Charging' }));
    await stand.send(chargePoint, 'StatusNotification', status({ connectorId: 0, status: 'Unavailable' }));
    expect(stand.store.connectors.get('CP-1', 1)?.status).toBe('Charging');
    expect(stand.store.connectors.get('CP-1', 0)?.status).toBe('Unavailable');

    const charging = status({ connectorId: 0, status: 'Charging' });
    expect((await stand.send(chargePoint, 'StatusNotification', charging)).payload).toEqual({});
    expect(stand.store.connectors.get('CP-1', 0)?.status).toBe('Unavailable');
    expect(stand.rows('connector_status')).toMatchObject([{ connectorId: 0, status: 'Charging' }]);
  });

  test('F8: without a time, or with one that is none, a status holds from its receipt', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    await stand.send(chargePoint, 'StatusNotification', status());
    await stand.send(chargePoint, 'StatusNotification', status({ connectorId: 2, timestamp: 'now' }));
    expect([1, 2].map((connector) => stand.store.connectors.get('CP-1', connector)?.ts)).toEqual([
      NOON,
      NOON,
    ]);
  });

  test('F9: an error beside a status other than Faulted is a warning and changes no status', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    const warning = status({
      status: 'Charging',
      errorCode: 'HighTemperature',
      info: 'fan',
      vendorErrorCode: 'E7',
    });
    await stand.send(chargePoint, 'StatusNotification', warning);
    expect(stand.store.connectors.get('CP-1', 1)).toMatchObject({
      status: 'Charging',
      errorCode: 'HighTemperature',
      info: 'fan',
      vendorErrorCode: 'E7',
    });
  });

  test('F10: an older status does not replace a newer one, but is kept', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    const rows = () => stand.store.outbox.depth().entries;
    const kept = rows();
    const newer = status({ status: 'Charging', timestamp: '2026-03-01T11:59:00Z' });
    const older = status({ status: 'Preparing', timestamp: '2026-03-01T11:58:00Z' });
    await stand.send(chargePoint, 'StatusNotification', newer);
    expect((await stand.send(chargePoint, 'StatusNotification', older)).payload).toEqual({});
    expect(stand.store.connectors.get('CP-1', 1)?.status).toBe('Charging');
    expect(rows()).toBe(kept + 2);
  });

  test('F10: after a report from a clock that ran ahead, later reports count all the same', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    const ahead = status({ status: 'Charging', timestamp: '2036-01-01T00:00:00Z' });
    await stand.send(chargePoint, 'StatusNotification', ahead);
    stand.now += 60_000;
    const corrected = status({ status: 'Finishing', timestamp: '2026-03-01T12:01:00Z' });
    await stand.send(chargePoint, 'StatusNotification', corrected);
    expect(stand.store.connectors.get('CP-1', 1)?.status).toBe('Finishing');
  });

  test('F11: the number of connectors is learnt from statuses and configuration, nonsense is not believed', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    const number = () => stand.store.chargePoints.get('CP-1')?.numberOfConnectors;
    await stand.send(chargePoint, 'StatusNotification', status({ connectorId: 2 }));
    expect(number()).toBe(2);

    const told = (value: string) =>
      stand.answered(
        chargePoint,
        'GetConfiguration',
        {},
        result({ configurationKey: [{ key: 'numberofconnectors', readonly: true, value }] }),
      );
    await told('4');
    expect(number()).toBe(4);
    await told('1600000000');
    await told('many');
    await stand.send(chargePoint, 'StatusNotification', status({ connectorId: 1_600_000_000 }));
    expect(number()).toBe(4);
    expect(chargePoint.numberOfConnectors).toBe(4);
    expect(stand.store.connectors.of('CP-1').map(({ connectorId }) => connectorId)).toEqual([2]);
    expect(stand.rows('connector_status')).toMatchObject([{ connectorId: 1_600_000_000 }]);
  });

  test('F11: connector ids that no column can hold are kept within it', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    for (const connectorId of [-7, 1e15]) {
      expect((await stand.send(chargePoint, 'StatusNotification', status({ connectorId }))).payload).toEqual(
        {},
      );
    }
    expect(stand.rows('connector_status').map(({ connectorId }) => connectorId)).toEqual([-1, 2_147_483_647]);
  });
});
