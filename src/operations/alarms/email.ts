import { readFileSync } from 'node:fs';
import { createTransport } from 'nodemailer';
import type { Config } from '../../config/schema.ts';
import type { Outcome } from '../webhooks/outcome.ts';

export type SmtpSettings = Config['alarms']['smtp'];

export interface Email {
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  /** Of the notice: the same as often as it is sent. */
  readonly id: string;
}

/** Longest wait for the mail server, at any point, ms. */
const PATIENCE_MS = 20_000;
/** Longest part of what a mail server says that is told, characters. */
const MAX_REASON = 200;

/** Returns what hands an e-mail to the mail server of the settings. */
export function emailSender(smtp: SmtpSettings): (email: Email) => Promise<Outcome> {
  return async ({ to, subject, text, id }) => {
    if (smtp.host === '') return { arrived: false, problem: 'no mail server is set (alarms.smtp.host)' };
    try {
      // A connection for each message: the authorities are read anew, and nothing is held open for days.
      const transport = createTransport(transportOf(smtp));
      const { rejected } = await transport.sendMail({
        from: smtp.from,
        to: [...to],
        subject,
        text,
        messageId: `<${id}@farad>`,
        headers: { 'Auto-Submitted': 'auto-generated', 'Farad-Notice': id },
      });
      if (rejected.length === 0) return { arrived: true };
      return { arrived: true, problem: `the mail server refused ${rejected.join(', ')}` };
    } catch (error) {
      return { arrived: false, problem: reasonOf(error) };
    }
  };
}

function transportOf({ host, port, tls, caFile, user, password }: SmtpSettings) {
  return {
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    ...(user !== '' && { auth: { user, pass: password } }),
    ...(caFile !== '' && { tls: { ca: readFileSync(caFile, 'utf8') } }),
    connectionTimeout: PATIENCE_MS,
    greetingTimeout: PATIENCE_MS,
    socketTimeout: PATIENCE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

function reasonOf(error: unknown): string {
  const { message } = error as Error;
  const said = message.replace(/\p{Cc}+/gu, ' ').trim();
  return `the mail server does not take it: ${said.slice(0, MAX_REASON)}`;
}
