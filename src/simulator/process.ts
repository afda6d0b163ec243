import type { Api } from './api.ts';
import { DEMO_TOKENS, DemoHabits } from './demo-habits.ts';
import { operateDemo } from './demo-operator.ts';
import { Fleet } from './fleet.ts';
import { importTokens } from './provisioning.ts';
import type { Recorder } from './recorder.ts';

/** What the parent process sends, once. */
export interface DemoOrder {
  /** `ws://127.0.0.1:9220/ocpp` */
  readonly ocppUrl: string;
  /** `http://127.0.0.1:9221` */
  readonly apiUrl: string;
  readonly apiKey: string;
  /** PEM: the certificates that the gateway shows to charge points, where they connect over TLS. */
  readonly ocppCertificates?: readonly string[];
  /** PEM: those of the API, where it speaks HTTPS. */
  readonly apiCertificates?: readonly string[];
  readonly chargePoints: number;
  readonly seed?: number;
}

/** What the parent process hears. */
export type DemoNews =
  | { readonly type: 'ready'; readonly chargePoints: number }
  | { readonly type: 'note'; readonly level: 'info' | 'warn'; readonly message: string };

const RAMP_MS = 3_000;
/** When all charge points are connected and the operator begins, ms after the start. */
const OPERATOR_AFTER_MS = RAMP_MS + 2_000;
const PROVISIONING_ATTEMPTS = 10;
const PROVISIONING_RETRY_MS = 1_000;

let fleet: Fleet | undefined;

process.once('message', (order: DemoOrder) => {
  run(order).catch((error: unknown) => {
    tell({ type: 'note', level: 'warn', message: error instanceof Error ? error.message : String(error) });
    process.exitCode = 1;
    process.disconnect();
  });
});
// Whoever started the demo is gone, or the demo has failed: nothing is left to do.
process.once('disconnect', () => process.exit());
// A terminal sends SIGINT to the whole group; the parent passes a stop on as SIGTERM.
process.on('SIGINT', () => undefined);
process.once('SIGTERM', () => {
  const stopped = fleet === undefined ? Promise.resolve() : fleet.stop();
  void stopped.finally(() => process.exit(0));
});

/** Provisions the demo's cards, then lets the charge points connect and live. */
async function run(order: DemoOrder): Promise<void> {
  const { ocppUrl, apiUrl, apiKey, chargePoints, seed = 1 } = order;
  const api = { url: apiUrl, key: apiKey, trust: { roots: order.apiCertificates ?? [], pinned: true } };
  await provision(api);
  fleet = new Fleet({
    url: ocppUrl,
    chargePoints,
    identity,
    habits: new DemoHabits(),
    recorder: bystander,
    seed,
    security: {
      profile: 0,
      credentials: () => ({}),
      roots: order.ocppCertificates ?? [],
      pinned: true,
    },
  });
  fleet.start(RAMP_MS);
  tell({ type: 'ready', chargePoints });
  setTimeout(() => {
    const identities = Array.from({ length: chargePoints }, (_, index) => identity(index));
    // The charge points live on without it.
    operateDemo(api, identities, Date.now()).catch((error: unknown) =>
      tell({ type: 'note', level: 'warn', message: `the demo's operator gave up: ${String(error)}` }),
    );
  }, OPERATOR_AFTER_MS);
}

function identity(index: number): string {
  return `DEMO-${String(index + 1).padStart(3, '0')}`;
}

/** Control may just be restarting, so one refusal is not the end. */
async function provision(api: Api): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await importTokens(api, DEMO_TOKENS);
      return;
    } catch (error) {
      if (attempt === PROVISIONING_ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, PROVISIONING_RETRY_MS));
    }
  }
}

function tell(news: DemoNews): void {
  process.send?.(news);
}

/** The demo is there to be looked at; nobody measures it. */
const bystander: Recorder = {
  answered: () => undefined,
  connected: () => undefined,
  problem: () => undefined,
  samplesConfirmed: () => undefined,
  samplesRepeated: () => undefined,
  transactionStarted: () => undefined,
  transactionStopped: () => undefined,
};
