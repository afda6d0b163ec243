import { readTimestamp } from '../../protocol/timestamp.ts';
import type { DiagnosticsStatus, FirmwareStatus } from '../../protocol/v16/generated/messages.ts';
import type { Commands, Controls } from '../controls.ts';

/** Central System commands of the Firmware Management profile (OCPP 1.6 ed. 2 §5.9, §5.19). */
export const firmwareCommands = {
  UpdateFirmware: (controls, { retrieveDate }) => ({
    payload: {},
    afterwards: () => controls.later(untilMs(controls, retrieveDate), () => update(controls)),
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

function update(controls: Controls): void {
  reportFirmware(controls, 'Downloading');
  step(controls, () => {
    reportFirmware(controls, 'Downloaded');
    step(controls, () => {
      reportFirmware(controls, 'Installing');
      step(controls, () => {
        controls.reboot('update');
        controls.firmwareStatus = 'Installed';
      });
    });
  });
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
