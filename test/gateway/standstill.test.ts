import { describe, expect, it } from 'vitest';
import { journalPath } from '../../src/journal/journal.ts';
import { startProgram } from '../integration/children.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { connectStrictChargePoint } from '../support/strict-charge-point.ts';
import { until } from '../support/until.ts';

interface Readiness {
  readonly degraded: readonly { readonly process: string; readonly name: string; readonly cause: string }[];
}

async function readiness(gateway: Gateway) {
  const began = performance.now();
  const response = await fetch(`${gateway.api}/readyz`);
  const body = (await response.json()) as Partial<Readiness> & {
    readonly error?: { readonly message: string; readonly details: Readiness };
  };
  return {
    status: response.status,
    message: body.error?.message ?? '',
    degraded: body.error?.details.degraded ?? body.degraded ?? [],
    tookMs: performance.now() - began,
  };
}

describe('what stands still', { timeout: 180_000 }, () => {
  it('analytics that is stopped is told as degraded, restarts nothing, and is well again once it goes on', async () => {
    const gateway = await startGateway();
    const before = gateway.endpoints().processes;
    const pid = before.analytics as number;
    process.kill(pid, 'SIGSTOP');
    try {
      const told = await until(
        'it is told by name',
        async () => {
          const now = await readiness(gateway);
          expect(now.status).toBe(200);
          return now.degraded.length >= 2 && now.degraded;
        },
        60_000,
      );
      expect(told).toContainEqual(
        expect.objectContaining({ process: 'analytics', name: 'process', cause: 'does not answer' }),
      );
      expect(told).toContainEqual(
        expect.objectContaining({
          process: 'supervisor',
          name: 'event loop of analytics',
          cause: 'it is stopped, by SIGSTOP or a debugger',
        }),
      );
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await until('nothing is degraded', async () => (await readiness(gateway)).degraded.length === 0);
    expect(gateway.endpoints().processes).toEqual(before);
  });

  it('a journal whose writes never end fails /readyz by its name, and is told until it moves', async () => {
    const gateway = await startGateway();
    const before = gateway.endpoints().processes;
    const lock = startProgram<string>('journal-lock', [journalPath(gateway.dataDir, 'edge-0')]);
    await until('the journal is locked', () => lock.told.length > 0);
    const chargePoint = await connectStrictChargePoint(gateway.ocpp, 'STILL-1', () => ({
      status: 'Accepted',
    }));
    await chargePoint.call('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' });
    await chargePoint.call('Authorize', { idTag: 'NOBODY' });

    const failing = await until(
      '/readyz fails',
      async () => {
        const now = await readiness(gateway);
        return now.status === 503 && now;
      },
      60_000,
    );
    expect(failing.message).toMatch(
      /edge-0: stands still for \d+ s: writes to journal-edge-0 \(it waits for the disk/,
    );
    const metrics = await gateway.request<string>('GET', '/metrics');
    expect(metrics).toMatch(
      /farad_stands_still\{(?=[^}]*name="writes to journal-edge-0")(?=[^}]*process="edge-0")[^}]*\} 1\n/,
    );

    lock.process.kill('SIGKILL');
    await until('/readyz is 200 again', async () => (await readiness(gateway)).status === 200);
    expect(gateway.endpoints().processes).toEqual(before);
  });
});
