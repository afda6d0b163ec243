import { RPCClient } from 'ocpp-rpc';
import { onTestFinished } from 'vitest';
import type { Messages } from '../../src/protocol/v16/generated/messages.ts';

/**
 * A charge point of another make: `ocpp-rpc` in strict mode, which refuses what breaks a schema in either
 * direction.
 */
export interface StrictChargePoint {
  call<Action extends keyof Messages>(
    action: Action,
    request: Messages[Action]['request'],
  ): Promise<Messages[Action]['response']>;
  /** The actions that the Central System called, in order. */
  readonly asked: readonly string[];
}

/**
 * What of the client is used here; its own types demand every option and leave handlers of all actions out.
 */
interface Client {
  connect(): Promise<unknown>;
  close(options: { force: boolean }): Promise<unknown>;
  call(action: string, payload: unknown): Promise<unknown>;
  handle(handler: (call: { readonly method: string; readonly params: unknown }) => unknown): void;
}
type NewClient = new (options: Readonly<Record<string, unknown>>) => Client;

/** Connects; answers every CALL with `answer(action, payload)`. Disconnected after the test. */
export async function connectStrictChargePoint(
  endpoint: string,
  identity: string,
  answer: (action: string, payload: unknown) => unknown,
): Promise<StrictChargePoint> {
  const asked: string[] = [];
  const client = new (RPCClient as unknown as NewClient)({
    endpoint,
    identity,
    protocols: ['ocpp1.6'],
    strictMode: true,
  });
  client.handle(({ method, params }) => {
    asked.push(method);
    return answer(method, params);
  });
  onTestFinished(async () => {
    await client.close({ force: true });
  });
  await client.connect();
  return {
    asked,
    call: (action, request) => client.call(action, request) as Promise<Messages[typeof action]['response']>,
  };
}
