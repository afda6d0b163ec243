import type { Report } from './model.ts';
import { spoken } from './words/language.ts';
import { type Plain, t } from './words/words.ts';

export type ReportQuestion = Report['what']['name'];
type Schedule = Report['schedule'];

/** A scheduled report as its form holds it: what people type stays text. */
export interface ReportDraft {
  readonly id: string;
  readonly name: string;
  readonly question: ReportQuestion;
  /** Of the question; those that the form does not show stay as they are. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly format: Report['format'];
  readonly every: Schedule['every'];
  readonly hour: string;
  readonly hasFiles: boolean;
  readonly fileName: string;
  readonly keep: string;
  /** Empty: it is sent nowhere. */
  readonly url: string;
  /** Empty: as it is. */
  readonly secret: string;
  readonly enabled: boolean;
}

/** What reports tell, and what they are called. */
export const QUESTIONS: Readonly<Record<ReportQuestion, Plain>> = {
  energy: 'Energy',
  transactions: 'Transactions',
  sessions: 'Sessions',
  utilisation: 'Utilisation',
  uptime: 'Uptime',
  idle: 'Idle time',
  faults: 'Faults',
  errors: 'Errors by make',
  'failed-authorizations': 'Refused tokens',
};

type Choices = readonly (readonly [value: string, word: Plain | 'idTag' | 'CSV' | 'Parquet'])[];

/** What each row may be about; the first is what a new report has. */
export const SUBJECTS: Readonly<Partial<Record<ReportQuestion, Choices>>> = {
  energy: [
    ['site', 'Site'],
    ['group', 'Group'],
    ['chargePointTag', 'Tag of charge points'],
    ['chargePoint', 'Charge point'],
    ['connector', 'Connector'],
    ['tag', 'idTag'],
    ['total', 'All together'],
  ],
  sessions: [
    ['total', 'All together'],
    ['chargePoint', 'Charge point'],
    ['tag', 'idTag'],
  ],
  utilisation: [
    ['weekday', 'Day of the week'],
    ['date', 'Date'],
  ],
  uptime: [
    ['chargePoint', 'Charge point'],
    ['group', 'Group'],
  ],
  'failed-authorizations': [
    ['tag', 'idTag'],
    ['chargePoint', 'Charge point'],
    ['none', 'Each refusal'],
  ],
  errors: [
    ['model', 'Model'],
    ['vendor', 'Vendor'],
    ['firmware', 'Firmware'],
  ],
};

/** How long what each row tells of may be. */
export function intervalsOf(question: ReportQuestion, by: string | undefined): Choices {
  const day = ['day', 'Each day'] as const;
  const hour = ['hour', 'Each hour'] as const;
  const whole = ['whole', 'The whole time'] as const;
  if (question === 'sessions') return [day, hour];
  if (question !== 'energy') return [];
  return isAddedUp(question, by) ? [whole] : [day, hour, whole];
}

/** The formats that there are of an answer. */
export function formatsOf(question: ReportQuestion, by: string | undefined): Choices {
  const csv = ['csv', 'CSV'] as const;
  return isAddedUp(question, by) ? [csv] : [csv, ['parquet', 'Parquet']];
}

function isAddedUp(question: ReportQuestion, by: string | undefined): boolean {
  return question === 'energy' && (by === 'site' || by === 'chargePointTag');
}

/** What the form of a new report begins with: last month's energy by site. */
export function newReport(): ReportDraft {
  const draft: ReportDraft = {
    id: '',
    name: '',
    question: 'energy',
    parameters: {},
    format: 'csv',
    every: 'month',
    hour: '6',
    hasFiles: true,
    fileName: '',
    keep: '24',
    url: '',
    secret: '',
    enabled: true,
  };
  return asking(draft, 'energy');
}

/** The draft with another question, with the parameters that it usually has. */
export function asking(draft: ReportDraft, question: ReportQuestion): ReportDraft {
  const by = SUBJECTS[question]?.[0]?.[0];
  return fitting({ ...draft, question, parameters: by === undefined ? {} : { by } });
}

/** The draft with a parameter; empty: without it. */
export function withParameter(draft: ReportDraft, name: string, value: string): ReportDraft {
  const { [name]: _, ...others } = draft.parameters as Readonly<Record<string, string>>;
  return fitting({ ...draft, parameters: value === '' ? others : { ...others, [name]: value } });
}

/** The draft with an interval and a format that its question has. */
function fitting(draft: ReportDraft): ReportDraft {
  const { question, parameters, format } = draft;
  const intervals = intervalsOf(question, parameters.by).map(([value]) => value);
  const formats = formatsOf(question, parameters.by).map(([value]) => value);
  const [first] = intervals;
  const isFine = first === undefined || intervals.includes(parameters.interval ?? '');
  return {
    ...draft,
    parameters: isFine ? parameters : { ...parameters, interval: first },
    format: formats.includes(format) ? format : 'csv',
  };
}

/** A report as the form shows it. */
export function reportDraftOf(report: Report): ReportDraft {
  const { name: question, ...parameters } = report.what;
  return {
    id: report.id,
    name: report.name,
    question,
    parameters: parameters as Readonly<Record<string, string>>,
    format: report.format,
    every: report.schedule.every,
    hour: String(report.schedule.hour),
    hasFiles: report.files !== null,
    fileName: report.files?.name ?? '',
    keep: String(report.files?.keep ?? 24),
    url: report.webhook?.url ?? '',
    secret: '',
    enabled: report.enabled,
  };
}

/** What the API gets. */
export function reportBodyOf(draft: ReportDraft) {
  const { question, parameters, url, secret } = draft;
  return {
    name: draft.name.trim(),
    what: { name: question, ...parameters },
    format: draft.format,
    enabled: draft.enabled,
    schedule: { every: draft.every, hour: Number(draft.hour) },
    files: draft.hasFiles ? { name: draft.fileName, keep: Number(draft.keep) } : null,
    webhook: url === '' ? null : { url, ...(secret !== '' && { secret }) },
  };
}

/** A choice as it is shown. */
export function choiceWord(word: Choices[number][1]): string {
  return word === 'idTag' || word === 'CSV' || word === 'Parquet' ? word : t(word);
}

/** A word as it stands within a sentence. */
function inSentence(word: string): string {
  return spoken().language === 'en' ? word.toLowerCase() : word;
}

/** When it is written, in words. */
export function scheduleInWords({ every, hour }: Schedule): string {
  const time = `${String(hour).padStart(2, '0')}:00`;
  if (every === 'day') return t('each day at {time}', { time });
  return every === 'week' ? t('on Mondays at {time}', { time }) : t('on the 1st at {time}', { time });
}

/** What it tells, in words. */
export function questionInWords({ name, ...parameters }: Report['what']): string {
  const { by, interval, ...narrowed } = parameters as Readonly<Record<string, string>>;
  const subject = SUBJECTS[name]?.find(([value]) => value === by)?.[1];
  const words = [
    t(QUESTIONS[name]),
    subject === undefined
      ? ''
      : t('by {subject}', { subject: subject === 'idTag' ? subject : inSentence(choiceWord(subject)) }),
    interval === 'day' ? t('each day') : interval === 'hour' ? t('each hour') : '',
  ];
  const only = Object.entries(narrowed).map(([what, value]) => `${what} ${value}`);
  return [words.filter((word) => word !== '').join(' '), ...only].join(', ');
}
