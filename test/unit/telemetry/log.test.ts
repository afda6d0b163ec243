import { expect, test } from 'vitest';
import { logTo, throttled } from '../../../src/telemetry/log.ts';

function capture(level = 'info') {
  const lines: Record<string, unknown>[] = [];
  const log = logTo({ write: (line) => void lines.push(JSON.parse(line)) }, level, 'edge-0');
  return { log, lines };
}

test('a line says when, how severe, which process and which room', () => {
  const { log, lines } = capture();
  log.child({ room: 'edge' }).warn({ chargePointId: 'CP-1' }, 'frame refused');
  expect(lines).toEqual([
    {
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      process: 'edge-0',
      room: 'edge',
      chargePointId: 'CP-1',
      msg: 'frame refused',
    },
  ]);
});

test('lines below the level are not written', () => {
  const { log, lines } = capture('warn');
  log.info('quiet');
  expect(lines).toEqual([]);
});

test('secrets do not reach the log, wherever they hide', () => {
  const { log, lines } = capture();
  log.info({ headers: { authorization: 'Basic c2VjcmV0', host: 'h' }, password: 'hunter2' }, 'request');
  log.info({ payload: { key: 'AuthorizationKey', value: '0011hunter2' } }, 'call');
  log.info({ payload: { location: 'ftp://user:hunter2@files.example/x' } }, 'call');
  log.error(new Error('cannot reach http://farad:hunter2@db:8123/'), 'insert failed');
  log.warn('gave up on https://farad:hunter2@db:8443/?q=1');
  const text = JSON.stringify(lines);
  expect(text).not.toContain('hunter2');
  expect(text).not.toContain('c2VjcmV0');
  expect(lines[0]).toMatchObject({ headers: { authorization: '[redacted]', host: 'h' } });
  expect(lines[1]).toMatchObject({ payload: { key: 'AuthorizationKey', value: '[redacted]' } });
  expect(lines[2]).toMatchObject({ payload: { location: 'ftp://user:[redacted]@files.example/x' } });
  expect(lines[3]).toMatchObject({ err: { type: 'Error', stack: expect.stringContaining('log.test') } });
});

test('a repeated warning is said once per period, and then how many were left unsaid', () => {
  const { log, lines } = capture();
  let now = 0;
  const quiet = throttled(log, 3000, () => now);
  for (const at of [0, 10, 2999]) {
    now = at;
    quiet.warn({ at }, 'upgrade refused');
  }
  quiet.warn({}, 'another matter');
  now = 3000;
  quiet.warn({ at: now }, 'upgrade refused');
  expect(lines.map(({ msg, at, suppressed }) => ({ msg, at, suppressed }))).toEqual([
    { msg: 'upgrade refused', at: 0, suppressed: undefined },
    { msg: 'another matter', at: undefined, suppressed: undefined },
    { msg: 'upgrade refused', at: 3000, suppressed: 2 },
  ]);
});
