import { expect, test } from 'vitest';
import { startEdgeUnderTest } from '../support/edge-under-test.ts';
import { OcppClient } from '../support/ocpp-client.ts';
import { until } from '../support/until.ts';

test('an edge tells when it last heard of a charge point that is connected, long before the store knows', async () => {
  const gateway = await startEdgeUnderTest();
  try {
    const seen = async () => (await gateway.ask('edge.seen', { chargePointId: 'CP-1' })).lastSeenAt;
    expect(await seen()).toBeNull();
    const client = await OcppClient.connect(gateway.edge.port, 'CP-1');
    await client.boot();
    const booted = (await seen()) ?? 0;
    await until('time goes on', () => Date.now() > booted);
    await client.request('Heartbeat', {});
    const last = (await seen()) ?? 0;
    expect(last).toBeGreaterThan(booted);
    const stored = () => gateway.store.chargePoints.get('CP-1')?.lastSeenAt;
    expect(stored()).toBe(booted);
    await client.close();
    await until('it is gone', async () => (await seen()) === null);
    await until('the store knows, since nobody else does now', () => stored() === last);
  } finally {
    await gateway.close();
  }
});

test('an edge tells what the last meter values of its charge points said, and nothing about others', async () => {
  const gateway = await startEdgeUnderTest();
  try {
    const client = await OcppClient.connect(gateway.edge.port, 'CP-1');
    await client.boot();
    const timestamp = '2026-11-20T10:00:00.000Z';
    const report = (connectorId: number, ...sampledValue: object[]) =>
      client.call('MeterValues', { connectorId, meterValue: [{ timestamp, sampledValue }] });
    const ask = async () => (await gateway.ask('edge.meters', { chargePointIds: ['CP-2', 'CP-1'] })).meters;
    expect(await ask()).toEqual([]);

    const watts = (value: string, phase: string) => ({
      value,
      measurand: 'Power.Active.Import',
      unit: 'W',
      phase,
    });
    await report(1, { value: '1234.5' }, watts('2300', 'L1'), watts('1150', 'L2'));
    await report(2, { value: '7', unit: 'kWh' });
    const at = Date.parse(timestamp);
    expect(await ask()).toEqual([
      { chargePointId: 'CP-1', connectorId: 1, at, powerW: 3450, registerWh: 1234.5 },
      { chargePointId: 'CP-1', connectorId: 2, at, registerWh: 7000 },
    ]);

    // What it says of its inlet is about another meter.
    const inlet = (value: string, measurand: string) => ({ value, measurand, location: 'Inlet' });
    await report(1, inlet('9999', 'Energy.Active.Import.Register'), inlet('3700', 'Power.Active.Import'));
    await report(2, inlet('40', 'Power.Active.Import'), inlet('8', 'Energy.Active.Import.Register'));
    expect(await ask()).toEqual([
      { chargePointId: 'CP-1', connectorId: 1, at, powerW: 3450, registerWh: 1234.5 },
      { chargePointId: 'CP-1', connectorId: 2, at, powerW: 40 },
    ]);
    await report(2, watts('30', 'L1'));
    await report(2, inlet('41', 'Power.Active.Import'));
    expect((await ask())[1]).toEqual({ chargePointId: 'CP-1', connectorId: 2, at, powerW: 30 });
  } finally {
    await gateway.close();
  }
});
