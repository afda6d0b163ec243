import type { ConformanceCase } from '../conformance-case.ts';
import {
  bootNotification,
  logStatus,
  now,
  securityEvent,
  signedFirmwareStatus,
  statusOfAll,
} from '../messages.ts';
import type { Payload } from '../payload.ts';
import type { Scene } from '../scene.ts';
import { showsNewestJob } from '../shown.ts';
import { newRoot } from '../test-certificates.ts';

/** Security: signed firmware, and the security log. */

/** Resolves with the requestId. */
async function updateSignedFirmware(scene: Scene, signature: string): Promise<number> {
  const requestId = scene.memory.nextId();
  const { pem: signingCertificate } = await newRoot('Farad Certify Firmware');
  const { firmwareUrl: location } = scene.data;
  const firmware: Payload = { location, retrieveDateTime: now(), signingCertificate, signature };
  await scene.command('SignedUpdateFirmware', { requestId, firmware }, { status: 'Accepted' });
  await showsNewestJob(scene, 'firmware', { state: 'waiting', requestId, location });
  return requestId;
}

/** The form of a signature by RSA with 2048 bits; what it signs, only the charge point knows. */
const SIGNATURE = Buffer.alloc(256, 0x5a).toString('base64');

export const TC_079: ConformanceCase = {
  id: 'TC_079',
  title: 'Get the security log',
  async run(scene) {
    const requestId = scene.memory.nextId();
    const log = { remoteLocation: scene.data.diagnosticsUrl };
    await scene.command(
      'GetLog',
      { logType: 'SecurityLog', requestId, log },
      { status: 'Accepted', filename: 'security-certify.log' },
    );
    await logStatus(scene, requestId, 'Uploading');
    await logStatus(scene, requestId, 'Uploaded');
    await showsNewestJob(scene, 'diagnostics', { requestId, status: 'Uploaded', state: 'succeeded' });
  },
};

export const TC_080: ConformanceCase = {
  id: 'TC_080',
  title: 'Secure firmware update',
  async run(scene) {
    const requestId = await updateSignedFirmware(scene, SIGNATURE);
    await signedFirmwareStatus(scene, requestId, 'Downloading');
    await signedFirmwareStatus(scene, requestId, 'Downloaded');
    await signedFirmwareStatus(scene, requestId, 'SignatureVerified');
    await statusOfAll(scene, 'Unavailable');
    await signedFirmwareStatus(scene, requestId, 'Installing');
    await signedFirmwareStatus(scene, requestId, 'InstallRebooting');
    await scene.reconnect();
    await bootNotification(scene);
    await securityEvent(scene, 'FirmwareUpdated');
    await statusOfAll(scene, 'Available');
    await signedFirmwareStatus(scene, requestId, 'Installed');
    await showsNewestJob(scene, 'firmware', { requestId, status: 'Installed', state: 'succeeded' });
  },
};

export const TC_081: ConformanceCase = {
  id: 'TC_081',
  title: 'Secure firmware update, invalid signature',
  async run(scene) {
    const requestId = await updateSignedFirmware(scene, Buffer.alloc(256).toString('base64'));
    await signedFirmwareStatus(scene, requestId, 'Downloading');
    await signedFirmwareStatus(scene, requestId, 'Downloaded');
    await signedFirmwareStatus(scene, requestId, 'InvalidSignature');
    await showsNewestJob(scene, 'firmware', { requestId, status: 'InvalidSignature', state: 'failed' });
  },
};
