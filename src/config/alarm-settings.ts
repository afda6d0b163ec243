import { duration, integer, list, oneOf, port, text } from './setting.ts';

/** `alarms`: how people and programs are told what is wrong. */
export const alarmSettings = {
  kept: integer(10_000, 'Alarms that are over and kept as history.', { min: 1, max: 1_000_000 }),
  retryFor: duration('1d', 'How long Farad tries to deliver a message about alarms before it gives up.', {
    min: '1m',
    max: '30d',
  }),
  webhookNetworks: list(
    [],
    'Addresses and networks (10.0.0.0/8), beyond the open internet, that webhooks of alarm rules may reach; only there without TLS.',
  ),
  webhookTimeout: duration('10s', 'How long the receiver of a webhook may take to answer.', {
    min: '1s',
    max: '1m',
  }),
  consoleUrl: text(
    '',
    'Where people reach the console; messages about alarms link to it. Empty: they have no links.',
    { pattern: /^$|^https?:\/\/[^\s/]+(?:\/\S*)?$/, allowed: 'empty or an http:// or https:// address' },
  ),
  smtp: {
    host: text('', 'Mail server (SMTP) that takes e-mails about alarms. Empty: no e-mails are sent.', {
      pattern: /^[A-Za-z0-9.:_-]*$/,
      allowed: 'empty, an IP address or a host name',
    }),
    port: port(587, 'Port of the mail server.'),
    tls: oneOf(
      ['starttls', 'implicit', 'none'],
      'starttls',
      'starttls: the connection must be encrypted after its beginning (port 587). implicit: it is encrypted from the first byte (port 465). none: nothing is encrypted.',
    ),
    caFile: text(
      '',
      'File with the certificate authorities, PEM, that the certificate of the mail server is held against. Empty: those of Node.js.',
    ),
    user: text('', 'User at the mail server. Empty: Farad does not log in.'),
    password: text('', 'Password at the mail server.', { secret: true }),
    from: text('Farad <farad@localhost>', 'Sender of the e-mails.', {
      pattern: /^[^\r\n]*@[^\r\n]*$/,
      allowed: 'an e-mail address, or a name and an address in angle brackets',
    }),
  },
} as const;
