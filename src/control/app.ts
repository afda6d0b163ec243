import type { Server } from 'node:https';
import Fastify, { type FastifyInstance, LogController } from 'fastify';
import { isClustered } from '../config/cluster-check.ts';
import { trustedProxies } from '../config/trusted-proxies.ts';
import { processName } from '../link/process-name.ts';
import { ALONE, Leadership } from '../operations/leadership.ts';
import { startOperations } from '../operations/operations.ts';
import { startSites } from '../operations/sites/sites.ts';
import { expectProxyHeaders } from '../proxy/proxy-gate.ts';
import { ClockGuard } from '../store/clock-guard.ts';
import { throttled } from '../telemetry/log.ts';
import { metrics } from '../telemetry/metrics.ts';
import { alarmSources } from './alarm-sources.ts';
import type { ApiTls } from './api-tls.ts';
import { auditChanges } from './audit.ts';
import { requireKeys } from './authentication.ts';
import { SettingsWriter } from './charge-point-settings.ts';
import { DataChanges } from './data-changes.ts';
import type { ControlDeps } from './deps.ts';
import { Edges } from './edges.ts';
import { answerUnreadable, answerUnroutable, handleErrors } from './error-handling.ts';
import { logRequests, prepareRequests } from './every-request.ts';
import { FleetIndex } from './fleet-index.ts';
import {
  endSlowBodies,
  HEAD_TIMEOUT_MS,
  MAX_CONNECTIONS,
  REQUEST_TIMEOUT_MS,
  readJsonBodies,
} from './json-body.ts';
import { type AcceptedKey, KeyAttempts, KeyRing, KeyUses } from './key-ring.ts';
import { LogIns } from './log-ins.ts';
import { followPositions, type PositionOptions } from './log-position.ts';
import { OidcProvider } from './oidc/provider.ts';
import type { Operation } from './openapi/operation.ts';
import { callsThrough } from './operations-calls.ts';
import { Passwords } from './passwords.ts';
import { Readiness } from './readiness.ts';
import { Recognition } from './recognition.ts';
import { reportSource } from './report-source.ts';
import { addAlarmRuleRoutes } from './routes/alarm-rules.ts';
import { addAlarmRoutes } from './routes/alarms.ts';
import { addAnalyticsRoutes } from './routes/analytics.ts';
import { addApiKeyRoutes } from './routes/api-keys.ts';
import { addAuditRoute } from './routes/audit.ts';
import { addAvailabilityRoute } from './routes/availability.ts';
import { addBackupRoutes } from './routes/backups.ts';
import { addCallRoute } from './routes/calls.ts';
import { addCampaignResultRoute } from './routes/campaign-results.ts';
import { addCampaignRoutes } from './routes/campaigns.ts';
import { addCertificateAuthorityRoutes } from './routes/certificate-authority.ts';
import { addCertificateRequestRoutes } from './routes/certificate-requests.ts';
import { addCertificateRoutes } from './routes/certificates.ts';
import { addChargePointMapRoute } from './routes/charge-point-map.ts';
import { addChargePointRoutes } from './routes/charge-points.ts';
import { addChargingProfileRoutes } from './routes/charging-profiles.ts';
import { addChargingWishRoutes } from './routes/charging-wishes.ts';
import { addClusterRoutes } from './routes/cluster.ts';
import { addCommandRoutes } from './routes/commands.ts';
import { addCompositeScheduleRoute } from './routes/composite-schedule.ts';
import { addConfigurationRoutes } from './routes/configuration.ts';
import { addConfigurationDriftRoutes } from './routes/configuration-drift.ts';
import { addConfigurationTemplateRoutes } from './routes/configuration-templates.ts';
import { addConsoleRoutes } from './routes/console.ts';
import { addConsoleSessionRoutes } from './routes/console-sessions.ts';
import { addDocsRoutes } from './routes/docs.ts';
import { addEventRoute } from './routes/events.ts';
import { addFleetSecurityRoute } from './routes/fleet-security.ts';
import { addHealthRoutes } from './routes/health.ts';
import { addInstalledCertificateRoutes } from './routes/installed-certificates.ts';
import { addJobRoutes } from './routes/jobs.ts';
import { addLocalListSyncRoutes } from './routes/local-list-sync.ts';
import { addLocalListRoutes } from './routes/local-lists.ts';
import { addManufacturerRootRoutes } from './routes/manufacturer-roots.ts';
import { addMessageRoute } from './routes/messages.ts';
import { addMetricsRoute } from './routes/metrics.ts';
import { addOidcRoutes } from './routes/oidc.ts';
import { addOverviewRoute } from './routes/overview.ts';
import { addReportRoutes } from './routes/reports.ts';
import { addReservationRoutes } from './routes/reservations.ts';
import { addSavedFilterRoutes } from './routes/saved-filters.ts';
import { addSavedQueryRoutes } from './routes/saved-queries.ts';
import { addSecurityRoutes } from './routes/security.ts';
import { addSecurityEventRoutes } from './routes/security-events.ts';
import { addSessionRoutes } from './routes/session.ts';
import { addSiteRoutes } from './routes/sites.ts';
import { addSystemRoute } from './routes/system.ts';
import { addTokenImport } from './routes/token-import.ts';
import { addTokenRoutes } from './routes/tokens.ts';
import { addTransactionClosingRoute } from './routes/transaction-closing.ts';
import { addTransactionCorrectionRoutes } from './routes/transaction-corrections.ts';
import { addTransactionEnergyRoute } from './routes/transaction-energy.ts';
import { addTransactionRoutes } from './routes/transactions.ts';
import { addUserRoutes } from './routes/users.ts';
import { UserAccounts } from './users.ts';
import { bodyValidator, parameterValidator } from './validation.ts';

/** Longest path segment: an identity of 255 bytes, each percent-encoded. */
const MAX_SEGMENT = 3 * 255;
/** How often log-ins that are over are forgotten, ms. */
const FORGET_EVERY_MS = 60_000;
/** How often it is written down when keys were used last, ms. */
const SAVE_USES_EVERY_MS = 60_000;
/** How often the same is said again in the log, ms. */
const SAY_AGAIN_MS = 3000;

export interface AppOptions extends Omit<ControlDeps, 'edges' | 'operations'> {
  readonly keys: readonly AcceptedKey[];
  /** Version of Farad, for the description of the API. */
  readonly version: string;
  /** In a cluster: how far this node is in the log. */
  readonly position?: Pick<PositionOptions, 'log' | 'identity'> | undefined;
  /** Absent: plain HTTP. */
  readonly tls?: ApiTls | undefined;
}

/** The HTTP side of Farad, not yet listening. */
export async function createApp({
  keys,
  version,
  tls,
  position,
  ...rest
}: AppOptions): Promise<FastifyInstance> {
  const edges = new Edges(rest.link, rest.store, rest.config);
  const calls = callsThrough(edges, rest);
  const clock = new ClockGuard(rest.config.dataDir);
  const readiness = new Readiness(rest.link, rest.config, () => tls?.degraded() ?? []);
  const leadership = isClustered(rest.config) ? leadershipOf(rest) : undefined;
  const running = await startOperations({
    ...rest,
    lead: leadership ?? ALONE,
    calls,
    disconnect: (chargePointId, reason) => edges.disconnect(chargePointId, reason),
    signingRefused: (chargePointId, problem) => edges.noteRefusedSigning(chargePointId, problem),
    closeTransaction: (chargePointId, end) => edges.closeTransaction(chargePointId, end),
    alarmSources: alarmSources(rest.link, rest.config, readiness),
    reportSource: reportSource(rest),
    trustedNow: () => clock.trustedNow(),
  });
  const deps: ControlDeps = { ...rest, edges, operations: running };
  const isProxy = trustedProxies(deps.config.trustedProxies);
  const app = Fastify({
    bodyLimit: deps.config.api.bodyLimit,
    clientErrorHandler: answerUnreadable,
    frameworkErrors: answerUnroutable,
    // Fastify takes the one or the other; what it is given decides whether it speaks TLS.
    ...(tls
      ? { https: { ...tls.options(), headersTimeout: HEAD_TIMEOUT_MS } }
      : { http: { headersTimeout: HEAD_TIMEOUT_MS } }),
    logController: new LogController({ disableRequestLogging: true }),
    loggerInstance: deps.log,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // Then `request.ip` is who is behind a trusted proxy: in the limits of log-ins and in the audit.
    trustProxy: isProxy,
    routerOptions: { maxParamLength: MAX_SEGMENT },
  }) as unknown as FastifyInstance;

  tls?.serve(app.server as Server);
  if (deps.config.api.proxyProtocol === 'v2') {
    const log = throttled(deps.log, SAY_AGAIN_MS);
    expectProxyHeaders(app.server, {
      isProxy,
      refused: (remoteAddress, problem) =>
        log.warn({ remoteAddress, problem }, 'a connection to the API is refused: its PROXY header'),
    });
  }
  app.setValidatorCompiler(({ schema, httpPart }) =>
    httpPart === 'body' ? bodyValidator(schema as never) : parameterValidator(schema as never),
  );
  // Answers are what the routes return: nothing is dropped or coerced on the way out.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  // Hooks of this kind run in the reverse order: whoever takes over finds everything written down.
  app.addHook('onClose', () => leadership?.stop());
  app.addHook('onClose', () => running.stop());
  app.server.maxConnections = MAX_CONNECTIONS;
  handleErrors(app);
  endSlowBodies(app, deps.config.api.bodyTimeout);
  readJsonBodies(app);
  prepareRequests(app, deps.store);
  const keyRing = new KeyRing(deps.store, keys);
  const logIns = new LogIns(deps.store, keyRing);
  const uses = new KeyUses(deps.store);
  const recognition = new Recognition(keyRing, logIns);
  const forgetting = setInterval(() => {
    if (clock.doubt() !== undefined) return;
    logIns.forgetEnded().catch((err: unknown) => deps.log.warn({ err }, 'log-ins that are over stay'));
  }, FORGET_EVERY_MS);
  forgetting.unref();
  app.addHook('onClose', () => clearInterval(forgetting));
  const saveUses = () =>
    uses.save().catch((err: unknown) => deps.log.warn({ err }, 'when keys were used last is not kept'));
  const saving = setInterval(saveUses, SAVE_USES_EVERY_MS);
  saving.unref();
  app.addHook('onClose', async () => {
    clearInterval(saving);
    await saveUses();
  });
  requireKeys(app, { store: deps.store, keys: new KeyAttempts(keyRing), logIns, uses });
  if (position) followPositions(app, { ...position, store: deps.store });
  logRequests(app);
  auditChanges(app, deps);

  const operations: Operation[] = [];
  app.addHook('onRoute', ({ config, method }) => {
    if (config?.operation && method !== 'HEAD') operations.push(config.operation);
  });

  const fleet = new FleetIndex({
    ...deps,
    changes: new DataChanges(deps.config.dataDir),
    counted: (census) => void running.alarms.fleetSeen(census),
  });
  // Begins at once, so that nobody has to wait for the first round.
  app.addHook('onListen', async () => fleet.begin());
  app.addHook('onClose', () => fleet.close());
  app.addHook('onClose', () => edges.stop());
  const writer = new SettingsWriter(deps);
  addChargePointRoutes(app, deps, fleet, writer);
  addChargePointMapRoute(app, deps, fleet);
  addSavedFilterRoutes(app, deps);
  addMessageRoute(app, deps);
  addSecurityRoutes(app, deps, writer);
  addSecurityEventRoutes(app, deps);
  await addCallRoute(app, deps);
  addCommandRoutes(app, deps);
  addConfigurationRoutes(app, deps);
  addConfigurationTemplateRoutes(app, deps, fleet);
  addConfigurationDriftRoutes(app, deps, fleet);
  addAvailabilityRoute(app, deps);
  addReservationRoutes(app, deps);
  addChargingProfileRoutes(app, deps);
  addCompositeScheduleRoute(app, deps);
  addTokenRoutes(app, deps);
  await addTokenImport(app, deps);
  addTransactionRoutes(app, deps);
  addTransactionEnergyRoute(app, deps);
  addTransactionCorrectionRoutes(app, deps);
  addTransactionClosingRoute(app, deps);
  addLocalListRoutes(app, deps);
  addLocalListSyncRoutes(app, deps);
  addJobRoutes(app, deps);
  addCampaignRoutes(app, deps);
  addCampaignResultRoute(app, deps);
  addAlarmRuleRoutes(app, deps);
  addAlarmRoutes(app, deps);
  addCertificateAuthorityRoutes(app, deps);
  addCertificateRoutes(app, deps);
  addCertificateRequestRoutes(app, deps);
  addInstalledCertificateRoutes(app, deps);
  addManufacturerRootRoutes(app, deps);
  const sites = startSites({
    ...deps,
    lead: leadership ?? ALONE,
    settings: deps.config.sites,
    edgeOf: (chargePointId) => edges.holder(chargePointId),
    call: (call) => calls.call(call),
  });
  app.addHook('onClose', () => sites.stop());
  addSiteRoutes(app, deps, sites);
  addChargingWishRoutes(app, deps, sites);
  addAnalyticsRoutes(app, deps);
  addSavedQueryRoutes(app, deps);
  addReportRoutes(app, deps);
  addBackupRoutes(app, deps);
  addEventRoute(app, deps, recognition);
  const accounts = new UserAccounts(deps.store, new Passwords());
  const { oidc } = deps.config.api;
  const provider = oidc.issuer === '' ? undefined : new OidcProvider(oidc, deps.log);
  addSessionRoutes(app, { ...deps, keys: keyRing, logIns, recognition, accounts, provider });
  addOidcRoutes(app, { ...deps, provider, logIns, accounts });
  addConsoleSessionRoutes(app, logIns);
  addUserRoutes(app, deps.store, accounts);
  addApiKeyRoutes(app, deps.store, keyRing, uses);
  addAuditRoute(app, deps.store, operations);
  addOverviewRoute(app, deps, fleet);
  addFleetSecurityRoute(app, deps, fleet);
  addSystemRoute(app, deps, version);
  addClusterRoutes(app, deps, version);
  addHealthRoutes(app, readiness);
  addMetricsRoute(app, deps);
  addDocsRoutes(app, operations, version);
  addConsoleRoutes(app, deps.config);
  return app;
}

/** The lease under which one node of the cluster does what is done over time. */
function leadershipOf({ store, config, log }: Pick<AppOptions, 'store' | 'config' | 'log'>): Leadership {
  const leadership = new Leadership({
    store,
    name: 'operations',
    process: processName({ node: config.cluster.node, process: 'control' }),
    lease: config.cluster.lease,
    log,
    registry: metrics,
  });
  leadership.start();
  return leadership;
}
