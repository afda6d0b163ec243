import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { CommandRecord } from '../../store/command-record.ts';
import { callChargePoint, callErrors } from '../charge-point-call.ts';
import { findChargePoint } from '../charge-point-view.ts';
import { followUpOf, viewCommand } from '../command-view.ts';
import type { ControlDeps } from '../deps.ts';
import { apiError } from '../errors.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { addRoute } from '../route.ts';

const tag = 'Calls';
const id = { type: 'string', description: 'Identity of the charge point, percent-encoded.' };
const path = '/api/v1/charge-points/{id}/commands';
const example = {
  messageId: 'm4x1a2b3-9f8e7d6c5b4a-2',
  chargePointId: 'CP-17',
  action: 'TriggerMessage',
  request: { requestedMessage: 'StatusNotification', connectorId: 1 },
  sentAt: '2026-03-01T12:00:00.000Z',
  outcome: 'result',
  answeredAt: '2026-03-01T12:00:00.084Z',
  answer: 'Accepted',
  followUp: 'complete',
  awaitedUntil: '2026-03-01T12:01:00.084Z',
  consequences: [
    {
      action: 'StatusNotification',
      messageId: '4711',
      connectorId: 1,
      transactionId: null,
      status: 'Available',
      at: '2026-03-01T12:00:00.310Z',
    },
  ],
  version: 12,
};
const answer = {
  outcome: 'result',
  messageId: example.messageId,
  payload: { status: 'Accepted' },
  durationMs: 84,
};

const wait = {
  type: 'number',
  minimum: 0,
  maximum: 60,
  default: 0,
  description: 'Seconds to wait for what follows.',
};

const list: Operation = {
  id: 'listCommands',
  method: 'GET',
  path,
  tag,
  scope: 'chargePoint',
  summary: 'List what a charge point was made to do, with what followed',
  description:
    'The newest calls of the actions that something follows later: RemoteStartTransaction, RemoteStopTransaction, Reset, UnlockConnector, ' +
    'ChangeAvailability, TriggerMessage, ExtendedTriggerMessage, however they were sent. OCPP 1.6 ties no message to a call: the first one ' +
    'that fits in content and time is taken for what followed.',
  params: { id },
  query: { action: { type: 'string', description: 'Only calls of this action.' } },
  responses: { 200: json('Commands, newest first.', ref('CommandList'), { items: [example] }) },
  errors: ['unknown_charge_point'],
};

const get: Operation = {
  id: 'getCommand',
  method: 'GET',
  path: `${path}/{messageId}`,
  tag,
  scope: 'chargePoint',
  summary: 'Get a command, with what followed it',
  params: { id, messageId: { type: 'string', description: '`messageId` of the answer to the call.' } },
  query: { wait },
  responses: { 200: json('The command.', ref('Command'), example) },
  errors: ['unknown_charge_point', 'unknown_command'],
};

const trigger: Operation = {
  id: 'triggerMessage',
  idempotent: true,
  method: 'POST',
  path: '/api/v1/charge-points/{id}/trigger',
  tag,
  scope: 'chargePoint',
  summary: 'Have a charge point send a message, and see it come',
  description:
    'Sends TriggerMessage. Nothing is refused for plausibility: the charge point decides. A BootNotification may be asked for only until the ' +
    'charge point is accepted (errata 3.40): after that the answer is 409 `registration_state`. With `wait` the answer includes the triggered ' +
    'message, too; without it, look at the command later.',
  params: { id },
  query: { wait },
  body: {
    required: true,
    checked: true,
    content: {
      'application/json': {
        schema: ref('Trigger'),
        examples: { status: { requestedMessage: 'StatusNotification', connectorId: 1 } },
      },
    },
  },
  responses: { 200: json('The charge point answered.', ref('Triggered'), { answer, command: example }) },
  errors: callErrors,
};

interface OfCharger {
  Params: { id: string };
}

interface TriggerBody {
  readonly requestedMessage: string;
  readonly connectorId?: number;
  readonly extended?: boolean;
}

export function addCommandRoutes(app: FastifyInstance, deps: ControlDeps): void {
  const { commands } = deps.store;

  const find = (chargePointId: string, messageId: string): CommandRecord => {
    if (!findChargePoint(deps.store, chargePointId)) {
      throw apiError('unknown_charge_point', { id: chargePointId });
    }
    const command = commands.get(chargePointId, messageId);
    if (!command) throw apiError('unknown_command', { id: chargePointId, messageId });
    return command;
  };

  addRoute<OfCharger & { Querystring: { action?: string } }>(app, list, ({ params, query }) => {
    if (!findChargePoint(deps.store, params.id)) throw apiError('unknown_charge_point', { id: params.id });
    const now = Date.now();
    const items = commands
      .of(params.id)
      .filter(({ action }) => query.action === undefined || action === query.action);
    return { items: items.map((command) => viewCommand(command, now)) };
  });

  addRoute<{ Params: { id: string; messageId: string }; Querystring: { wait: number } }>(
    app,
    get,
    async ({ params, query }, reply) => {
      const command = await following(() => find(params.id, params.messageId), query.wait, reply);
      return viewCommand(command, Date.now());
    },
  );

  addRoute<OfCharger & { Body: TriggerBody; Querystring: { wait: number } }>(
    app,
    trigger,
    async ({ params, query, body: { extended, ...request } }, reply) => {
      const action = extended ? 'ExtendedTriggerMessage' : 'TriggerMessage';
      const answered = await callChargePoint(deps, params.id, action, request);
      const command = await following(() => find(params.id, answered.messageId), query.wait, reply);
      return { answer: answered, command: viewCommand(command, Date.now()) };
    },
  );
}

/** How often the store is looked at for what followed, ms. */
const LOOK_EVERY_MS = 50;

/** The command once nothing more is awaited, after `seconds`, or when the client has left. */
async function following(
  find: () => CommandRecord,
  seconds: number,
  reply: FastifyReply,
): Promise<CommandRecord> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const command = find();
    if (followUpOf(command, Date.now()) !== 'awaited' || Date.now() >= deadline || reply.raw.destroyed)
      return command;
    await delay(LOOK_EVERY_MS);
  }
}
