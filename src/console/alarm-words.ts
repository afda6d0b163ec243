import { counted } from './format.ts';
import type { AlarmRule } from './model.ts';

type Condition = AlarmRule['condition'];

/** What a rule looks out for, as a heading. */
export const KINDS: Readonly<Record<Condition['kind'], string>> = {
  faulted: 'A connector is Faulted',
  offline: 'A charge point is away',
  'certificate-expires': 'A certificate ends',
  'refused-tag': 'A tag is refused again and again',
  'sink-behind': 'ClickHouse falls behind',
  degraded: 'A part of Farad cannot work',
};

/** The condition of a rule in a few words. */
export function conditionInWords(condition: Condition): string {
  const minutes = 'minutes' in condition ? counted(condition.minutes, 'minute') : '';
  switch (condition.kind) {
    case 'faulted':
      return `Faulted for ${minutes}`;
    case 'offline':
      return `away for ${minutes}`;
    case 'sink-behind':
      return `rows wait for ${counted(condition.seconds, 'second')}`;
    case 'certificate-expires':
      return `a certificate ends within ${counted(condition.days, 'day')}`;
    case 'refused-tag':
      return `a tag is refused ${counted(condition.times, 'time')} within ${minutes}`;
    case 'degraded':
      return condition.minutes === 0 ? 'a part cannot work' : `a part cannot work for ${minutes}`;
  }
}

/** Whom a rule tells, in a few words. */
export function channelsInWords({ emails, webhook }: Pick<AlarmRule, 'emails' | 'webhook'>): string {
  const [only] = emails;
  const mail =
    emails.length === 1 ? only : emails.length > 1 && counted(emails.length, 'address', 'addresses');
  const hook = webhook && `webhook ${new URL(webhook.url).host}`;
  return [mail, hook].filter(Boolean).join(', ') || 'nobody';
}
