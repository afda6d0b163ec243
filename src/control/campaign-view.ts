import { normalisePem } from '../certificates/pem.ts';
import type { CampaignTargets } from '../operations/campaigns/campaign-targets.ts';
import { jobKindOf } from '../operations/campaigns/campaign-task.ts';
import type { NewCampaign } from '../operations/campaigns/campaigns.ts';
import { dialectOf } from '../protocol/dialects.ts';
import { writeTimestamp } from '../protocol/timestamp.ts';
import type { CampaignItem, CampaignRecord, CampaignTask, SecurityTask } from '../store/campaign-record.ts';
import type { ChargePointFilter } from '../store/charge-point-filter.ts';
import { wantedProfile } from '../store/current-profile.ts';
import { findChargePoint } from '../store/known-charge-points.ts';
import type { Sight } from '../store/sight.ts';
import type { Store } from '../store/store.ts';
import { REDACTED, redactJson } from '../telemetry/redaction.ts';
import { checkPayload } from './charge-point-call.ts';
import { apiError } from './errors.ts';
import { instant } from './instant.ts';
import { readInstant } from './validation.ts';

/** A campaign as clients write it, already checked (`#/components/schemas/NewCampaign`). */
export interface NewCampaignBody {
  readonly name: string;
  readonly task: CampaignTask;
  readonly targets: ChargePointFilter & { readonly ids?: readonly string[] };
  readonly atOnce?: number;
  readonly startAt?: string;
  readonly endAt?: string;
  /** Seconds. */
  readonly itemTimeout?: number;
  readonly stopAfterFailed?: number;
}

const AT_ONCE = 10;
const ITEM_TIMEOUT_S = 86_400;
/** Characters of a name. */
const MAX_NAME = 200;
const AGAIN = ', again';
/** Problems that an answer lists at most. */
const PROBLEMS_SHOWN = 20;

/** Actions whose requestId Farad fills in where it is missing: one number does for all charge points. */
const NUMBERED: ReadonlySet<string> = new Set(['SignedUpdateFirmware', 'GetLog']);

/** What a campaign is read against. */
export interface CampaignGround {
  readonly store: Store;
  /** Of whoever asks for it. */
  readonly sight: Sight;
  readonly force: boolean;
}

/**
 * What an operator asks for. Throws an ApiError where that cannot be: a payload that breaks its schema,
 * charge points that nobody knows.
 */
export async function readCampaign(
  body: NewCampaignBody,
  { store, sight, force }: CampaignGround,
): Promise<NewCampaign> {
  const { name, targets, atOnce = AT_ONCE, startAt, endAt, itemTimeout = ITEM_TIMEOUT_S } = body;
  const { stopAfterFailed } = body;
  return {
    name,
    task: await readTask(body.task, store, force),
    targets: readTargets(targets, store, sight),
    ...(sight.scope && { scope: sight.scope }),
    atOnce,
    startAt: startAt === undefined ? 0 : (readInstant(startAt) ?? 0),
    endAt: endAt === undefined ? null : (readInstant(endAt) ?? null),
    itemTimeout: itemTimeout * 1000,
    ...(stopAfterFailed !== undefined && { stopAfterFailed }),
  };
}

/**
 * The same campaign for some charge points, at once. Undefined where its task had a secret, which is gone
 * with the end of the campaign.
 */
export function sameCampaignFor(
  campaign: CampaignRecord,
  ids: readonly string[],
): NewCampaignBody | undefined {
  const { name, task, atOnce, itemTimeout, stopAfterFailed } = campaign;
  if (JSON.stringify(task).includes(REDACTED)) return undefined;
  return {
    name: `${name.slice(0, MAX_NAME - AGAIN.length)}${AGAIN}`,
    task: taskAsGiven(task),
    targets: { ids },
    atOnce,
    itemTimeout: itemTimeout / 1000,
    ...(stopAfterFailed !== undefined && { stopAfterFailed }),
  };
}

/** Without what Farad has filled in: a request that is made again has a number of its own. */
function taskAsGiven(task: CampaignTask): CampaignTask {
  if (!('action' in task) || !NUMBERED.has(task.action)) return task;
  const { requestId: _, ...payload } = task.payload;
  return { ...task, payload };
}

async function readTask(task: CampaignTask, store: Store, force: boolean): Promise<CampaignTask> {
  if ('localList' in task) return task;
  if ('template' in task) return readTemplateTask(task.template, store);
  if ('security' in task) return readSecurityTask(task, force);
  const { action } = task;
  const isNumbered = NUMBERED.has(action) && task.payload.requestId === undefined;
  const payload = isNumbered ? { ...task.payload, requestId: await store.requestIds.next() } : task.payload;
  // A campaign is written in one version, whichever its charge points speak.
  const dialect = dialectOf();
  if (dialect.isCentralSystemAction(action)) checkPayload(dialect, action, payload);
  const isForced = force && wantedProfile(action, payload) !== undefined;
  return { action, payload, ...(isForced && { force }) };
}

/** A campaign does what the template says now; what it says later is for another one. */
function readTemplateTask(template: string, { configurationTemplates }: Store): CampaignTask {
  const found = configurationTemplates.get(template);
  if (!found) throw invalid([{ path: '/task/template', problem: 'is unknown' }]);
  return { template, version: found.version };
}

/** The root goes out as charge points know PEM, and has to fit into InstallCertificate like that. */
function readSecurityTask(task: SecurityTask, force: boolean): SecurityTask {
  if (task.security !== 'raise-profile') return task;
  const { rootCertificate: given } = task;
  const forced = { ...task, ...(force && { force }) };
  if (given === undefined) return forced;
  const rootCertificate = normalisePem(given, 'CERTIFICATE') || given;
  const dialect = dialectOf();
  const { action, payload } = dialect.orders.installRoot(rootCertificate);
  checkPayload(dialect, action, payload);
  return { ...forced, rootCertificate };
}

function readTargets(
  { ids, ...filter }: NewCampaignBody['targets'],
  store: Store,
  sight: Sight,
): CampaignTargets {
  if (!ids) return filter;
  if (Object.keys(filter).length > 0) {
    throw invalid([{ path: '/targets', problem: 'has either `ids` or a filter' }]);
  }
  const unknown = ids.flatMap((id, index) =>
    sight.sees(id) && findChargePoint(store, id)
      ? []
      : [{ path: `/targets/ids/${index}`, problem: 'is unknown' }],
  );
  if (unknown.length > 0) throw invalid(unknown);
  return { ids };
}

function invalid(problems: readonly { path: string; problem: string }[]) {
  const [first] = problems;
  const others = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return apiError(
    'invalid_body',
    { problem: `${first?.path} ${first?.problem}${others}` },
    { problems: problems.slice(0, PROBLEMS_SHOWN) },
  );
}

/** `#/components/schemas/Campaign` */
export function viewCampaign(campaign: CampaignRecord) {
  const { id, name, task, targets, atOnce, startAt, endAt, itemTimeout, state, createdAt, counts } = campaign;
  return {
    id,
    name,
    task: redactJson(task),
    targets,
    atOnce,
    startAt: writeTimestamp(startAt === 0 ? createdAt : startAt),
    endAt: instant(endAt),
    itemTimeout: itemTimeout / 1000,
    stopAfterFailed: campaign.stopAfterFailed ?? null,
    state,
    counts: { ...counts, total: Object.values(counts).reduce((sum, count) => sum + count, 0) },
    createdAt: writeTimestamp(createdAt),
    startedAt: instant(campaign.startedAt),
    endedAt: instant(campaign.endedAt),
    endReason: campaign.endReason ?? null,
    version: campaign.version,
  };
}

/** `#/components/schemas/CampaignResult` */
export function viewResult(item: CampaignItem, task: CampaignTask) {
  const { chargePointId, state, reason, answer, reference, attempts, askedAt, endedAt } = item;
  return {
    chargePointId,
    state,
    reason,
    answer: redactJson(answer),
    steps: (item.steps ?? []).map((step) => ({
      name: step.name,
      key: step.key ?? null,
      askedAt: writeTimestamp(step.askedAt),
      answer: redactJson(step.answer),
    })),
    jobId: jobKindOf(task) === undefined || askedAt === null ? null : reference,
    attempts,
    askedAt: instant(askedAt),
    endedAt: instant(endedAt),
  };
}
