import type { CallAnswer, CentralSystem } from '../../src/central-system/central-system.ts';
import type { ChargePointCall } from '../../src/link/methods.ts';
import type { CallReply, ChargePointCalls } from '../../src/operations/charge-point-calls.ts';
import { isCentralSystemAction } from '../../src/protocol/v16/actions.ts';
import { ocpp16 } from '../../src/protocol/v16/dialect.ts';
import { checkRequest } from '../../src/protocol/v16/validate.ts';

/** What a scripted charge point does with a CALL: answers, or a name for what goes wrong. */
export type Script =
  | { readonly result: object }
  | { readonly error: string }
  | 'timeout'
  | 'connection_lost'
  | 'not_connected'
  | 'queue_full'
  /** The CALL leaves and is answered; the answer reaches the edge, and nobody else. */
  | { readonly onlyEdgeHears: object }
  /** The edge dies once the CALL has left, or before it has. */
  | 'edge_dies'
  | 'edge_dies_before'
  /** Nobody hears from the edge any more. */
  | 'edge_silent';

/**
 * Charge points whose answers a test writes, behind a real central system: it notes what it notes in an edge.
 * Every CALL is held against its schema.
 */
export class ScriptedChargePoints implements ChargePointCalls {
  readonly asked: { chargePointId: string; action: string; payload: Record<string, unknown> }[] = [];
  readonly disconnected = new Set<string>();
  script: (call: ChargePointCall) => Script | Promise<Script> = () => ({ result: { status: 'Accepted' } });
  private readonly central: Pick<CentralSystem, 'chargePoint' | 'beforeCall' | 'onCallAnswered'>;
  private readonly clock: () => number;
  private messages = 0;
  private readonly noting = new Set<Promise<unknown>>();

  constructor(
    central: Pick<CentralSystem, 'chargePoint' | 'beforeCall' | 'onCallAnswered'>,
    clock: () => number = Date.now,
  ) {
    this.central = central;
    this.clock = clock;
  }

  isConnected(chargePointId: string): boolean {
    return !this.disconnected.has(chargePointId);
  }

  /** Resolves when the edge has noted all that it has to. */
  async idle(): Promise<void> {
    while (this.noting.size > 0) await Promise.all(this.noting);
  }

  private async note<Result>(noted: Promise<Result>): Promise<Result> {
    this.noting.add(noted);
    try {
      return await noted;
    } finally {
      this.noting.delete(noted);
    }
  }

  async call(call: ChargePointCall): Promise<CallReply> {
    const { chargePointId, action, payload, reference } = call;
    const violation = isCentralSystemAction(action) ? checkRequest(action, payload) : undefined;
    if (violation) throw new Error(`${action}: ${violation.description}`);
    const script = await this.script(call);
    if (script === 'not_connected' || script === 'queue_full') return { outcome: script };
    if (script === 'edge_dies_before') return { outcome: 'connection_lost' };
    if (script === 'edge_silent') return { outcome: 'timeout' };
    const chargePoint = this.central.chargePoint(chargePointId, ocpp16);
    const messageId = `scripted-${++this.messages}`;
    const sent = { messageId, action, payload, sentAt: this.clock(), ...(reference && { reference }) };
    await this.note(Promise.resolve(this.central.beforeCall(chargePoint, sent)));
    this.asked.push({ chargePointId, action, payload: payload as Record<string, unknown> });
    if (script === 'edge_dies') return { outcome: 'connection_lost' };
    const answer = answerOf(script);
    await this.note(this.central.onCallAnswered(chargePoint, sent, answer));
    if (typeof script === 'object' && 'onlyEdgeHears' in script) return new Promise(() => undefined);
    if (answer.kind === 'result')
      return { outcome: 'result', messageId, payload: answer.payload, durationMs: 1 };
    if (answer.kind === 'none') return { outcome: answer.reason as 'timeout' | 'connection_lost', messageId };
    return { outcome: 'error', messageId, code: answer.code, description: '', details: {}, durationMs: 1 };
  }

  /** Of each CALL: the action, and what of a local list it carries. */
  get actions(): string[] {
    return this.asked.map(({ action, payload }) => {
      const entries = payload.localAuthorizationList as { idTag: string; idTagInfo?: object }[] | undefined;
      if (!entries) return action;
      const tags = entries.map(({ idTag, idTagInfo }) => (idTagInfo ? idTag : `-${idTag}`));
      return `${String(payload.updateType)} ${String(payload.listVersion)}: ${tags.join(' ')}`.trimEnd();
    });
  }
}

type Answered = Extract<Script, object | 'timeout' | 'connection_lost'>;

function answerOf(script: Answered): CallAnswer {
  if (script === 'timeout' || script === 'connection_lost') return { kind: 'none', reason: script };
  if ('error' in script) return { kind: 'error', code: script.error };
  return { kind: 'result', payload: 'result' in script ? script.result : script.onlyEdgeHears };
}
