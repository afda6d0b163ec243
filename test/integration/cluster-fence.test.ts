import { setTimeout as pause } from 'node:timers/promises';
import { type JetStreamClient, jetstream } from '@nats-io/jetstream';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { managerOf } from '../../load/cluster/deployed-nats.ts';
import { Applier } from '../../src/cluster/applier.ts';
import { type Change, encodeChange } from '../../src/cluster/change.ts';
import { baseOf } from '../../src/cluster/copy.ts';
import type { Fate, InLog } from '../../src/cluster/fate.ts';
import { ChangeLog } from '../../src/cluster/log.ts';
import { placeOfChargePoint } from '../../src/cluster/log-place.ts';
import { Random } from '../../src/simulator/random.ts';
import { createRegistry, type Registry } from '../../src/telemetry/metrics.ts';
import { makeStream, metricOf } from '../support/log-streams.ts';
import { hasNats } from '../support/nats-server.ts';
import { ScratchCopy } from '../support/scratch-copy.ts';
import { allCurrent, startThreeNats, type ThreeNats } from '../support/three-nats-servers.ts';
import { until } from '../support/until.ts';

/** The name of the test tells it. */
const seed = Number(process.env.FARAD_FENCE_SEED ?? Date.now() % 1_000_000);

const STREAM = 'farad-state-0';
const SCOPES = ['CP-1', 'CP-2', 'CP-3', 'CP-4', 'CP-5'];
const WRITERS_PER_NODE = 4;
const CONFIRM_WITHIN_MS = 12_000;
/** Confirmations to wait for in each phase. */
const A_WHILE = 60;

/** One change that took effect: the `number`-th of its scope. */
interface Written {
  readonly scope: string;
  readonly number: number;
  readonly id: string;
}

/**
 * A node: writers that race for the same charge points, and an applier with its copy. Some of its changes it
 * sends without the hint, as if the server had let them pass.
 */
class Node {
  readonly copy = new ScratchCopy('counters', 'journal');
  readonly registry: Registry;
  readonly confirmed: Written[] = [];
  /** Ids of changes whose fate nobody learned in time. */
  readonly unknown: string[] = [];
  private readonly name: string;
  private readonly log: ChangeLog;
  private readonly client: JetStreamClient;
  private changes = 0;
  private stopped = false;

  /** `format`: the newest that it writes. */
  constructor(name: string, connection: Awaited<ReturnType<ThreeNats['connect']>>, format: number) {
    this.name = name;
    this.registry = createRegistry({ process: name });
    this.client = jetstream(connection);
    this.log = new ChangeLog({ connection, registry: this.registry, newestFormat: () => format });
    const applier = new Applier({
      connection,
      stream: STREAM,
      identity: 'log-1',
      subjectOf: (scope) => placeOfChargePoint(scope, 1).subject,
      copy: this.copy,
      registry: this.registry,
      log: pino({ level: 'silent' }),
    });
    onTestFinished(() => applier.stop());
  }

  /** Runs all writers until `stop`. */
  async write(random: Random): Promise<void> {
    const writers = Array.from({ length: WRITERS_PER_NODE }, async (_, index) => {
      const own = new Random(random.bits() + index);
      while (!this.stopped) await this.writeOnce(own.pick(SCOPES), own.chance(0.2));
    });
    await Promise.all(writers);
  }

  stop(): void {
    this.stopped = true;
  }

  /** Counts a charge point up once, evaluated again and again until that took effect. */
  private async writeOnce(scope: string, withoutHint: boolean): Promise<void> {
    while (!this.stopped) {
      const { change, number, seen } = this.evaluate(scope);
      const appended = withoutHint ? await this.sendWithoutHint(change) : await this.append(change, seen);
      if (appended === undefined) {
        this.unknown.push(change.id);
        return;
      }
      const fate = await this.settled(change, appended);
      if (fate === 'applied') this.confirmed.push({ scope, number, id: change.id });
      else if (fate === 'forgotten') this.unknown.push(change.id);
      if (fate === 'applied' || fate === 'forgotten') return;
    }
  }

  /** The next change of a charge point, the how many-th it would be, and how far the copy was then. */
  private evaluate(scope: string): { change: Change; number: number; seen: number } {
    const { copy } = this;
    copy.environment.endRead();
    const number = Number(copy.read('counters', scope) ?? 0) + 1;
    const id = `${this.name}.${++this.changes}`;
    const puts = [
      ['counters', Buffer.from(scope), Buffer.from(String(number))],
      ['journal', Buffer.from(`${scope} ${number}`), Buffer.from(id)],
    ] as const;
    const base = baseOf(copy, scope);
    const change = { id, scope, base, node: this.name, puts, deletes: [], rows: [] };
    return { change, number, seen: copy.position(STREAM).seq };
  }

  private async append(change: Change, seen: number): Promise<InLog | undefined> {
    const place = placeOfChargePoint(change.scope, 1);
    const appended = await this.log.append(place, change, seen, CONFIRM_WITHIN_MS);
    return 'seq' in appended ? appended : undefined;
  }

  private async sendWithoutHint(change: Change): Promise<InLog | undefined> {
    try {
      const { subject } = placeOfChargePoint(change.scope, 1);
      const { seq } = await this.client.publish(subject, encodeChange(change), { msgID: change.id });
      return { outcome: 'stored', seq };
    } catch {
      return undefined; // it may be in the log, or not
    }
  }

  private async settled(change: Change, appended: InLog): Promise<Fate> {
    const place = placeOfChargePoint(change.scope, 1);
    for (;;) {
      this.copy.environment.endRead();
      const fate = this.log.fate(this.copy, place, change, appended);
      if (fate !== 'waiting') return fate;
      await pause(4);
    }
  }
}

describe.runIf(hasNats)('the fence of the log', () => {
  test(`one of several nodes wins each change, whatever happens to the servers (seed ${seed})`, {
    timeout: 120_000,
  }, async () => {
    const nats = await startThreeNats();
    const operator = await nats.connect('operator');
    const manager = await managerOf(operator);
    await makeStream(operator, { num_replicas: 3 });
    const random = new Random(seed);
    const nodes = [
      new Node('a', await nats.connect('node-1'), 2),
      new Node('b', await nats.connect('node-2'), 2),
      new Node('c', operator, 1),
    ];
    const writing = Promise.all(nodes.map((node) => node.write(random)));
    const count = () => nodes.reduce((sum, { confirmed }) => sum + confirmed.length, 0);
    const aWhile = async (what: string) => {
      const before = nodes.map(({ confirmed }) => confirmed.length);
      const from = count();
      await until(
        what,
        () =>
          count() > from + A_WHILE &&
          nodes.every(({ confirmed }, index) => confirmed.length > (before[index] ?? 0)),
      );
    };
    const leader = () => until('there is a leader', () => nats.leaderOf(manager, STREAM));

    await aWhile('all nodes write');
    const paused = await leader();
    paused.process.kill('SIGSTOP');
    await aWhile('all nodes write without the leader that is stopped');
    paused.process.kill('SIGCONT');
    await aWhile('all nodes write beside the leader that came back');
    await allCurrent(manager, STREAM);
    const killed = await leader();
    killed.process.kill('SIGKILL');
    await aWhile('all nodes write without the leader that is dead');
    for (const node of nodes) node.stop();
    await writing;

    const end = await until('the stream answers', async () => {
      const info = await manager.streams.info(STREAM).catch(() => undefined);
      return info?.state.last_seq;
    });
    const [first, ...others] = await Promise.all(
      nodes.map(({ copy }) =>
        until('the copy is complete', () => {
          copy.environment.endRead();
          if (copy.position(STREAM).seq < end) return undefined;
          const newest = SCOPES.map((scope) => copy.applied(scope));
          const position = copy.position(STREAM);
          return {
            contents: copy.contents('counters', 'journal'),
            newest,
            position,
            refused: copy.refusedSeqs(STREAM),
          };
        }),
      ),
    );
    for (const other of others) expect(other).toEqual(first);

    const { copy } = nodes[0] as Node;
    const effects: string[] = [];
    for (const scope of SCOPES) {
      const last = Number(copy.read('counters', scope));
      for (let number = 1; number <= last; number++)
        effects.push(copy.read('journal', `${scope} ${number}`) ?? `nothing at ${scope} ${number}`);
    }
    expect(new Set(effects).size, 'no change took effect twice').toBe(effects.length);
    const confirmed = nodes.flatMap((node) => node.confirmed);
    for (const { scope, number, id } of confirmed)
      expect(copy.read('journal', `${scope} ${number}`)).toBe(id);
    const unknown = new Set(nodes.flatMap((node) => node.unknown));
    expect(effects.filter((id) => !unknown.has(id))).toHaveLength(confirmed.length);
    const sum = (name: string) => nodes.reduce((all, { registry }) => all + metricOf(registry, name), 0);
    expect(sum('farad_log_ack_without_message_total')).toBe(0);
    expect(sum('farad_log_conflicts_total')).toBeGreaterThan(0);
    expect(first?.refused.length, 'what came without the hint was refused where it was late').toBeGreaterThan(
      0,
    );
  });
});
