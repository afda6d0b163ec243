import { expect, onTestFinished, test, vi } from 'vitest';
import { Fleet } from '../../src/simulator/fleet.ts';
import { BriskHabits, type BriskOptions } from '../support/brisk-habits.ts';
import { StrictCentralSystem } from '../support/strict-central-system.ts';
import { TallyRecorder } from '../support/tally-recorder.ts';

const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 10_000, interval: 10 });

async function chargePoint(options: BriskOptions = {}): Promise<StrictCentralSystem> {
  const central = await StrictCentralSystem.start();
  const fleet = new Fleet({
    url: central.url,
    chargePoints: 1,
    identity: () => 'CP-1',
    habits: new BriskHabits({ quiet: true, ...options }),
    recorder: new TallyRecorder(),
    seed: 7,
  });
  fleet.start(0);
  onTestFinished(async () => {
    await fleet.stop();
    await central.close();
    expect(central.violations).toEqual([]);
  });
  await until(() => expect(central.received('StatusNotification')).toHaveLength(2));
  return central;
}

test.each([
  ['DownloadFailed', ['Downloading', 'DownloadFailed'], 1],
  ['InstallationFailed', ['Downloading', 'Downloaded', 'Installing', 'InstallationFailed'], 2],
] as const)(
  'K3: an update that ends in %s keeps the old firmware (TC_044_2, TC_044_3)',
  async (updateFailure, statuses, boots) => {
    const central = await chargePoint({ updateFailure });
    const location = 'ftp://files.example/fw-7.8.9.bin';
    await central.command('CP-1', 'UpdateFirmware', { location, retrieveDate: new Date().toISOString() });
    const reported = () =>
      central.received('FirmwareStatusNotification').map(({ payload }) => payload.status);
    await until(() => expect(reported()).toEqual(statuses));
    const versions = central.received('BootNotification').map(({ payload }) => payload.firmwareVersion);
    expect(versions).toHaveLength(boots);
    expect(versions).not.toContain('7.8.9');
  },
);

test('H6: a list beyond LocalAuthListMaxLength is not taken, whatever the messages it comes in', async () => {
  const central = await chargePoint();
  const send = (listVersion: number, from: number, count: number) =>
    central.command('CP-1', 'SendLocalList', {
      listVersion,
      updateType: listVersion === 1 ? 'Full' : 'Differential',
      localAuthorizationList: Array.from({ length: count }, (_, place) => ({
        idTag: `T${from + place}`,
        idTagInfo: { status: 'Accepted' },
      })),
    });
  for (let part = 0; part < 10; part++) {
    expect(await send(part + 1, part * 100, 100)).toEqual({ status: 'Accepted' });
  }
  expect(await send(11, 1_000, 1)).toEqual({ status: 'Failed' });
  expect(await send(12, 999, 1)).toEqual({ status: 'Accepted' });
  expect(await central.command('CP-1', 'GetLocalListVersion', {})).toEqual({ listVersion: 12 });
});
