import { spoken } from './language.ts';

/** A day of a calendar; the month counts from 1. */
interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

const formats = new Map<string, Intl.NumberFormat>();
const rules = new Map<string, Intl.PluralRules>();

/** Returns a number with at least and at most so many digits after its decimal mark. */
export function decimal(value: number, digits: number): string {
  const { locale } = spoken();
  const name = `${locale} ${digits}`;
  let format = formats.get(name);
  if (!format) {
    format = new Intl.NumberFormat(locale, {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
    formats.set(name, format);
  }
  return format.format(value);
}

/** Returns which form of a word goes with a number. */
export function pluralOf(value: number): Intl.LDMLPluralRule {
  const { language } = spoken();
  let rule = rules.get(language);
  if (!rule) {
    rule = new Intl.PluralRules(language);
    rules.set(language, rule);
  }
  return rule.select(value);
}

const days = new Map<string, Intl.DateTimeFormat>();

/**
 * Returns a day as the language writes it. English has the order of ISO 8601, which no one reads as another
 * day.
 */
export function written({ year, month, day }: Day): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const { language, locale } = spoken();
  if (language === 'en') return `${year}-${two(month)}-${two(day)}`;
  let format = days.get(locale);
  if (!format) {
    format = new Intl.DateTimeFormat(locale, {
      timeZone: 'UTC',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
    days.set(locale, format);
  }
  return format.format(Date.UTC(year, month - 1, day));
}
