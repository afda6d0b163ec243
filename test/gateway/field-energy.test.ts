import { expect, test } from 'vitest';
import { startGateway } from '../support/gateway.ts';
import { OcppClient } from '../support/ocpp-client.ts';
import { until } from '../support/until.ts';

/** Today, so that times of receipt and those of the stories are of one day or two. */
const today = new Date().toISOString().slice(0, 10);
const at = (time: string): string => (time.includes('T') ? time : `${today}T${time}:00Z`);

/** A charge point that tells of one connector, in few words. */
class Teller {
  readonly client: OcppClient;
  private transactionId = 0;
  private readonly connectorId: number;

  constructor(client: OcppClient, connectorId = 1) {
    this.client = client;
    this.connectorId = connectorId;
  }

  async start(meterStart: number | undefined, time: string): Promise<void> {
    const request = { connectorId: this.connectorId, idTag: 'CAFE01', meterStart, timestamp: at(time) };
    const { transactionId } = await this.client.request('StartTransaction', request);
    this.transactionId = transactionId as number;
  }

  /** One reading, or several of one moment. */
  async read(values: number | readonly object[], time: string, more: object = {}): Promise<void> {
    const { connectorId, transactionId } = this;
    const sampledValue = typeof values === 'number' ? [{ value: String(values), ...more }] : values;
    const meterValue = [{ timestamp: at(time), sampledValue }];
    await this.client.request('MeterValues', { connectorId, transactionId, meterValue });
  }

  /** A reading outside of any transaction. */
  async idle(value: number, time: string, context: string): Promise<void> {
    const meterValue = [{ timestamp: at(time), sampledValue: [{ value: String(value), context }] }];
    await this.client.request('MeterValues', { connectorId: this.connectorId, meterValue });
  }

  async stop(meterStop: number | undefined, time: string, more: object = {}): Promise<void> {
    const request = { transactionId: this.transactionId, meterStop, timestamp: at(time), ...more };
    await this.client.request('StopTransaction', request);
  }
}

interface Session {
  readonly energyWh: number | null;
  readonly startedAt: string;
}

interface Story {
  readonly name: string;
  readonly tell: (teller: Teller) => Promise<void>;
  readonly connectorId?: number;
  /** Wh that the connector delivered. */
  readonly delivered: number;
  /** Wh of each session, the first one first. */
  readonly sessions: readonly number[];
  /** Whether somebody should look at all of them. */
  readonly isToReview?: boolean;
}

const begin = { value: '1000', context: 'Transaction.Begin' };
const interval = (value: string): object => ({ value, measurand: 'Energy.Active.Import.Interval' });

const stories: readonly Story[] = [
  {
    name: 'a begin value that is repeated in each message',
    delivered: 3000,
    sessions: [3000],
    async tell(teller) {
      await teller.start(1000, '00:01');
      await teller.read([{ value: '2000' }, begin], '00:02');
      await teller.read([{ value: '3000' }, begin], '00:03');
      await teller.stop(4000, '00:04');
    },
  },
  {
    name: 'readings that count from the begin of the session, start and stop of the life of the meter',
    delivered: 400,
    sessions: [400],
    async tell(teller) {
      await teller.start(4_076_000, '00:01');
      await teller.read(104, '00:02');
      await teller.read(228, '00:03');
      await teller.read(353, '00:04');
      await teller.stop(4_076_400, '00:05');
    },
  },
  {
    name: 'one reading ten times too high',
    delivered: 4000,
    sessions: [4000],
    async tell(teller) {
      await teller.start(35_548_000, '00:01');
      await teller.read(35_548_800, '00:02');
      await teller.read(355_549_200, '00:03');
      await teller.read(35_550_300, '00:04');
      await teller.stop(35_552_000, '00:05');
    },
  },
  {
    name: 'a reading of nought in between, and one between two sessions',
    delivered: 5000,
    sessions: [3000, 2000],
    async tell(teller) {
      await teller.start(500_000, '00:01');
      await teller.read(0, '00:02');
      await teller.stop(503_000, '00:03');
      await teller.idle(0, '00:04', 'Trigger');
      await teller.start(503_000, '00:05');
      await teller.stop(505_000, '00:06');
    },
  },
  {
    name: 'readings that cannot be',
    delivered: 1000,
    sessions: [1000],
    async tell(teller) {
      await teller.start(1000, '00:01');
      await teller.read(-5, '00:02');
      await teller.read(1e15, '00:03');
      await teller.stop(2000, '00:04');
    },
  },
  {
    name: 'registers of each phase only, while open',
    delivered: 3000,
    sessions: [3000],
    async tell(teller) {
      await teller.start(0, '00:01');
      for (const [time, value] of [
        ['00:02', '500'],
        ['00:03', '1000'],
      ] as const) {
        await teller.read(
          ['L1', 'L2', 'L3'].map((phase) => ({ value, phase })),
          time,
        );
      }
    },
  },
  {
    name: 'intervals only, while open',
    delivered: 700,
    sessions: [700],
    async tell(teller) {
      await teller.start(0, '00:01');
      await teller.read([interval('300')], '00:02');
      await teller.read([interval('400')], '00:03');
    },
  },
  {
    name: 'a stop of nought after a power loss',
    delivered: 7000,
    sessions: [5000, 2000],
    async tell(teller) {
      await teller.start(1000, '00:01');
      await teller.read(4000, '00:02');
      await teller.read(6000, '00:03');
      await teller.stop(0, '00:04', { reason: 'PowerLoss' });
      await teller.start(6000, '00:05');
      await teller.read(7000, '00:06');
      await teller.stop(8000, '00:07');
    },
  },
  {
    name: 'a meter that is exchanged during a session',
    delivered: 5000,
    sessions: [5000],
    async tell(teller) {
      await teller.start(48_000, '00:01');
      for (const [time, value] of [
        ['00:02', 49_000],
        ['00:03', 50_000],
        ['00:04', 0],
        ['00:05', 1500],
        ['00:06', 2900],
      ] as const) {
        await teller.read(value, time);
      }
      await teller.stop(3000, '00:07');
    },
  },
  {
    name: 'a register of 32 bits that begins anew',
    delivered: 5000,
    sessions: [5000],
    async tell(teller) {
      await teller.start(2 ** 32 - 2000, '00:01');
      await teller.read(2 ** 32 - 1000, '00:02');
      await teller.read(1000, '00:03');
      await teller.stop(3000, '00:04');
    },
  },
  {
    name: 'a start without a register',
    delivered: 5000,
    sessions: [5000],
    async tell(teller) {
      await teller.start(undefined, '00:01');
      await teller.read(900_000, '00:01');
      await teller.read(903_000, '00:03');
      await teller.stop(905_000, '00:04');
    },
  },
  {
    name: 'a stop without a register',
    delivered: 5000,
    sessions: [5000],
    async tell(teller) {
      await teller.start(1000, '00:01');
      await teller.read(4000, '00:02');
      await teller.read(6000, '00:03');
      await teller.stop(undefined, '00:04');
    },
  },
  {
    name: 'a stop that is sent twice with its readings, on the second connector',
    connectorId: 2,
    delivered: 200,
    sessions: [200],
    async tell(teller) {
      const transactionData = [{ timestamp: at('00:02'), sampledValue: [{ value: '100' }] }];
      await teller.start(0, '00:01');
      await teller.stop(200, '00:03', { transactionData });
      await teller.stop(200, '00:03', { transactionData });
    },
  },
  {
    name: 'a start of 0 before readings of the life of the meter',
    delivered: 3000,
    sessions: [3000],
    isToReview: true,
    async tell(teller) {
      await teller.start(0, '00:01');
      await teller.read(250_000, '00:02');
      await teller.read(251_500, '00:03');
      await teller.stop(253_000, '00:04');
    },
  },
  {
    name: 'a stop far above the last reading',
    delivered: 1500,
    sessions: [1500],
    isToReview: true,
    async tell(teller) {
      await teller.start(1000, '00:01');
      await teller.read(2000, '00:02');
      await teller.read(2500, '00:03');
      await teller.stop(60_000, '00:04');
    },
  },
  {
    name: 'a stop that comes after the next transaction of the connector',
    delivered: 4000,
    sessions: [2000, 2000],
    isToReview: true,
    async tell(teller) {
      const next = new Teller(teller.client);
      await teller.start(1000, '00:01');
      await next.start(3000, '00:03');
      await next.stop(5000, '00:05');
      await teller.stop(6000, '00:07');
    },
  },
  {
    name: 'a clock that stands in 1970 until the first Heartbeat',
    delivered: 1000,
    sessions: [1000],
    async tell(teller) {
      await teller.start(1000, '1970-01-01T00:00:42Z');
      await teller.read(1300, '1970-01-01T00:10:42Z');
      await teller.client.request('Heartbeat', {});
      await teller.read(1600, new Date().toISOString());
      await teller.stop(2000, new Date().toISOString());
    },
  },
];

test('Q41: energy as the field reports it is what was delivered, by connector, session, charge point, tag and fleet', async () => {
  const gateway = await startGateway();
  await gateway.request('PUT', '/api/v1/tokens/CAFE01', { status: 'Accepted' });
  const from = `${today}T00:00:00Z`;
  const to = new Date(Date.parse(from) + 2 * 86_400_000).toISOString();
  const energy = async (query: string): Promise<number> => {
    const path = `/api/v1/analytics/energy?from=${from}&to=${to}&interval=whole&${query}`;
    const { rows } = await gateway.request<{ rows: { energyWh: number }[] }>('GET', path);
    return rows.reduce((sum, { energyWh }) => sum + energyWh, 0);
  };
  const sessions = async (id: string): Promise<(number | null)[]> => {
    const path = `/api/v1/transactions?chargePointId=${id}`;
    const { items } = await gateway.request<{ items: Session[] }>('GET', path);
    expect(items.filter(({ startedAt }) => startedAt < from)).toEqual([]);
    return items.map(({ energyWh }) => energyWh).reverse();
  };

  const reported = async (id: string): Promise<(number | null)[]> => {
    const path = `/api/v1/analytics/transactions?chargePointId=${id}`;
    const { rows } = await gateway.request<{ rows: Session[] }>('GET', path);
    return rows.map(({ energyWh }) => energyWh).reverse();
  };
  const listed = async (id: string): Promise<number> => {
    const path = `/api/v1/transactions?review=true&chargePointId=${id}`;
    return (await gateway.request<{ items: Session[] }>('GET', path)).items.length;
  };

  const told = stories.map((story, place) => ({ ...story, id: `FIELD-${place}` }));
  for (const { id, tell, connectorId } of told) {
    const client = await OcppClient.connect(Number(new URL(gateway.ocpp).port), id);
    await client.boot();
    await tell(new Teller(client, connectorId));
    await client.close();
  }
  for (const { id, name, delivered, sessions: expected, isToReview } of told) {
    await until(
      `${name}: ${delivered} Wh`,
      async () => (await energy(`by=connector&chargePointId=${id}`)) === delivered,
    );
    expect([name, await sessions(id), await reported(id)]).toEqual([name, expected, expected]);
    if (isToReview === true) expect([name, await listed(id)]).toEqual([name, expected.length]);
  }
  const sum = stories.reduce((all, { delivered }) => all + delivered, 0);
  for (const by of ['total', 'chargePoint', 'tag']) {
    await until(`by ${by} it is ${sum} Wh`, async () => (await energy(`by=${by}`)) === sum);
  }
}, 180_000);
