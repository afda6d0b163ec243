import { expect, onTestFinished } from 'vitest';
import {
  Campaigns,
  type CampaignsOptions,
  type NewCampaign,
} from '../../../src/operations/campaigns/campaigns.ts';
import { ALONE, type Lead } from '../../../src/operations/leadership.ts';
import { LocalLists } from '../../../src/operations/local-lists/local-lists.ts';
import { ocpp16 } from '../../../src/protocol/v16/dialect.ts';
import type { CampaignRecord } from '../../../src/store/campaign-record.ts';
import { ScriptedChargePoints } from '../../support/scripted-charge-points.ts';
import { boot, type Stand, setUp } from '../central-system/central-system-fixture.ts';

export const CALL_TIMEOUT = 30_000;

/** Charge points that a test scripts, and campaigns over them. */
export interface Fleet {
  readonly stand: Stand;
  readonly chargePoints: ScriptedChargePoints;
  campaigns: Campaigns;
  create(more?: Partial<NewCampaign>): Promise<CampaignRecord>;
  /** Looks at all campaigns until nothing happens any more by itself. */
  settle(): Promise<void>;
  pass(ms: number): Promise<void>;
  /** What became of each charge point: state and reason. */
  results(id: string): Record<string, string>;
  /** Control dies and starts again: what its calls would have told it is lost. */
  restart(): Promise<void>;
}

/** `lead`: that of a cluster; else the machine is alone. */
export async function fleet(
  ids: readonly string[] = ['A', 'B', 'C', 'D', 'E'],
  lead: Lead = ALONE,
): Promise<Fleet> {
  const stand = setUp();
  const { store } = stand;
  for (const id of ids) {
    await store.settings.put({ id, group: id < 'C' ? 'north' : 'south' });
    await stand.send(stand.central.chargePoint(id, ocpp16), 'BootNotification', {
      ...boot,
      firmwareVersion: '1.0',
    });
  }
  const chargePoints = new ScriptedChargePoints(stand.central, () => stand.now);
  const start = async (): Promise<Campaigns> => {
    // Replies to an earlier process reach nobody.
    const generation = ++started;
    const calls: CampaignsOptions['calls'] = {
      isConnected: (id) => chargePoints.isConnected(id),
      call: (call) =>
        chargePoints
          .call(call)
          .then((reply) => (generation === started ? reply : new Promise<never>(() => undefined))),
    };
    const clock = () => stand.now;
    const campaigns = new Campaigns({
      store,
      calls,
      localLists: new LocalLists({ store, calls, clock }),
      log: { warn: (details) => faults.push(details), error: (details) => faults.push(details) },
      clock,
      callTimeout: CALL_TIMEOUT,
      trustsOthers: false,
      lead,
      kept: 3,
      stepEveryMs: 3_600_000,
    });
    await campaigns.start();
    onTestFinished(() => campaigns.stop());
    return campaigns;
  };
  let started = 0;
  const faults: unknown[] = [];
  onTestFinished(() => expect(faults).toEqual([]));
  const self: Fleet = {
    stand,
    chargePoints,
    campaigns: await start(),
    async create(more = {}) {
      const campaign = await self.campaigns.create({
        name: 'test',
        task: { action: 'ClearCache', payload: {} },
        targets: { all: true },
        atOnce: 10,
        startAt: 0,
        endAt: null,
        itemTimeout: 3_600_000,
        ...more,
      });
      if (typeof campaign === 'string') throw new Error(campaign);
      await self.settle();
      return campaign;
    },
    async settle() {
      let before = '';
      for (let calm = 0; calm < 3; ) {
        await self.campaigns.step();
        await self.campaigns.idle();
        await chargePoints.idle();
        await new Promise((resolve) => setImmediate(resolve));
        store.refresh();
        const now = JSON.stringify([store.campaigns.list({ limit: 50 }).items, chargePoints.asked.length]);
        calm = now === before ? calm + 1 : 0;
        before = now;
      }
    },
    async pass(ms) {
      stand.now += ms;
      await self.settle();
    },
    results(id) {
      const { items } = store.campaigns.items(id, { limit: 1_000 });
      return Object.fromEntries(
        items.map(({ chargePointId, state, reason }) => [
          chargePointId,
          reason === null ? state : `${state} ${reason}`,
        ]),
      );
    },
    async restart() {
      await self.campaigns.stop();
      self.campaigns = await start();
      await self.settle();
    },
  };
  return self;
}
