import { writeTimestamp } from '../../protocol/timestamp.ts';
import type { AlarmEvent, AlarmNotice } from '../../store/alarm-record.ts';
import type { AlarmRuleRecord } from '../../store/alarm-rule-record.ts';
import { wallText } from '../wall-clock.ts';

/** The body of a webhook. */
export function webhookBody(rule: AlarmRuleRecord, notice: AlarmNotice, isTest = false): string {
  const { id, formedAt, events, lost } = notice;
  return JSON.stringify({
    id,
    test: isTest,
    rule: { id: rule.id, kind: rule.condition.kind, urgent: rule.isUrgent },
    at: writeTimestamp(formedAt),
    events: events.map(viewEvent),
    lost,
  });
}

function viewEvent({ id, event, at, alarm }: AlarmEvent) {
  const { kind, subject, chargePointId, connectorId, detail, since, raisedAt, endedAt, endReason } = alarm;
  const { acknowledged } = alarm;
  return {
    id,
    event,
    at: writeTimestamp(at),
    alarm: {
      id: alarm.id,
      kind,
      subject,
      chargePointId,
      connectorId,
      detail,
      since: writeTimestamp(since),
      raisedAt: writeTimestamp(raisedAt),
      endedAt: endedAt === null ? null : writeTimestamp(endedAt),
      endReason,
      acknowledged: acknowledged && { ...acknowledged, at: writeTimestamp(acknowledged.at) },
    },
  };
}

/** What a receiver gets to see that only wants to know whether messages arrive. */
export function testNotice(rule: AlarmRuleRecord, channel: AlarmNotice['channel'], at: number): AlarmNotice {
  const id = `test-${at.toString(36)}`;
  return {
    id: `${id}.${channel}`,
    ruleId: rule.id,
    channel,
    formedAt: at,
    events: [
      {
        id,
        event: 'raised',
        at,
        alarm: {
          id,
          ruleId: rule.id,
          kind: rule.condition.kind,
          subject: 'test',
          chargePointId: null,
          connectorId: null,
          detail: 'This is a test. Nothing is wrong.',
          since: at,
          raisedAt: at,
          endedAt: null,
          endReason: null,
          acknowledged: null,
        },
      },
    ],
    others: { raised: 0, reminder: 0, over: 0 },
    lost: 0,
  };
}

const WORDS = { raised: 'raised', reminder: 'still standing', over: 'over' } as const;

/** The subject and the text of an e-mail; times are those of `timeZone` (IANA; empty for UTC). */
export function emailText(
  rule: AlarmRuleRecord,
  notice: AlarmNotice,
  {
    isTest,
    consoleUrl,
    timeZone,
  }: { readonly isTest: boolean; readonly consoleUrl: string; readonly timeZone: string },
): { readonly subject: string; readonly text: string } {
  const { events, others, lost } = notice;
  const count = (event: AlarmEvent['event']) =>
    events.filter((listed) => listed.event === event).length + others[event];
  const counts = (['raised', 'reminder', 'over'] as const)
    .filter((event) => count(event) > 0)
    .map((event) => `${count(event)} ${WORDS[event]}`)
    .join(', ');
  const unlisted = others.raised + others.reminder + others.over;
  const lines = [
    `${rule.id}: ${counts}`,
    '',
    ...events.flatMap((event) => linesOf(event, timeZone)),
    ...(unlisted > 0 ? [`And ${unlisted} more, which the console lists.`, ''] : []),
    ...(lost > 0 ? [`${lost} earlier ones could not be told.`, ''] : []),
    ...(consoleUrl === '' ? [] : [`${consoleUrl.replace(/\/$/, '')}/alarms`, '']),
    `Times are those of ${timeZone || 'UTC'}.`,
    `Notice ${notice.id}`,
  ];
  const [only] = events;
  const about =
    only && events.length + unlisted === 1 ? `${only.alarm.subject} ${WORDS[only.event]}` : counts;
  return {
    subject: `[Farad] ${isTest ? 'Test: ' : ''}${rule.id}: ${about}`,
    text: lines.join('\n'),
  };
}

function linesOf({ event, at, alarm }: AlarmEvent, timeZone: string): string[] {
  const { subject, detail, since, acknowledged } = alarm;
  const head = `${WORDS[event].toUpperCase()} ${wallText(at, timeZone)}  ${subject}`;
  const note = acknowledged ? [`  acknowledged by ${acknowledged.by}: ${acknowledged.note}`] : [];
  return [head, `  ${withWallTimes(detail, timeZone)}`, `  since ${wallText(since, timeZone)}`, ...note, ''];
}

/** What was found, with its times as clocks in `timeZone` show them. */
function withWallTimes(detail: string, timeZone: string): string {
  return detail.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, (time) => {
    const at = Date.parse(time);
    return Number.isNaN(at) ? time : wallText(at, timeZone);
  });
}
