import type { ConformanceCase } from '../conformance-case.ts';
import { bootNotification, diagnosticsStatus, firmwareStatus, now, statusOfAll } from '../messages.ts';
import type { Scene } from '../scene.ts';
import { showsChargePoint } from '../shown.ts';

/** Firmware Management with diagnostics (catalogue §4.3). */

async function updateFirmware(scene: Scene): Promise<void> {
  await scene.command('UpdateFirmware', { location: scene.data.firmwareUrl, retrieveDate: now() }, {});
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
  await showsChargePoint(scene, { firmwareStatus: 'Installing' });
  await statusOfAll(scene, 'Available');
}

export const TC_044_1: ConformanceCase = {
  id: 'TC_044_1',
  title: 'Firmware update, download and install',
  async run(scene) {
    await downloadAndReboot(scene);
    await firmwareStatus(scene, 'Installed');
    await showsChargePoint(scene, { firmwareStatus: 'Installed' });
  },
};

export const TC_044_2: ConformanceCase = {
  id: 'TC_044_2',
  title: 'Firmware update, download failed',
  async run(scene) {
    await updateFirmware(scene);
    await firmwareStatus(scene, 'Downloading');
    await firmwareStatus(scene, 'DownloadFailed');
    await showsChargePoint(scene, { firmwareStatus: 'DownloadFailed' });
  },
};

export const TC_044_3: ConformanceCase = {
  id: 'TC_044_3',
  title: 'Firmware update, installation failed',
  async run(scene) {
    await downloadAndReboot(scene);
    await firmwareStatus(scene, 'InstallationFailed');
    await showsChargePoint(scene, { firmwareStatus: 'InstallationFailed' });
  },
};

async function getDiagnostics(scene: Scene): Promise<void> {
  const fileName = 'diagnostics-certify.zip';
  await scene.command('GetDiagnostics', { location: scene.data.diagnosticsUrl }, { fileName });
}

export const TC_045_1: ConformanceCase = {
  id: 'TC_045_1',
  title: 'Get diagnostics',
  async run(scene) {
    await getDiagnostics(scene);
    await diagnosticsStatus(scene, 'Uploading');
    await diagnosticsStatus(scene, 'Uploaded');
    await showsChargePoint(scene, { diagnosticsStatus: 'Uploaded' });
  },
};

export const TC_045_2: ConformanceCase = {
  id: 'TC_045_2',
  title: 'Get diagnostics, upload failed',
  async run(scene) {
    await getDiagnostics(scene);
    await diagnosticsStatus(scene, 'Uploading');
    await diagnosticsStatus(scene, 'UploadFailed');
    await showsChargePoint(scene, { diagnosticsStatus: 'UploadFailed' });
  },
};
