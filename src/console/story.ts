import { connectionStory } from './connection-story.ts';
import type { Happening, Kind } from './happening.ts';
import type { ConnectionEvent, Message } from './model.ts';
import { t } from './words/words.ts';

type Payload = Readonly<Record<string, unknown>>;

const KIND_OF: Readonly<Record<string, Kind>> = {
  StatusNotification: 'Status',
  FirmwareStatusNotification: 'Status',
  DiagnosticsStatusNotification: 'Status',
  StartTransaction: 'Transactions',
  StopTransaction: 'Transactions',
  Authorize: 'Transactions',
  BootNotification: 'Boot',
};

/**
 * Joins each CALL with its answer, and what became of the connection. `messages` newest first; so is the
 * story.
 */
export function storyOf(
  messages: readonly Message[],
  connections: readonly ConnectionEvent[] = [],
): Happening[] {
  const answers = new Map<string, Message>();
  const story: Happening[] = [];
  for (const message of messages.toSorted(answersFirst)) {
    if (isAnswer(message)) {
      answers.set(`${message.direction}${message.messageId}`, message);
      continue;
    }
    const towards = message.direction === 'in' ? 'out' : 'in';
    const key = `${towards}${message.messageId}`;
    const answer = answers.get(key);
    answers.delete(key);
    story.push(happeningOf(message, answer));
  }
  // An answer whose CALL lies before what was asked for.
  for (const answer of answers.values()) story.push(happeningOf(answer, undefined));
  story.push(...connectionStory(connections));
  return story.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
}

/** Newest first; an answer within the millisecond of its CALL is newer, however they are listed. */
function answersFirst(a: Message, b: Message): number {
  if (a.receivedAt !== b.receivedAt) return a.receivedAt < b.receivedAt ? 1 : -1;
  return Number(isAnswer(b)) - Number(isAnswer(a));
}

function isAnswer({ type }: Message): boolean {
  return type === 'CALLRESULT' || type === 'CALLERROR';
}

function happeningOf(call: Message, answer: Message | undefined): Happening {
  const request = read(call.payload);
  const response = read(answer?.payload ?? '{}');
  const { word, tone } = outcomeOf(call, answer, response);
  const failed = tone === 'fault';
  const own = call.direction === 'out' ? 'Commands' : KIND_OF[call.action];
  const faulty = call.action === 'StatusNotification' && request.errorCode !== 'NoError';
  return {
    key: `${call.receivedAt} ${call.direction} ${call.type} ${call.messageId}`,
    at: call.receivedAt,
    arrow: call.direction === 'in' ? '←' : '→',
    action: call.action || call.type,
    kinds: [...(own ? [own] : []), ...(failed || faulty ? (['Errors'] as const) : [])],
    summary: summaryOf(call.action, request, response),
    answer: word,
    tone: faulty && tone === 'none' ? 'fault' : tone,
    ...(answer && { durationMs: Date.parse(answer.receivedAt) - Date.parse(call.receivedAt) }),
    frames: answer ? [call, answer] : [call],
  };
}

function outcomeOf(
  call: Message,
  answer: Message | undefined,
  response: Payload,
): { word: string; tone: Happening['tone'] } {
  if (call.type === 'unreadable') return { word: t('unreadable'), tone: 'fault' };
  if (call.type === 'CALLERROR') return { word: call.errorCode, tone: 'fault' };
  if (call.type === 'CALLRESULT') return { word: t('answer to an earlier request'), tone: 'none' };
  if (!answer) return { word: t('no answer yet'), tone: 'attention' };
  if (answer.type === 'CALLERROR') return { word: answer.errorCode, tone: 'fault' };
  const info = response.idTagInfo as Payload | undefined;
  const status = String(info?.status ?? response.status ?? '');
  if (status === '') return { word: '', tone: 'none' };
  if (/^(Accepted|Unlocked|RebootRequired|Scheduled)$/.test(status))
    return { word: status, tone: 'available' };
  return {
    word: status,
    tone: /^(Pending|NotImplemented|NotSupported)$/.test(status) ? 'attention' : 'fault',
  };
}

/** What a request is about, in a few words. */
function summaryOf(action: string, request: Payload, response: Payload): string {
  const at =
    request.connectorId === undefined
      ? ''
      : t('connector {connectorId}', { connectorId: Number(request.connectorId) });
  switch (action) {
    case 'StatusNotification':
      return join(at, request.status, request.errorCode === 'NoError' ? '' : request.errorCode, request.info);
    case 'StartTransaction':
      return join(
        at,
        request.idTag,
        t('meter {meterStart} Wh', { meterStart: Number(request.meterStart) }),
        response.transactionId &&
          t('transaction {transactionId}', { transactionId: Number(response.transactionId) }),
      );
    case 'StopTransaction':
      return join(
        t('transaction {transactionId}', { transactionId: Number(request.transactionId) }),
        t('meter {meterStop} Wh', { meterStop: Number(request.meterStop) }),
        request.reason ?? 'Local',
      );
    case 'BootNotification':
      return join(`${request.chargePointVendor} ${request.chargePointModel}`, request.firmwareVersion);
    case 'Authorize':
      return String(request.idTag ?? '');
    case 'ChangeConfiguration':
      return `${request.key} = ${request.value}`;
    default:
      return plain(request);
  }
}

function plain(request: Payload): string {
  return Object.entries(request)
    .map(([name, value]) => `${name} ${typeof value === 'object' ? '…' : value}`)
    .join(' · ')
    .slice(0, 120);
}

function join(...words: readonly unknown[]): string {
  return words.filter((word) => word !== undefined && word !== '').join(' · ');
}

function read(payload: string): Payload {
  try {
    const value: unknown = JSON.parse(payload);
    return typeof value === 'object' && value !== null ? (value as Payload) : {};
  } catch {
    return {}; // Cut at its maximum length: the frame itself is shown all the same.
  }
}
