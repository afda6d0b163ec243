import type { ConformanceCase } from '../conformance-case.ts';
import { bootNotification, diagnosticsStatus, firmwareStatus, now, statusOfAll } from '../messages.ts';
import type { Scene } from '../scene.ts';
import { showsChargePoint, showsNewestJob } from '../shown.ts';

/** Firmware Management with diagnostics. */

async function updateFirmware(scene: Scene): Promise<void> {
  await scene.command('UpdateFirmware', { location: scene.data.firmwareUrl, retrieveDate: now() }, {});
  await showsNewestJob(scene, 'firmware', { state: 'waiting', location: scene.data.firmwareUrl });
}

/** The state of the charge point's firmware, and the job that it is about. */
async function showsFirmware(scene: Scene, status: string, state: string): Promise<void> {
  await showsChargePoint(scene, { firmwareStatus: status });
  await showsNewestJob(scene, 'firmware', { status, state });
}

/** From the download to the boot of what was installed, or of what was there before. */
async function downloadAndReboot(scene: Scene): Promise<void> {
  await updateFirmware(scene);
  await firmwareStatus(scene, 'Downloading');
  await firmwareStatus(scene, 'Downloaded');
  await statusOfAll(scene, 'Unavailable');
  await firmwareStatus(scene, 'Installing');
  await scene.reconnect();
  await bootNotification(scene);
  await showsFirmware(scene, 'Installing', 'running');
  await statusOfAll(scene, 'Available');
}

export const TC_044_1: ConformanceCase = {
  id: 'TC_044_1',
  title: 'Firmware update, download and install',
  async run(scene) {
    await downloadAndReboot(scene);
    await firmwareStatus(scene, 'Installed');
    await showsFirmware(scene, 'Installed', 'succeeded');
  },
};

export const TC_044_2: ConformanceCase = {
  id: 'TC_044_2',
  title: 'Firmware update, download failed',
  async run(scene) {
    await updateFirmware(scene);
    await firmwareStatus(scene, 'Downloading');
    await firmwareStatus(scene, 'DownloadFailed');
    await showsFirmware(scene, 'DownloadFailed', 'failed');
  },
};

export const TC_044_3: ConformanceCase = {
  id: 'TC_044_3',
  title: 'Firmware update, installation failed',
  async run(scene) {
    await downloadAndReboot(scene);
    await firmwareStatus(scene, 'InstallationFailed');
    await showsFirmware(scene, 'InstallationFailed', 'failed');
  },
};

async function getDiagnostics(scene: Scene): Promise<void> {
  const fileName = 'diagnostics-certify.zip';
  await scene.command('GetDiagnostics', { location: scene.data.diagnosticsUrl }, { fileName });
  await showsNewestJob(scene, 'diagnostics', { state: 'waiting', fileName });
}

async function showsDiagnostics(scene: Scene, status: string, state: string): Promise<void> {
  await showsChargePoint(scene, { diagnosticsStatus: status });
  await showsNewestJob(scene, 'diagnostics', { status, state });
}

export const TC_045_1: ConformanceCase = {
  id: 'TC_045_1',
  title: 'Get diagnostics',
  async run(scene) {
    await getDiagnostics(scene);
    await diagnosticsStatus(scene, 'Uploading');
    await diagnosticsStatus(scene, 'Uploaded');
    await showsDiagnostics(scene, 'Uploaded', 'succeeded');
  },
};

export const TC_045_2: ConformanceCase = {
  id: 'TC_045_2',
  title: 'Get diagnostics, upload failed',
  async run(scene) {
    await getDiagnostics(scene);
    await diagnosticsStatus(scene, 'Uploading');
    await diagnosticsStatus(scene, 'UploadFailed');
    await showsDiagnostics(scene, 'UploadFailed', 'failed');
  },
};
