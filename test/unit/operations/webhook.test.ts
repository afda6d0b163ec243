import { createHmac } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { networksOf } from '../../../src/config/networks.ts';
import { webhookSender } from '../../../src/operations/webhooks/webhook.ts';
import { isPublic } from '../../../src/operations/webhooks/webhook-address.ts';
import { startWebhookReceiver } from '../../support/webhook-receiver.ts';

const message = { secret: undefined, id: 'notice-1', body: '{"a":1}', signal: new AbortController().signal };

function sender(networks: readonly string[], timeout = 10_000) {
  return webhookSender({ isNamed: networksOf('test', networks), timeout, clock: () => 1_700_000_000_999 });
}

async function receiver() {
  const started = await startWebhookReceiver();
  onTestFinished(() => started.close());
  return started;
}

test('a message is signed with its time, and carries its id', async () => {
  const { url, deliveries } = await receiver();
  const send = sender(['127.0.0.0/8']);
  expect(await send({ ...message, url, secret: 'a secret of ours' })).toEqual({ arrived: true });
  const [delivery] = deliveries;
  const signature = createHmac('sha256', 'a secret of ours').update('1700000000.{"a":1}').digest('hex');
  expect(delivery?.headers).toMatchObject({
    'farad-signature': `t=1700000000,v1=${signature}`,
    'idempotency-key': 'notice-1',
    'content-type': 'application/json',
  });
  await send({ ...message, url });
  expect(deliveries[1]?.headers).not.toHaveProperty('farad-signature');
});

test('no redirect is followed, and nothing but a status from 200 to 299 means that it has arrived', async () => {
  const target = await receiver();
  const send = sender(['127.0.0.0/8'], 200);
  for (const answer of [302, 404, 500]) {
    target.answer = answer;
    expect(await send({ ...message, url: target.url })).toEqual({
      arrived: false,
      problem: `the receiver answered ${answer}`,
    });
  }
  expect(target.deliveries).toHaveLength(3);
  target.answer = 'nothing';
  expect(await send({ ...message, url: target.url })).toEqual({
    arrived: false,
    problem: 'no answer within 200 ms',
  });
});

test('addresses that are not of the open internet are reached only where the operator names them', async () => {
  const { url, deliveries } = await receiver();
  const refused = { arrived: false, problem: expect.stringContaining('alarms.webhookNetworks') };
  const byName = url.replace('127.0.0.1', 'localhost');
  for (const target of [
    url,
    byName,
    url.replace('127.0.0.1', '[::ffff:127.0.0.1]'),
    'https://169.254.169.254/',
  ]) {
    expect(await sender(['10.0.0.0/8'])({ ...message, url: target })).toEqual(refused);
  }
  expect(deliveries).toEqual([]);
  expect(await sender(['127.0.0.0/8'])({ ...message, url: byName })).toEqual({ arrived: true });
});

test.each([
  ['93.184.216.34', true],
  ['2606:4700::1111', true],
  ['10.1.2.3', false],
  ['100.64.0.1', false],
  ['127.0.0.1', false],
  ['169.254.169.254', false],
  ['172.31.255.255', false],
  ['172.32.0.1', true],
  ['192.168.1.1', false],
  ['224.0.0.1', false],
  ['255.255.255.255', false],
  ['0.0.0.0', false],
  ['::', false],
  ['::1', false],
  ['::ffff:8.8.8.8', false],
  ['64:ff9b::7f00:1', false],
  ['fd00::1', false],
  ['fe80::1', false],
  ['2002:7f00:1::', false],
  ['2001::1', false],
])('%s is of the open internet: %s', (address, open) => {
  expect(isPublic(address)).toBe(open);
});
