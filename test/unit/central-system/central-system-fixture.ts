import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect } from 'vitest';
import {
  type CallAnswer,
  type CentralSystem,
  type CentralSystemSettings,
  createCentralSystem,
} from '../../../src/central-system/central-system.ts';
import type { ChargePoint } from '../../../src/central-system/charge-point.ts';
import type { Decision } from '../../../src/central-system/decision.ts';
import { createVendorRegistry, type VendorRegistry } from '../../../src/central-system/vendor-registry.ts';
import { isAction } from '../../../src/protocol/v16/actions.ts';
import { ocpp16 } from '../../../src/protocol/v16/dialect.ts';
import { checkResponse } from '../../../src/protocol/v16/validate.ts';
import { unpackChunk } from '../../../src/records/chunk.ts';
import { meterSamples } from '../../../src/records/meter-samples.ts';
import { sampleLines } from '../../../src/records/packed-samples.ts';
import type { Table, TableName } from '../../../src/records/table.ts';
import { openStore, type Store, type StoreOptions } from '../../../src/store/store.ts';
import { createRegistry, type Registry } from '../../../src/telemetry/metrics.ts';
import { createFrameDecider } from '../../../src/workers/frame-decider.ts';

/** 2026-03-01T12:00:00.000Z */
export const NOON = Date.UTC(2026, 2, 1, 12);

export interface Options {
  readonly settings?: Partial<CentralSystemSettings>;
  /** Of an earlier one, to start again on its data. */
  readonly dataDir?: string;
  readonly sealingKeys?: StoreOptions['sealingKeys'];
  /** Takes the place of parts of the store. */
  readonly store?: (real: Store) => Partial<Store>;
}

/** A central system on a real store, with the frame workers' reader of meter values on a lane in memory. */
export interface Stand {
  readonly central: CentralSystem;
  readonly store: Store;
  readonly dataDir: string;
  readonly registry: Registry;
  readonly vendors: VendorRegistry;
  /** What was told to the log. */
  readonly faults: unknown[];
  now: number;
  /** Rows that went to the journal, by table. */
  rows(table: TableName): Record<string, unknown>[];
  /** Meter samples that were flushed, each as columns by name. */
  samples(): Record<string, unknown>[];
  /**
   * Sends a CALL, waits until what it says is stored, and checks the answer against its schema, as every test
   * does that way.
   */
  send(chargePoint: ChargePoint, action: string, payload: unknown): Promise<Answer>;
  /** What became of a CALL of ours; resolves once that is noted. */
  answered(chargePoint: ChargePoint, action: string, payload: unknown, answer: CallAnswer): Promise<void>;
  /** A charge point that has booted. */
  booted(id?: string): Promise<ChargePoint>;
  close(): Promise<void>;
}

export interface Answer {
  readonly decision: Decision;
  /** Of a CALLRESULT; empty for a CALLERROR. */
  readonly payload: Record<string, unknown>;
  readonly code: string | undefined;
  /** The answer came without any await. */
  readonly immediate: boolean;
}

export const boot = { chargePointVendor: 'Farad', chargePointModel: 'Test-1' };

export const start = (more: object = {}) => ({
  connectorId: 1,
  idTag: 'TAG-1',
  meterStart: 1000,
  timestamp: '2026-03-01T12:00:00Z',
  ...more,
});

export const stop = (transactionId: unknown, more: object = {}) => ({
  transactionId,
  meterStop: 2500,
  timestamp: '2026-03-01T12:04:00Z',
  ...more,
});

/** A CALLRESULT. */
export const result = (payload: unknown): CallAnswer => ({ kind: 'result', payload });

const open = new Set<Stand>();
const directories = new Set<string>();

afterEach(async () => {
  for (const stand of open) await stand.close();
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
  directories.clear();
});

export function setUp(options: Options = {}): Stand {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'farad-central-'));
  directories.add(dataDir);
  const { sealingKeys } = options;
  const store = openStore({ dataDir, role: 'setup', ...(sealingKeys && { sealingKeys }) });
  const registry = createRegistry({ process: 'test' });
  const vendors = createVendorRegistry();
  const added: { table: TableName; row: unknown }[] = [];
  const chunks: Buffer[] = [];
  const faults: unknown[] = [];
  const decider = createFrameDecider({
    lane: {
      append: async (chunk) => {
        chunks.push(Buffer.from(chunk));
      },
    },
    level: () => 'normal',
  });
  const central = createCentralSystem({
    store: { ...store, ...options.store?.(store) },
    rows: {
      add: <Row>(table: Table<Row>, row: Row) => {
        added.push({ table: table.name, row });
      },
    },
    keepSamples: decider.keep,
    vendors,
    registry,
    clock: () => stand.now,
    beganAt: NOON,
    settings: {
      reader: 'lenient',
      heartbeatInterval: 300_000,
      bootRetryInterval: 60_000,
      concurrentTx: 0,
      forgotten: 'keep',
      forgottenAfter: 24 * 3_600_000,
      unknownTags: 'invalid',
      signsOutside: false,
      reservationSlack: 30_000,
      reservationRetention: 30 * 24 * 3_600_000,
      ...options.settings,
    },
    onFault: (error) => faults.push(error),
  });
  let messages = 0;
  let calls = 1;
  const stand: Stand = {
    central,
    store,
    dataDir,
    registry,
    vendors,
    faults,
    now: NOON,
    rows: (table) =>
      added.filter((entry) => entry.table === table).map(({ row }) => ({ ...(row as object) })),
    samples: () => chunks.flatMap(samplesOf),
    async send(chargePoint, action, payload) {
      const given = central.decide(chargePoint, { messageId: `m-${messages++}`, action, payload }, stand.now);
      const decision = await given;
      await central.settled();
      if (decision.kind === 'result' && isAction(action)) {
        expect(checkResponse(action, decision.payload)).toBeUndefined();
        if (decision.json !== undefined) expect(JSON.parse(decision.json)).toEqual(decision.payload);
      }
      return {
        decision,
        payload: decision.kind === 'result' ? (decision.payload as Record<string, unknown>) : {},
        code: decision.kind === 'error' ? decision.code : undefined,
        immediate: !(given instanceof Promise),
      };
    },
    answered: (chargePoint, action, payload, answer) =>
      central.onCallAnswered(
        chargePoint,
        { messageId: `call-${calls++}`, action, payload, sentAt: stand.now },
        answer,
      ),
    async booted(id = 'CP-1') {
      const chargePoint = central.chargePoint(id, ocpp16);
      const { payload } = await stand.send(chargePoint, 'BootNotification', boot);
      expect(payload.status).toBe('Accepted');
      return chargePoint;
    },
    async close() {
      open.delete(stand);
      await store.close();
    },
  };
  open.add(stand);
  return stand;
}

function samplesOf(chunk: Buffer): Record<string, unknown>[] {
  return sampleLines(unpackChunk(chunk))
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => {
      const cells = JSON.parse(line) as unknown[];
      return Object.fromEntries(meterSamples.columns.map((column, index) => [column.name, cells[index]]));
    });
}

export function infoOf(answer: Answer): Record<string, unknown> {
  return answer.payload.idTagInfo as Record<string, unknown>;
}

export function idOf(answer: Answer): number {
  return answer.payload.transactionId as number;
}

/** The value of a counter; 0 while it was never counted. */
export function counted(registry: Registry, name: string, labels: Record<string, string>): number {
  const family = registry.collect().find((candidate) => candidate.name === name);
  if (family === undefined || family.type === 'histogram') return 0;
  const found = family.samples.filter(({ labels: given }) =>
    Object.entries(labels).every(([key, value]) => given[key] === value),
  );
  return found.reduce((sum, { value }) => sum + value, 0);
}
