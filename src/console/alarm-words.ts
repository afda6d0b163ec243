import type { AlarmRule } from './model.ts';
import { type Plain, plural, t } from './words/words.ts';

type Condition = AlarmRule['condition'];

/** What a rule looks out for, as a heading. */
export const KINDS: Readonly<Record<Condition['kind'], Plain>> = {
  faulted: 'A connector is Faulted',
  offline: 'A charge point is away',
  'certificate-expires': 'A certificate ends',
  'refused-tag': 'A tag is refused again and again',
  'sink-behind': 'ClickHouse falls behind',
  degraded: 'A part of Farad cannot work',
};

/** The condition of a rule in a few words. */
export function conditionInWords(condition: Condition): string {
  const minutes = 'minutes' in condition ? plural(condition.minutes, '{n} minute', '{n} minutes') : '';
  switch (condition.kind) {
    case 'faulted':
      return t('Faulted for {minutes}', { minutes });
    case 'offline':
      return t('away for {minutes}', { minutes });
    case 'sink-behind':
      return t('rows wait for {seconds}', {
        seconds: plural(condition.seconds, '{n} second', '{n} seconds'),
      });
    case 'certificate-expires':
      return t('a certificate ends within {days}', { days: plural(condition.days, '{n} day', '{n} days') });
    case 'refused-tag':
      return t('a tag is refused {times} within {minutes}', {
        times: plural(condition.times, '{n} time', '{n} times'),
        minutes,
      });
    case 'degraded':
      return condition.minutes === 0
        ? t('a part cannot work')
        : t('a part cannot work for {minutes}', { minutes });
  }
}

/** Whom a rule tells, in a few words. */
export function channelsInWords({ emails, webhook }: Pick<AlarmRule, 'emails' | 'webhook'>): string {
  const [only] = emails;
  const mail =
    emails.length === 1 ? only : emails.length > 1 && plural(emails.length, '{n} address', '{n} addresses');
  const hook = webhook && t('webhook {host}', { host: new URL(webhook.url).host });
  return [mail, hook].filter(Boolean).join(', ') || t('nobody');
}
