import { dialectOfChargePoint } from '../../store/sessions.ts';
import { FAILED_SIGNINGS, type Signing, type SigningChange } from '../../store/signings.ts';
import type { Store } from '../../store/store.ts';
import type { ThrottledLog } from '../../telemetry/log.ts';
import { metrics } from '../../telemetry/metrics.ts';
import { watchman } from '../../telemetry/watchman.ts';
import type { ChargePointCalls } from '../charge-point-calls.ts';
import { ALONE, type Lead } from '../leadership.ts';
import { type Outcome, outcomeOf } from '../referenced-outcome.ts';
import { RequestIntake } from './request-intake.ts';
import type { SigningHook } from './signing-hook.ts';
import { certificateAfter, endOf, type SigningEnd } from './signing-outcome.ts';
import { type Signed, type SigningTaskOptions, signRequest, takeCertificate } from './signing-task.ts';

export interface SigningsOptions extends SigningTaskOptions {
  readonly store: SigningTaskOptions['store'] &
    Pick<
      Store,
      'certificateRequests' | 'signings' | 'certificates' | 'referencedCalls' | 'sessions' | 'refresh'
    >;
  readonly calls: ChargePointCalls;
  readonly log: ThrottledLog;
  /** Default: this process leads always. */
  readonly lead?: Lead;
  /** Told of each request that nobody will sign, and why. Rejects where it could not be written down. */
  readonly refused: (chargePointId: string, problem: string) => Promise<void>;
  /** How long a request waits for its certificate, and that for its charge point, ms. */
  readonly patience: number;
  /** ms that a charge point may take to answer, and that a CALL may wait to be sent (`ocpp.callTimeout`). */
  readonly callTimeout: number;
  /** How often requests are looked at, ms. */
  readonly stepEveryMs?: number;
}

const ended = metrics.counter(
  'farad_certificate_signings_total',
  'Signing requests of charge points by what became of them.',
  ['state'],
);
// Else the first one that fails would be no increase.
for (const state of FAILED_SIGNINGS) ended.with({ state });

const STEP_EVERY_MS = 1_000;
/** Requests that are looked at in one go, and worked on at a time. */
const LOOKED_AT = 200;
const AT_ONCE = 16;
/** How long is waited before another try, ms: of sending; of signing, twice as long each time. */
const SEND_AGAIN_MS = 10_000;
const ASK_AGAIN_MS = 60_000;
const SIGN_AGAIN_MS = 10_000;
const LONGEST_RETRY_MS = 3_600_000;
/** How often a certificate is sent whose fate is unknown. */
const MOST_SENDINGS = 3;
/** Beyond the times that the edge keeps, ms: its writes and the way to them. */
const MARGIN_MS = 5_000;

const inHand = watchman.workOf({ name: 'signing requests', limit: 10 * 60_000 });

/**
 * Brings signing requests of charge points to their end: has them signed, sends CertificateSigned, and keeps
 * what the charge point made of it. Each step is on the disk before the next one begins, so whichever process
 * dies, the next one goes on; a certificate is sent again only where it never left or nobody knows. What was
 * begun in a term that is over is left to whoever leads then.
 */
export class Signings {
  private readonly options: SigningsOptions;
  private readonly lead: Lead;
  /** Of the requests that were taken up in `term`. */
  private intake: RequestIntake;
  private term: number | undefined;
  private readonly working = new Map<string, Promise<void>>();
  /** Those of them that wait for a charge point or an outside authority. */
  private readonly waiting = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private stepping: Promise<void> | undefined;
  /** Where the last look ended. */
  private position: string | undefined;
  private isStopped = false;

  constructor(options: SigningsOptions) {
    this.options = options;
    this.lead = options.lead ?? ALONE;
    this.intake = this.newIntake();
  }

  start(): void {
    this.timer = setInterval(() => void this.step(), this.options.stepEveryMs ?? STEP_EVERY_MS).unref();
  }

  /** Begins nothing more, and takes no more answers; nothing touches the store once this has resolved. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.intake.stop();
    clearInterval(this.timer);
    await this.stepping;
    const writing = [...this.working].filter(([id]) => !this.waiting.has(id));
    await Promise.all(writing.map(([, done]) => done));
  }

  /** Resolves when nothing is worked on. */
  async idle(): Promise<void> {
    while (this.working.size > 0) await Promise.all(this.working.values());
  }

  /** Takes up new requests, and goes on with some of those that have not ended. */
  step(): Promise<void> {
    this.stepping ??= inHand
      .during(() => this.stepOnce())
      .catch((error: unknown) =>
        this.options.log.warn({ err: error }, 'signing requests could not be looked at'),
      )
      .finally(() => {
        this.stepping = undefined;
      });
    return this.stepping;
  }

  /**
   * Takes the certificate that an outside authority has made for a request, PEM. `misfit` says in words why
   * it does not fit; a request that waits for none is `wrong_state`.
   */
  async give(
    id: string,
    pem: string,
  ): Promise<Signing | 'unknown' | 'wrong_state' | { readonly misfit: string }> {
    const { store } = this.options;
    const signing = store.signings.get(id);
    if (signing === undefined) return 'unknown';
    if (signing.state !== 'received' && signing.state !== 'ordered') return 'wrong_state';
    const taken = await takeCertificate(this.options, signing, pem);
    if ('problem' in taken) return { misfit: taken.problem };
    const kept = await this.keepSigned(signing, taken);
    void this.step();
    return kept ?? 'wrong_state';
  }

  private newIntake(): RequestIntake {
    return new RequestIntake(this.options.store, this.options.clock, this.lead.isShared);
  }

  /** Whether this process is to leave to another one what was begun in `term`. */
  private isOver(term: number | undefined): boolean {
    return this.isStopped || this.lead.term() !== term;
  }

  private async stepOnce(): Promise<void> {
    const term = this.lead.term();
    if (term !== this.term) {
      this.term = term;
      this.intake.stop();
      this.intake = this.newIntake();
      this.position = undefined;
      // Those that wait for an answer do nothing more.
      for (const id of this.waiting) this.working.delete(id);
      this.waiting.clear();
    }
    if (term === undefined) return;
    // Whoever asks now does not wait until those have had their turn who are not there.
    for (const id of await this.intake.takeUp()) this.workOn(this.options.store.signings.get(id));
    const { signings } = this.options.store;
    const page = signings.open({
      limit: LOOKED_AT,
      ...(this.position !== undefined && { after: this.position }),
    });
    this.position = page.next;
    for (const signing of page.items) {
      if (this.isOver(term) || this.working.size >= AT_ONCE) return;
      this.workOn(signing);
    }
  }

  private workOn(signing: Signing | undefined): void {
    const isFree = signing !== undefined && this.working.size < AT_ONCE && !this.working.has(signing.id);
    if (isFree && !this.isOver(this.term)) this.work(signing);
  }

  private work(signing: Signing): void {
    const { clock, patience, calls, log } = this.options;
    const { id, state, chargePointId, nextAt, receivedAt } = signing;
    const now = clock();
    let step: (() => Promise<unknown>) | undefined;
    if (state === 'sending') step = () => this.recover(signing);
    else if (receivedAt + patience <= now) step = () => this.giveUp(signing);
    else if (nextAt > now) return;
    else if (state === 'received') step = () => this.sign(signing);
    else if (state === 'signed' && calls.isConnected(chargePointId)) step = () => this.send(signing);
    if (step === undefined) return;
    const done = step().then(
      () => undefined,
      (error: unknown) =>
        log.warn({ err: error, chargePoint: chargePointId }, 'a step of a signing request could not be done'),
    );
    const worked = done.finally(() => {
      if (this.working.get(id) === worked) this.working.delete(id);
    });
    this.working.set(id, worked);
  }

  private async sign(signing: Signing): Promise<void> {
    const { clock, calls } = this.options;
    const { term } = this;
    const attempts = signing.attempts + 1;
    const result = await signRequest({ ...this.options, hook: this.hookFor(signing) }, signing).catch(
      (error: unknown): Signed => ({ kind: 'later', problem: `it could not be signed: ${String(error)}` }),
    );
    if (this.isOver(term)) return;
    if (result.kind === 'signed') {
      const kept = await this.keepSigned(signing, result);
      if (kept && calls.isConnected(signing.chargePointId) && !this.isOver(term)) await this.send(kept);
    } else if (result.kind === 'refused') await this.end(signing, 'refused', result.problem, { attempts });
    else if (result.kind === 'ordered') {
      await this.change(signing, { state: 'ordered', attempts, problem: null });
    } else {
      const wait = Math.min(LONGEST_RETRY_MS, SIGN_AGAIN_MS * 2 ** Math.min(signing.attempts, 20));
      await this.change(signing, { attempts, problem: result.problem, nextAt: clock() + wait });
      this.tell(signing, result.problem);
    }
  }

  private keepSigned(
    signing: Signing,
    { chain, certificate }: Extract<Signed, { kind: 'signed' }>,
  ): Promise<Signing | undefined> {
    const change = { state: 'signed', chain, sha256: certificate.sha256, problem: null, nextAt: 0 } as const;
    const { attempts } = signing;
    return this.options.store.signings.change(
      signing.id,
      ['received', 'ordered'],
      { ...change, attempts: attempts + 1 },
      certificate,
    );
  }

  private async send(signing: Signing): Promise<void> {
    const { store, calls, clock } = this.options;
    const { term } = this;
    const { id, chargePointId, chain } = signing;
    const sendings = signing.sendings + 1;
    const reference = `${id}.${sendings}`;
    const sending = { state: 'sending', sendings, reference, sentAt: clock(), problem: null } as const;
    const announced = await store.signings.change(id, ['signed'], sending);
    if (announced === undefined || this.isOver(term)) return;
    const { orders } = dialectOfChargePoint(store, chargePointId);
    const call = { chargePointId, ...orders.handOverCertificate(chain ?? ''), reference };
    const reply = await this.waitFor(id, () => calls.call(call));
    store.refresh();
    await this.settle(announced, outcomeOf(reply, store.referencedCalls.get(chargePointId, reference)));
  }

  private hookFor({ id }: Signing): SigningHook | undefined {
    const { hook } = this.options;
    return hook && ((order) => this.waitFor(id, () => hook(order)));
  }

  /** What `ask` answers; for ever nothing after a stop, or when its term is over. */
  private async waitFor<Answer>(id: string, ask: () => Promise<Answer>): Promise<Answer> {
    const { term } = this;
    this.waiting.add(id);
    try {
      return await ask();
    } finally {
      if (this.isOver(term)) await new Promise<never>(() => undefined);
      this.waiting.delete(id);
    }
  }

  /**
   * CertificateSigned was handed over by a process that has ended, or that could not write down what came of
   * it.
   */
  private async recover(signing: Signing): Promise<void> {
    const { store, clock, callTimeout } = this.options;
    const { chargePointId, reference, sentAt } = signing;
    const call = reference === null ? undefined : store.referencedCalls.get(chargePointId, reference);
    const waitedFor = clock() - (call?.sentAt ?? sentAt ?? 0);
    if (call?.answer == null && waitedFor <= callTimeout + MARGIN_MS) return;
    await this.settle(
      signing,
      call === undefined
        ? { notSent: 'never_left' }
        : { answer: call.answer ?? { kind: 'none', reason: 'farad_restarted' } },
    );
  }

  private async settle(signing: Signing, outcome: Outcome): Promise<void> {
    const { clock } = this.options;
    const { sendings } = signing;
    if ('notSent' in outcome) {
      const problem = `it could not be sent: ${outcome.notSent}`;
      const nextAt = clock() + SEND_AGAIN_MS;
      await this.change(signing, { state: 'signed', sendings: sendings - 1, problem, nextAt });
      return;
    }
    const { answer } = outcome;
    if (answer.kind === 'none') {
      const problem = `nobody knows whether the charge point has it: ${answer.reason}`;
      if (sendings >= MOST_SENDINGS) await this.end(signing, 'failed', problem);
      else await this.change(signing, { state: 'signed', problem, nextAt: clock() + ASK_AGAIN_MS });
      return;
    }
    const { state, problem } = endOf(answer);
    await this.end(signing, state, problem);
  }

  private giveUp(signing: Signing): Promise<void> {
    const why =
      signing.problem ??
      (signing.state === 'ordered' ? 'the certificate has not come' : 'it was not connected');
    return this.end(signing, 'failed', `given up: ${why}`);
  }

  private async end(
    signing: Signing,
    state: SigningEnd,
    problem: string | null,
    more: SigningChange = {},
  ): Promise<void> {
    const { store, clock } = this.options;
    const now = clock();
    const known = signing.sha256 === null ? undefined : store.certificates.get(signing.sha256);
    const change = { ...more, state, problem, chain: null, endedAt: now };
    const certificate = certificateAfter(known, signing, state, now);
    if (!(await store.signings.change(signing.id, [signing.state], change, certificate))) return;
    ended.with({ state }).inc();
    if (problem !== null) this.tell(signing, problem);
    if (state === 'refused' && problem !== null) this.noteRefusal(signing, problem);
  }

  /** Not waited for: an edge that is away must not keep others from their certificates. */
  private noteRefusal({ chargePointId }: Signing, problem: string): void {
    const { refused, log } = this.options;
    refused(chargePointId, problem).catch((error: unknown) =>
      log.warn({ err: error, chargePoint: chargePointId }, 'a refused signing request is no security event'),
    );
  }

  private async change(signing: Signing, change: SigningChange): Promise<void> {
    await this.options.store.signings.change(signing.id, [signing.state], change);
  }

  /** For operators: it is theirs to mend (security whitepaper ed. 3 A02). */
  private tell({ id, chargePointId }: Signing, problem: string): void {
    const about = { chargePoint: chargePointId, request: id, problem };
    this.options.log.warn(about, 'a charge point does not get the certificate that it asked for');
  }
}
