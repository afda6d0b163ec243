import type { Order, Orders } from '../../protocol/orders.ts';
import type { CampaignItem, CampaignStep, SecurityTask } from '../../store/campaign-record.ts';
import { newChargePointKey } from '../../store/charge-point-key.ts';
import { currentProfile } from '../../store/current-profile.ts';
import { dialectOfChargePoint } from '../../store/sessions.ts';
import type { Store } from '../../store/store.ts';
import { type Judgement, judgeRenewal, wordOf } from './campaign-task.ts';

export type StepStore = Pick<
  Store,
  | 'settings'
  | 'security'
  | 'sessions'
  | 'configurations'
  | 'givenKeys'
  | 'installedCertificates'
  | 'certificates'
  | 'signings'
  | 'referencedCalls'
>;

export interface StepOptions {
  readonly store: StepStore;
  /**
   * Certificates of other authorities are trusted too (`ocpp.tls.clientCas`), so who has none of Farad's may
   * have one of theirs.
   */
  readonly trustsOthers: boolean;
  /** Epoch ms. */
  readonly now: number;
}

/** A CALL that brings a charge point one step further. */
export interface StepCall extends Order, Pick<CampaignStep, 'name' | 'key'> {}

/** What is to be done next at a charge point, or how far it is. */
export type NextStep = { readonly call: StepCall } | { readonly judgement: Judgement };

/**
 * How long a charge point has after a new password to hang up and come back, ms, before it is asked for more.
 */
const SETTLES_WITHIN_MS = 15_000;

/** Whether a task changes what secures the connection of a charge point. */
export function isSecurityTask(task: object): task is SecurityTask {
  return 'security' in task;
}

/**
 * What comes next for a charge point of a security campaign. It is worked out from what the charge point has
 * by now, so nothing is done twice and nothing that it has already; each step is taken once at most. The
 * order is that of the security whitepaper (ed. 3 A05): what a profile needs first, then the profile. A step
 * that is refused ends it, and the charge point stays as it was.
 */
export function nextStep(options: StepOptions, task: SecurityTask, item: CampaignItem): NextStep {
  const { steps = [] } = item;
  const refusal = refusedStep(steps.at(-1));
  if (refusal !== undefined) return { judgement: refusal };
  switch (task.security) {
    case 'rotate-password':
      return rotatePassword(options, item, steps);
    case 'renew-certificate':
      return certificate(options, item, steps) ?? ended('installed');
    case 'raise-profile':
      return raiseProfile(options, task, item, steps);
  }
}

/** Statuses that say no; anything else is looked at by what follows. */
function refusedStep(step: CampaignStep | undefined): Judgement | undefined {
  const { answer } = step ?? {};
  if (step === undefined || answer == null || answer.kind === 'none') return undefined;
  const word = wordOf(answer);
  const isGood = answer.kind === 'result' && (word === undefined || GOOD.has(word));
  const tellsNone = step.name === 'ask_roots' && word === 'NotFound';
  return isGood || tellsNone ? undefined : { state: 'failed', reason: `${step.name}: ${word}` };
}

const GOOD: ReadonlySet<string> = new Set(['Accepted', 'RebootRequired']);

function raiseProfile(
  options: StepOptions,
  task: Extract<SecurityTask, { security: 'raise-profile' }>,
  item: CampaignItem,
  steps: readonly CampaignStep[],
): NextStep {
  const { store } = options;
  const { chargePointId: id } = item;
  const { profile } = task;
  const told = steps.find(({ name }) => name === 'security_profile');
  if (currentProfile(store, id) >= profile) return ended(told ? 'reached' : 'nothing_to_do');
  if (
    told?.answer &&
    !store.security.state(id, store.settings.get(id)).pending.some((one) => one.profile === profile)
  )
    return { judgement: { state: 'failed', reason: 'withdrawn' } };
  if (told) return running(hasComeBack(store, id, told) ? FELL_BACK : waitingFor(told, 'connection'));
  return (
    (profile <= 2 ? password(options, id, steps) : undefined) ??
    (profile >= 2 && !task.force ? root(options, task.rootCertificate, id, steps) : undefined) ??
    (profile === 3 && !mayHaveCertificate(options, id) ? certificate(options, item, steps) : undefined) ??
    step('security_profile', ordersFor(store, id).setSecurityProfile(profile))
  );
}

/** It is back by the profile that it had. */
const FELL_BACK = 'fell_back';

/** A charge point that has no password gets one (A05.FR.02). */
function password(
  { store, now }: StepOptions,
  id: string,
  steps: readonly CampaignStep[],
): NextStep | undefined {
  const given = steps.find(({ name }) => name === 'authorization_key');
  if (given === undefined) {
    const accepted = store.givenKeys.accepted(id, store.settings.get(id));
    return accepted.some(({ keyHash }) => keyHash !== null) ? undefined : newPassword(store, id);
  }
  const isLater = steps.at(-1) !== given;
  const isSettled = hasComeBack(store, id, given) || now - given.askedAt > SETTLES_WITHIN_MS;
  return isLater || isSettled ? undefined : running('settling');
}

/** A charge point that is not known to have a root is asked, and gets the one of the task (A05.FR.03). */
function root(
  { store }: StepOptions,
  pem: string | undefined,
  id: string,
  steps: readonly CampaignStep[],
): NextStep | undefined {
  const known = store.installedCertificates.get(id, 'CentralSystemRootCertificate');
  if ((known?.certificates?.length ?? 0) > 0 || (known?.sent.length ?? 0) > 0) return undefined;
  const taken = (name: CampaignStep['name']) => steps.some((step) => step.name === name);
  if (!taken('ask_roots')) {
    return step('ask_roots', ordersFor(store, id).askRoots());
  }
  if (pem === undefined) return { judgement: { state: 'failed', reason: 'no_root' } };
  if (taken('install_root')) return { judgement: { state: 'unknown', reason: 'install_root: no answer' } };
  return step('install_root', ordersFor(store, id).installRoot(pem));
}

function mayHaveCertificate({ store, trustsOthers, now }: StepOptions, id: string): boolean {
  const isGood = ({ state, notAfter }: { state: string; notAfter: number }) =>
    (state === 'issued' || state === 'installed') && notAfter > now;
  return trustsOthers || store.certificates.of(id).some(isGood);
}

/** A new certificate, to its installation; undefined once that is done. */
function certificate(
  { store }: StepOptions,
  { chargePointId: id }: CampaignItem,
  steps: readonly CampaignStep[],
): NextStep | undefined {
  const asked = steps.find(({ name }) => name === 'certificate');
  if (asked === undefined) {
    return step('certificate', ordersFor(store, id).askForCertificateRequest());
  }
  const judgement = judgeRenewal(store.signings.of(id), asked.askedAt);
  if (judgement.state === 'succeeded') return undefined;
  return { judgement: { ...judgement, reason: `certificate: ${judgement.reason}` } };
}

function rotatePassword(
  { store }: StepOptions,
  item: CampaignItem,
  steps: readonly CampaignStep[],
): NextStep {
  const { chargePointId: id } = item;
  const accepted = store.givenKeys.accepted(id, store.settings.get(id));
  const [given] = steps;
  if (given === undefined) {
    if (currentProfile(store, id) === 3)
      return { judgement: { state: 'failed', reason: 'uses_certificate' } };
    const hasPassword = accepted.some(({ keyHash }) => keyHash !== null);
    return hasPassword ? newPassword(store, id) : { judgement: { state: 'failed', reason: 'no_password' } };
  }
  const messageId = store.referencedCalls.get(id, given.reference)?.messageId;
  const mine = accepted.filter((key) => key.messageId === messageId);
  if (mine.length === 0) return { judgement: { state: 'failed', reason: 'superseded' } };
  // Of the forms in which it may show the key it has shown this one.
  return mine.length === 1 && accepted.length === 1
    ? ended('shown')
    : running(waitingFor(given, 'connection'));
}

/** A password that nobody sees: it is made here, sent, and kept by nobody but as a hash by the edge. */
function newPassword(store: StepStore, id: string): NextStep {
  return step('authorization_key', ordersFor(store, id).setPassword(newChargePointKey().toString('hex')));
}

function step(name: CampaignStep['name'], order: Order): NextStep {
  return { call: { name, ...order } };
}

function ordersFor(store: StepStore, id: string): Orders {
  return dialectOfChargePoint(store, id).orders;
}

/** Whether it has connected anew since it was asked. */
function hasComeBack({ sessions }: StepStore, id: string, { askedAt }: CampaignStep): boolean {
  return (sessions.get(id)?.connectedAt ?? 0) > askedAt;
}

function waitingFor({ answer }: CampaignStep, what: string): string {
  return answer?.kind === 'result' && wordOf(answer) === 'RebootRequired'
    ? 'reboot_required'
    : `waiting_for_${what}`;
}

function running(reason: string): NextStep {
  return { judgement: { state: 'running', reason } };
}

function ended(reason: string): NextStep {
  return { judgement: { state: 'succeeded', reason } };
}

/**
 * What a charge point comes to that did not get on in time: whoever is back by the old profile has failed, of
 * others nobody knows.
 */
export function overdue({ reason }: Judgement): Judgement {
  return reason === FELL_BACK
    ? { state: 'failed', reason }
    : { state: 'unknown', reason: reason ?? 'no_report' };
}
