import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCentralSystem } from '../src/central-system/central-system.ts';
import { Answers } from '../src/edge/answers.ts';
import { Conversation } from '../src/edge/conversation.ts';
import { EdgeMetrics } from '../src/edge/edge-metrics.ts';
import { MessageLog } from '../src/edge/message-log.ts';
import { Session } from '../src/edge/session.ts';
import { SessionGuard } from '../src/edge/session-guard.ts';
import { journalPath, openJournal } from '../src/journal/journal.ts';
import { RowBuffer } from '../src/journal/row-buffer.ts';
import { ocpp16 } from '../src/protocol/v16/dialect.ts';
import { openStore } from '../src/store/store.ts';
import { logTo, throttled } from '../src/telemetry/log.ts';
import { createRegistry } from '../src/telemetry/metrics.ts';
import { mainThreadCpuSeconds } from '../src/telemetry/process-metrics.ts';
import type { Bench, Contender } from './bench.ts';
import { type BenchAction, TAGS, tag, template } from './frames/messages.ts';

const CHARGE_POINTS = 1_000;
const RUN_MS = 1_500;
/** As many as an edge finds when it looks: between them the event loop turns. */
const FRAMES_PER_TURN = 50;

/**
 * What the edge's own code costs, without the socket and the system calls under it: precise enough to see a
 * tenth of a microsecond.
 */
export const hotPathBench: Bench = {
  name: 'hot-path',
  question:
    'What does a message that is decided in place cost the edge, from its bytes to the text of its answer, without the socket?',
  figures: [{ key: 'main thread', unit: 'µs of CPU per CALL', better: 'lower' }],
  async prepare() {
    const dataDir = mkdtempSync(join(tmpdir(), 'farad-bench-'));
    const store = openStore({ dataDir, role: 'setup' });
    const journal = openJournal({ path: journalPath(dataDir, 'edge-0') });
    await store.tokens.importMany(
      Array.from({ length: TAGS }, (_, index) => ({ idTag: tag(index), status: 'Accepted' as const })),
    );
    const rows = new RowBuffer(journal.openLane(), { maxRows: 2000, maxDelayMs: 50 });
    const log = throttled(
      logTo({ write: (line) => void process.stderr.write(line) }, 'warn', 'bench'),
      1_000,
    );
    const edge = (logged: boolean): Edge => {
      const registry = createRegistry({ process: 'edge-0' });
      const metrics = new EdgeMetrics(registry);
      const centralSystem = createCentralSystem({
        store,
        rows,
        registry,
        keepSamples: () => Promise.reject(new Error('no samples here')),
        settings: {
          reader: 'lenient',
          heartbeatInterval: 300_000,
          bootRetryInterval: 60_000,
          concurrentTx: 0,
          forgotten: 'keep',
          forgottenAfter: 86_400_000,
          unknownTags: 'invalid',
          signsOutside: false,
          reservationSlack: 0,
          reservationRetention: 1,
        },
        onFault: fail,
      });
      const messageLog = new MessageLog({
        enabled: logged,
        excluded: ['Heartbeat', 'MeterValues'],
        maxPayload: 16_384,
        rows,
        level: journal.level,
      });
      const conversation = new Conversation({
        centralSystem,
        pool: { run: () => Promise.reject(new Error('no workers here')) },
        batchFrames: 1,
        batchesInFlight: 1,
        batchWait: 0,
        batchTimeout: 1_000,
        inboxBytes: 0,
        calls: { answered: fail },
        answers: new Answers({ messageLog, metrics, log }),
        guard: new SessionGuard(metrics, log),
        messageLog,
        metrics,
        log,
        workerActions: ['MeterValues', 'StopTransaction'],
        framesPerSecond: 1e6,
        frameBurst: 1e6,
        sessionBytes: 1,
        edgeBytes: 1,
      });
      return {
        conversation,
        session: (index) => {
          const chargePoint = centralSystem.chargePoint(`BENCH-${index}`, ocpp16);
          chargePoint.registration = 'Accepted';
          return new Session(chargePoint, ocpp16, socket, '127.0.0.1', 0, Date.now(), performance.now());
        },
      };
    };
    const [withLog, withoutLog] = [edge(true), edge(false)];
    return {
      contenders: [
        calls('Heartbeat', 'Heartbeat', withLog),
        calls('Authorize', 'Authorize', withLog),
        calls('Authorize, no message log', 'Authorize', withoutLog),
      ],
      async close() {
        await rows.flush();
        await journal.close();
        await store.close();
        rmSync(dataDir, { recursive: true, force: true });
      },
    };
  },
};

interface Edge {
  readonly conversation: Conversation;
  readonly session: (index: number) => Session;
}

const cpuSeconds = (): number => mainThreadCpuSeconds() ?? Number.NaN;

let answered = 0;

const socket = {
  send(text: string): boolean {
    if (text.charCodeAt(1) === 0x33) answered++;
    return true;
  },
  ping: fail,
  pause: fail,
  resume: fail,
  end: fail,
  drop: fail,
};

function fail(reason?: unknown): never {
  throw reason instanceof Error ? reason : new Error(`not expected here: ${String(reason)}`);
}

function calls(name: string, action: BenchAction, { conversation, session }: Edge): Contender {
  const sessions = Array.from({ length: CHARGE_POINTS }, (_, index) => session(index));
  const frames = sessions.map((_, index) => Buffer.from(template(action, index, 0).text));
  return {
    name,
    async run() {
      let sent = 0;
      answered = 0;
      const began = performance.now();
      const before = cpuSeconds();
      while (performance.now() - began < RUN_MS) {
        for (let frame = 0; frame < FRAMES_PER_TURN; frame++) {
          const index = sent++ % CHARGE_POINTS;
          conversation.receive(sessions[index] as Session, frames[index] as Buffer, false);
        }
        await new Promise(setImmediate);
      }
      const used = cpuSeconds() - before;
      if (answered < sent) throw new Error(`${sent - answered} of ${sent} were refused`);
      return { 'main thread': (used * 1e6) / sent };
    },
  };
}
