import { networksOf } from '../config/networks.ts';
import type { Config } from '../config/schema.ts';
import type { Store } from '../store/store.ts';
import type { CloseInput } from '../store/transaction-record.ts';
import { type Log, throttled } from '../telemetry/log.ts';
import { Alarms } from './alarms/alarms.ts';
import type { AlarmSources } from './alarms/farad-findings.ts';
import { Campaigns } from './campaigns/campaigns.ts';
import { Authorities } from './certificates/authorities.ts';
import { Revocations } from './certificates/revocations.ts';
import { signingHook } from './certificates/signing-hook.ts';
import { Signings } from './certificates/signings.ts';
import type { ChargePointCalls } from './charge-point-calls.ts';
import { ForgottenTransactions } from './forgotten-transactions.ts';
import type { Lead } from './leadership.ts';
import { ListKeeper } from './local-lists/list-keeper.ts';
import { LocalLists } from './local-lists/local-lists.ts';
import { type ReportSource, Reports } from './reports/reports.ts';
import { webhookSender } from './webhooks/webhook.ts';

/**
 * What runs over time and may send calls by itself: because of a campaign, or of a list that is set to be
 * kept in step.
 */
export interface Operations {
  readonly campaigns: Campaigns;
  readonly localLists: LocalLists;
  readonly certificates: Certificates;
  readonly alarms: Alarms;
  readonly reports: Reports;
  /**
   * Begins nothing more; nothing touches the store once it has resolved. What charge points answer later is
   * on record at the edge, for the next process to take up.
   */
  stop(): Promise<void>;
}

/**
 * Who issues certificates of charge points, what becomes of their requests, and the end of those that are
 * revoked.
 */
export interface Certificates {
  readonly authorities: Authorities;
  readonly signings: Signings;
  readonly revocations: Revocations;
}

export interface OperationsDeps {
  readonly store: Store;
  readonly calls: ChargePointCalls;
  /**
   * Has the edge that holds a charge point close a transaction; false where it is not open any more. Rejects
   * where no edge can.
   */
  readonly closeTransaction: (chargePointId: string, end: CloseInput) => Promise<boolean>;
  /** Closes the charge point's socket wherever it is. Rejects where that is not certain. */
  readonly disconnect: (chargePointId: string, reason: string) => Promise<void>;
  /** Writes down that nobody signs what a charge point has asked for. Rejects where it is not written. */
  readonly signingRefused: (chargePointId: string, problem: string) => Promise<void>;
  /** Where alarms learn of what is not of the fleet. */
  readonly alarmSources: AlarmSources;
  /** What reports tell. */
  readonly reportSource: ReportSource;
  readonly config: Pick<
    Config,
    'ocpp' | 'operations' | 'transactions' | 'security' | 'alarms' | 'reports' | 'fleet'
  >;
  readonly log: Log;
  /** Only who leads does what is done over time. */
  readonly lead: Lead;
  /** Epoch ms; undefined while the clock is doubted. */
  readonly trustedNow: () => number | undefined;
}

/** One line of a kind in so many ms. */
const LOG_EVERY_MS = 10_000;

/** Starts the operations of this gateway, where an earlier process ended. */
export async function startOperations({
  store,
  calls: all,
  closeTransaction,
  disconnect,
  signingRefused,
  alarmSources,
  reportSource,
  config,
  log,
  lead,
  trustedNow,
}: OperationsDeps): Promise<Operations> {
  const quietly = throttled(log, LOG_EVERY_MS);
  const { calls, release } = releasable(all);
  const localLists = new LocalLists({ store, calls });
  const keeper = new ListKeeper({
    store,
    calls,
    localLists,
    log: quietly,
    atOnce: config.operations.listSyncsAtOnce,
    lead,
  });
  const campaigns = new Campaigns({
    store,
    calls,
    localLists,
    log: quietly,
    lead,
    clock: Date.now,
    callTimeout: config.ocpp.callTimeout,
    trustsOthers: config.ocpp.tls.clientCas.length > 0,
    kept: config.operations.campaignsKept,
  });
  const forgotten = new ForgottenTransactions({
    store,
    close: closeTransaction,
    after: config.transactions.forgottenAfter,
    log: quietly,
    lead,
    trustedNow,
    beganAt: Date.now(),
  });
  const { cpoName, certificateSubject, certificateLifetime, signingPatience, ...security } = config.security;
  const authorities = new Authorities({ store, clock: Date.now });
  const hook =
    security.signingHook === '' ? undefined : signingHook(security.signingHook, security.signingHookTimeout);
  const certificates = {
    authorities,
    signings: new Signings({
      store,
      calls,
      authorities,
      hook,
      rules: { subject: certificateSubject, cpoName, lifetime: certificateLifetime },
      refused: signingRefused,
      patience: signingPatience,
      callTimeout: config.ocpp.callTimeout,
      log: quietly,
      lead,
      clock: Date.now,
    }),
    revocations: new Revocations({ store, disconnect, log: quietly, lead, clock: Date.now }),
  };
  const post = webhookSender({
    isNamed: networksOf('alarms.webhookNetworks', config.alarms.webhookNetworks),
    timeout: config.alarms.webhookTimeout,
    clock: Date.now,
  });
  const alarms = new Alarms({
    store,
    sources: alarmSources,
    config,
    log: quietly,
    lead,
    clock: Date.now,
    trustedNow,
    beganAt: Date.now(),
  });
  const reports = new Reports({
    store,
    source: reportSource,
    folder: config.reports.folder,
    webhookLimit: config.reports.webhookLimit,
    post,
    timeZone: config.fleet.timezone,
    log: quietly,
    lead,
    clock: Date.now,
    trustedNow,
  });
  const resealed = await store.certificateAuthorities.reseal();
  if (resealed > 0) log.info({ authorities: resealed }, 'private keys were sealed with the present key');
  await campaigns.start();
  keeper.start();
  certificates.signings.start();
  certificates.revocations.start();
  alarms.start();
  reports.start();
  if (config.transactions.forgotten === 'close') forgotten.start();
  return {
    campaigns,
    localLists,
    certificates,
    alarms,
    reports,
    async stop() {
      release();
      keeper.stop();
      const { signings, revocations } = certificates;
      await Promise.all(
        [campaigns, forgotten, signings, revocations, alarms, reports].map((work) => work.stop()),
      );
    },
  };
}

/** `calls` whose replies are held back for ever after `release`: whoever waits for one does nothing more. */
function releasable(calls: ChargePointCalls): { calls: ChargePointCalls; release: () => void } {
  let isReleased = false;
  const never = new Promise<never>(() => undefined);
  return {
    calls: {
      isConnected: (chargePointId) => calls.isConnected(chargePointId),
      call: (call) =>
        calls.call(call).then(
          (reply) => (isReleased ? never : reply),
          (error: unknown) => {
            if (isReleased) return never;
            throw error;
          },
        ),
    },
    release: () => {
      isReleased = true;
    },
  };
}
