import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { API_KEY, type ControlUnderTest, startControl } from '../support/control-under-test.ts';

const REGISTERS = fileURLToPath(new URL('./programs/registers.mjs', import.meta.url));

let control: ControlUnderTest;
beforeAll(async () => {
  control = await startControl();
});
afterAll(() => control.close());

test('a request sees what another process wrote before it, even in a turn that has read already', async () => {
  expect(control.store.chargePoints.get('CP-1')).toBeUndefined();
  // In the same turn of the event loop, as far as control can tell.
  const { status } = spawnSync(process.execPath, [REGISTERS, control.config.dataDir, 'CP-1']);
  expect(status).toBe(0);
  const headers = { authorization: `Bearer ${API_KEY}` };
  const answer = await control.app.inject({ url: '/api/v1/charge-points/CP-1', headers });
  expect(answer.statusCode).toBe(200);
});
