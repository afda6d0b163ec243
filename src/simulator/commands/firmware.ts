import { readTimestamp } from '../../protocol/timestamp.ts';
import type { DiagnosticsStatus, FirmwareStatus } from '../../protocol/v16/generated/messages.ts';
import type { Commands, Controls } from '../controls.ts';

/** Central System commands of the Firmware Management profile (OCPP 1.6 ed. 2 §5.9, §5.19). */
export const firmwareCommands = {
  UpdateFirmware: (controls, { location, retrieveDate }) => ({
    payload: {},
    afterwards: () => controls.later(untilMs(controls, retrieveDate), () => update(controls, location)),
  }),

  GetDiagnostics: (controls) => ({
    payload: { fileName: `${controls.id.replaceAll(/[^A-Za-z0-9-]/g, '_')}-diagnostics.zip` },
    afterwards: () => {
      reportDiagnostics(controls, 'Uploading');
      step(controls, () => {
        reportDiagnostics(controls, 'Uploaded');
        controls.diagnosticsStatus = 'Idle';
      });
    },
  }),
} satisfies Commands;

/** retrieveDate is a "not before" (OCPP 1.6 ed. 2 §6.55). */
function untilMs(controls: Controls, retrieveDate: string): number {
  const { scheduler } = controls.world;
  const from = readTimestamp(retrieveDate)?.epochMs ?? 0;
  return Math.max(0, from - scheduler.epochMs(scheduler.now()));
}

/** Downloads, installs and reboots; the end is reported after the boot (OCPP 1.6 ed. 2 §5.19). */
function update(controls: Controls, location: string): void {
  const failure = controls.world.habits.updateFailure(controls.random);
  reportFirmware(controls, 'Downloading');
  step(controls, () => {
    if (failure === 'DownloadFailed') {
      reportFirmware(controls, 'DownloadFailed');
      controls.firmwareStatus = 'Idle';
      return;
    }
    reportFirmware(controls, 'Downloaded');
    step(controls, () => {
      reportFirmware(controls, 'Installing');
      step(controls, () => {
        if (failure === undefined) controls.firmwareVersion = versionIn(location) ?? controls.firmwareVersion;
        controls.reboot('update');
        controls.firmwareStatus = failure ?? 'Installed';
      });
    });
  });
}

/** The version in the name of a firmware file, such as 2.1.0 in firmware-2.1.0.bin. */
function versionIn(location: string): string | undefined {
  const file = location.slice(location.lastIndexOf('/') + 1);
  return /\d+(?:\.\d+)+/.exec(file)?.[0].slice(0, 50);
}

function reportFirmware(controls: Controls, status: FirmwareStatus): void {
  controls.firmwareStatus = status;
  controls.send('FirmwareStatusNotification', { status });
}

function reportDiagnostics(controls: Controls, status: DiagnosticsStatus): void {
  controls.diagnosticsStatus = status;
  controls.send('DiagnosticsStatusNotification', { status });
}

function step(controls: Controls, work: () => void): void {
  controls.later(controls.world.habits.workStepMs(controls.random), work);
}
