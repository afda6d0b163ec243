import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/load-config.ts';
import type { Config } from '../../src/config/schema.ts';
import { type Edge, startEdge } from '../../src/edge/edge.ts';
import { type Journal, journalPath, openJournal } from '../../src/journal/journal.ts';
import type { Handler, Link } from '../../src/link/link.ts';
import type { Method, Methods } from '../../src/link/methods.ts';
import { type Chunk, unpackChunk } from '../../src/records/chunk.ts';
import { EXCHANGES, messageLines } from '../../src/records/exchanges.ts';
import { messages } from '../../src/records/messages.ts';
import { meterSamples } from '../../src/records/meter-samples.ts';
import { sampleLines } from '../../src/records/packed-samples.ts';
import { SAMPLES } from '../../src/records/sample-buffer.ts';
import type { TableName } from '../../src/records/table.ts';
import { tables } from '../../src/records/tables.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { logTo } from '../../src/telemetry/log.ts';
import { createRegistry, type Registry } from '../../src/telemetry/metrics.ts';
import { createFramePool, type FramePool } from '../../src/workers/frame-pool.ts';
import type { ClusterNode } from './cluster-node.ts';
import type { EngineKind } from './engines.ts';

export interface EdgeOptions {
  readonly transport?: EngineKind;
  /** Flags as on the command line: `{ 'ocpp-registration': 'closed' }`. */
  readonly flags?: Readonly<Record<string, string>>;
  /** Stands between the edge and the real frame workers. */
  readonly pool?: (real: FramePool) => Pick<FramePool, 'run'>;
  /** Data directory of an edge that ran before. */
  readonly dataDir?: string;
  /** The node of a cluster that it is of, with whose settings it runs. */
  readonly node?: ClusterNode;
}

/** A row of the journal by the names of its columns. */
export type JournalRow = Readonly<Record<string, unknown>>;

/** An edge in this process, with a store, a journal and frame workers that are real. */
export interface EdgeUnderTest {
  readonly edge: Edge;
  readonly config: Config;
  readonly store: Store;
  readonly registry: Registry;
  readonly dataDir: string;
  /** Lines of the log. */
  readonly lines: Record<string, unknown>[];
  /** Calls that the edge made to other processes. */
  readonly calledPeers: { readonly to: string; readonly method: string; readonly request: unknown }[];
  /** What another process would get. */
  ask<M extends Method>(method: M, request: Methods[M]['request']): Promise<Methods[M]['answer']>;
  /** Rows that reached the journal. */
  rows(table: TableName): JournalRow[];
  /** Value of a counter or gauge; 0 where there is none. */
  metric(name: string, labels?: Readonly<Record<string, string>>): number;
  /** Stops the edge and closes what is under it. */
  stop(graceMs?: number): Promise<void>;
  /** As `stop`, and removes the data directory. */
  close(): Promise<void>;
}

export async function startEdgeUnderTest(options: EdgeOptions = {}): Promise<EdgeUnderTest> {
  const { node } = options;
  const dataDir = node?.config.dataDir ?? options.dataDir ?? mkdtempSync(join(tmpdir(), 'farad-edge-'));
  const config =
    node?.config ??
    loadConfig({
      flags: {
        'data-dir': dataDir,
        'ocpp-port': '0',
        'ocpp-transport': options.transport ?? 'uws',
        ...options.flags,
      },
    });
  const lines: Record<string, unknown>[] = [];
  const log = logTo(
    { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
    'info',
    'edge-0',
  );
  const shared = node?.openShared('edge');
  const store = shared?.store ?? openStore({ dataDir, role: 'setup' });
  const journalOptions = { path: journalPath(dataDir, 'edge-0'), budget: config.journal.budget };
  const journal = openJournal(journalOptions);
  const pool = createFramePool({
    journal: journalOptions,
    threads: 1,
    batchesInFlight: config.edge.batchesInFlight,
    onFault: (error) => log.error({ err: error }, 'a frame worker failed'),
  });
  const registry = createRegistry({ process: 'edge-0' });
  const link = new FakeLink();
  const edge = await startEdge({
    name: node ? `${node.name}/edge-0` : 'edge-0',
    config,
    store,
    journal,
    pool: options.pool?.(pool) ?? pool,
    link: node?.edge ?? link,
    sharedLog: shared?.sharedLog,
    log,
    shared: false,
    sharedSecret: new Uint8Array(32),
    registry,
  });
  let stopped: Promise<void> | undefined;
  const stop = (graceMs = 2000): Promise<void> => {
    stopped ??= edge
      .stop(graceMs)
      .then(() => pool.close())
      .then(() => journal.close())
      .then(() => store.close());
    return stopped;
  };
  return {
    edge,
    config,
    store,
    registry,
    dataDir,
    lines,
    calledPeers: link.calls,
    ask: (method, request) =>
      node ? node.control.call('edge-0', method, request) : link.ask(method, request),
    rows: (table) => rowsOf(journal, table),
    metric: (name, labels = {}) => readMetric(registry, name, labels),
    stop,
    async close() {
      await stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

class FakeLink implements Pick<Link, 'call' | 'serve'> {
  readonly calls: { to: string; method: string; request: unknown }[] = [];
  private readonly handlers = new Map<string, (request: never, context: never) => unknown>();

  call<M extends Method>(
    to: string,
    method: M,
    request: Methods[M]['request'],
  ): Promise<Methods[M]['answer']> {
    this.calls.push({ to, method, request });
    return Promise.resolve({ closed: true } as Methods[M]['answer']);
  }

  serve<M extends Method>(method: M, handler: Handler<M>): void {
    this.handlers.set(method, handler as never);
  }

  async ask<M extends Method>(method: M, request: Methods[M]['request']): Promise<Methods[M]['answer']> {
    const handler = this.handlers.get(method);
    if (!handler) throw new Error(`nobody serves ${method}`);
    return (await handler(
      request as never,
      { from: 'control', deadlineMs: 10_000 } as never,
    )) as Methods[M]['answer'];
  }
}

function rowsOf(journal: Journal, name: TableName): JournalRow[] {
  const table = tables.find((candidate) => candidate.name === name);
  const rows: JournalRow[] = [];
  for (const lane of journal.queue.lanes()) {
    for (const entry of journal.queue.read(lane, 0, { entries: 10_000, bytes: 64 * 1024 * 1024 })) {
      const chunk = unpackChunk(entry.chunk);
      const [id, lines] = linesIn(chunk);
      if (id !== table?.id) continue;
      for (const line of lines.toString().trimEnd().split('\n')) {
        const cells = JSON.parse(line) as unknown[];
        rows.push(Object.fromEntries(table.columns.map((column, index) => [column.name, cells[index]])));
      }
    }
  }
  return rows;
}

/** The rows of a chunk with the number of their table. */
function linesIn(chunk: Chunk): [tableId: number, lines: Buffer] {
  if (chunk.tableId === EXCHANGES) return [messages.id, messageLines(chunk.lines)];
  if (chunk.tableId === SAMPLES) return [meterSamples.id, sampleLines(chunk)];
  return [chunk.tableId, chunk.lines];
}

function readMetric(registry: Registry, name: string, labels: Readonly<Record<string, string>>): number {
  for (const family of registry.collect()) {
    if (family.name !== name || family.type === 'histogram') continue;
    for (const sample of family.samples) {
      if (Object.entries(labels).every(([label, value]) => sample.labels[label] === value))
        return sample.value;
    }
  }
  return 0;
}
