import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../../src/config/load-config.ts';
import { emailText } from '../../../src/operations/alarms/alarm-message.ts';
import { emailSender } from '../../../src/operations/alarms/email.ts';
import type { AlarmEvent, AlarmNotice } from '../../../src/store/alarm-record.ts';
import type { AlarmRuleRecord } from '../../../src/store/alarm-rule-record.ts';
import { createTestAuthority } from '../../support/test-certificates.ts';

interface Received {
  readonly to: readonly string[];
  readonly secure: boolean;
  readonly user: string;
  readonly text: string;
}

/** A real mail server on a free port, and the settings that reach it. */
async function mailServer(options: SMTPServerOptions, flags: Record<string, string> = {}) {
  const received: Received[] = [];
  const server = new SMTPServer({
    authOptional: true,
    logger: false,
    onAuth({ username, password }, _session, done) {
      if (password === 'right') done(null, { user: username });
      else done(new Error('wrong password'));
    },
    onRcptTo({ address }, _session, done) {
      if (address.startsWith('nobody')) done(new Error('no such mailbox'));
      else done();
    },
    async onData(stream, { envelope, secure, user }, done) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of stream) chunks.push(chunk as Uint8Array);
      received.push({
        to: envelope.rcptTo.map(({ address }) => address),
        secure,
        user: user ?? '',
        text: Buffer.concat(chunks).toString(),
      });
      done();
    },
    ...options,
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const { port } = server.server.address() as AddressInfo;
  const config = loadConfig({
    flags: { 'alarms-smtp-host': '127.0.0.1', 'alarms-smtp-port': String(port), ...flags },
  });
  return { send: emailSender(config.alarms.smtp), received };
}

async function certificates() {
  const authority = await createTestAuthority();
  const { certificate, key } = await authority.issue();
  const folder = mkdtempSync(join(tmpdir(), 'farad-mail-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, authority.certificate);
  return { cert: certificate, key, caFile };
}

const email = { to: ['duty@example.org'], subject: 'Grüße', text: 'Zeile 1\nZeile 2', id: 'notice-1' };

test('an e-mail reaches the mail server over STARTTLS, after a log-in, with an id of its own', async () => {
  const { caFile, ...pair } = await certificates();
  const { send, received } = await mailServer(pair, {
    'alarms-smtp-ca-file': caFile,
    'alarms-smtp-user': 'farad',
    'alarms-smtp-password': 'right',
    'alarms-smtp-from': 'Farad <farad@example.org>',
  });
  expect(await send(email)).toEqual({ arrived: true });
  expect(received).toMatchObject([{ to: ['duty@example.org'], secure: true, user: 'farad' }]);
  expect(received[0]?.text).toContain('Message-ID: <notice-1@farad>');
  expect(received[0]?.text).toContain('From: Farad <farad@example.org>');
  expect(received[0]?.text).toContain('Auto-Submitted: auto-generated');
});

test('TLS from the first byte, and no TLS where that is what the settings say', async () => {
  const { caFile, ...pair } = await certificates();
  const implicit = await mailServer(
    { ...pair, secure: true },
    { 'alarms-smtp-ca-file': caFile, 'alarms-smtp-tls': 'implicit' },
  );
  expect(await implicit.send(email)).toEqual({ arrived: true });
  expect(implicit.received).toMatchObject([{ secure: true }]);
  const open = await mailServer({ disabledCommands: ['STARTTLS'] }, { 'alarms-smtp-tls': 'none' });
  expect(await open.send(email)).toEqual({ arrived: true });
  expect(open.received).toMatchObject([{ secure: false }]);
});

test('nothing is sent over a connection that cannot be encrypted, or whose certificate nobody vouches for', async () => {
  const plain = await mailServer({ disabledCommands: ['STARTTLS'] });
  expect(await plain.send(email)).toMatchObject({ arrived: false });
  const { cert, key } = await certificates();
  const stranger = await mailServer({ cert, key });
  expect(await stranger.send(email)).toMatchObject({ arrived: false });
  expect([...plain.received, ...stranger.received]).toEqual([]);
});

test('a wrong password, a server that is away and recipients that nobody knows are told', async () => {
  const tls = { 'alarms-smtp-tls': 'none' };
  const wrong = await mailServer(
    { disabledCommands: ['STARTTLS'], allowInsecureAuth: true },
    { ...tls, 'alarms-smtp-user': 'farad', 'alarms-smtp-password': 'wrong' },
  );
  expect(await wrong.send(email)).toEqual({
    arrived: false,
    problem: expect.stringMatching(/the mail server does not take it: .*wrong password/),
  });
  const { send, received } = await mailServer({ disabledCommands: ['STARTTLS'] }, tls);
  expect(await send({ ...email, to: ['duty@example.org', 'nobody@example.org'] })).toEqual({
    arrived: true,
    problem: 'the mail server refused nobody@example.org',
  });
  expect(received).toMatchObject([{ to: ['duty@example.org'] }]);
  expect(await send({ ...email, to: ['nobody@example.org'] })).toMatchObject({ arrived: false });
  const away = loadConfig({ flags: { 'alarms-smtp-host': '127.0.0.1', 'alarms-smtp-port': '1' } });
  expect(await emailSender(away.alarms.smtp)(email)).toEqual({
    arrived: false,
    problem: expect.stringContaining('ECONNREFUSED'),
  });
  expect(await emailSender(loadConfig().alarms.smtp)(email)).toEqual({
    arrived: false,
    problem: 'no mail server is set (alarms.smtp.host)',
  });
});

const rule = { id: 'offline in the north', condition: { kind: 'offline', minutes: 5 } } as AlarmRuleRecord;

function event(name: AlarmEvent['event'], subject: string): AlarmEvent {
  return {
    id: subject,
    event: name,
    at: 0,
    alarm: {
      id: subject,
      ruleId: rule.id,
      kind: 'offline',
      subject,
      chargePointId: subject,
      connectorId: null,
      detail: 'Not connected',
      since: 0,
      raisedAt: 0,
      endedAt: null,
      endReason: null,
      acknowledged: null,
    },
  };
}

function textOf(notice: Pick<AlarmNotice, 'events'> & Partial<AlarmNotice>, timeZone = '') {
  const whole: AlarmNotice = {
    id: 'notice-1',
    ruleId: rule.id,
    channel: 'email',
    formedAt: 0,
    others: { raised: 0, reminder: 0, over: 0 },
    lost: 0,
    ...notice,
  };
  const consoleUrl = 'https://farad.example/';
  return emailText(rule, whole, { isTest: false, consoleUrl, timeZone });
}

test('the subject of an e-mail names the one thing that it is about, or counts', () => {
  expect(textOf({ events: [event('raised', 'CP-1')] }).subject).toBe(
    '[Farad] offline in the north: CP-1 raised',
  );
  const many = textOf({
    events: [event('raised', 'CP-1'), event('over', 'CP-2')],
    others: { raised: 40, reminder: 1, over: 0 },
    lost: 7,
  });
  expect(many.subject).toBe('[Farad] offline in the north: 41 raised, 1 still standing, 1 over');
  expect(many.text).toContain('And 41 more, which the console lists.');
  expect(many.text).toContain('7 earlier ones could not be told.');
  expect(many.text).toContain('https://farad.example/alarms');
});

test('times in an e-mail are what clocks show where the fleet stands', () => {
  const { alarm, ...raised } = event('raised', 'CP-1');
  const at = Date.parse('2026-07-01T22:30:00Z');
  const detail = 'Not connected, last seen 2026-07-01T22:25:04.123Z, not 2026-99-01T22:25:04Z';
  const events = [{ ...raised, at, alarm: { ...alarm, since: at - 296_000, detail } }];
  const { text } = textOf({ events }, 'Europe/Berlin');
  expect(text).toContain('RAISED 2026-07-02 00:30:00  CP-1');
  expect(text).toContain('last seen 2026-07-02 00:25:04, not 2026-99-01T22:25:04Z');
  expect(text).toContain('since 2026-07-02 00:25:04');
  expect(text).toContain('Times are those of Europe/Berlin.');
  expect(textOf({ events }).text).toContain('last seen 2026-07-01 22:25:04');
  expect(textOf({ events }).text).toContain('Times are those of UTC.');
});
