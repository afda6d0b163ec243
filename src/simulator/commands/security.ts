import { type Certificate, readCertificates } from '../../certificates/certificate.ts';
import { hashDataOf, isSameHashData } from '../../certificates/hash-data.ts';
import type { ChangeConfigurationResponse } from '../../protocol/v16/generated/messages.ts';
import type { Answer, Commands, Controls } from '../controls.ts';
import { serialNumberOf } from '../hardware.ts';
import type { SecurityProfile } from '../security.ts';
import { remoteTriggerCommands } from './remote-trigger.ts';

/**
 * Central System commands about keys and certificates (security whitepaper ed. 3 §6); an operator's root goes
 * to the same place as those ex works.
 */
export const securityCommands = {
  ExtendedTriggerMessage: (controls, { requestedMessage, connectorId }) => {
    switch (requestedMessage) {
      case 'SignChargePointCertificate':
        return { payload: { status: 'Accepted' }, afterwards: () => askForCertificate(controls) };
      case 'LogStatusNotification':
        return { payload: { status: 'NotImplemented' } };
      default:
        return remoteTriggerCommands.TriggerMessage(controls, {
          requestedMessage,
          ...(connectorId !== undefined && { connectorId }),
        });
    }
  },

  CertificateSigned: (controls, { certificateChain }) => {
    const { security } = controls;
    if (!security.take(certificateChain)) return { payload: { status: 'Rejected' } };
    // A certificate that is not shown yet is there for a profile to come.
    const afterwards = security.profile === 3 ? () => controls.reconnect() : undefined;
    return { payload: { status: 'Accepted' }, afterwards };
  },

  InstallCertificate: (controls, { certificateType, certificate }) => {
    const [root] = readCertificates(certificate) ?? [];
    if (root === undefined || certificateType !== 'CentralSystemRootCertificate')
      return { payload: { status: 'Rejected' } };
    if (!controls.security.roots.includes(certificate)) controls.security.believe(certificate);
    return { payload: { status: 'Accepted' } };
  },

  GetInstalledCertificateIds: ({ security }, { certificateType }) => {
    const roots = certificateType === 'CentralSystemRootCertificate' ? security.roots.flatMap(readRoot) : [];
    if (roots.length === 0) return { payload: { status: 'NotFound' } };
    const certificateHashData = roots.map((root) => hashDataOf(root, root, 'SHA256'));
    return { payload: { status: 'Accepted', certificateHashData } };
  },

  DeleteCertificate: ({ security }, { certificateHashData: wanted }) => {
    const found = security.roots.find((pem) =>
      readRoot(pem).some((root) => isSameHashData(hashDataOf(root, root, wanted.hashAlgorithm), wanted)),
    );
    if (found === undefined) return { payload: { status: 'NotFound' } };
    security.doubt(found);
    return { payload: { status: 'Accepted' } };
  },
} satisfies Commands;

/**
 * ChangeConfiguration of what a charge point is recognised by: it is accepted, and then the charge point
 * connects anew with it (security whitepaper ed. 3 A01, A05). Undefined for other keys.
 */
export function changeSecurity(
  controls: Controls,
  key: string,
  value: string,
): Answer<'ChangeConfiguration'> | undefined {
  const { security, configuration } = controls;
  switch (key.toLowerCase()) {
    case 'securityprofile': {
      const profile = Number(value) as SecurityProfile;
      const status = security.mayChangeTo(profile) ? configuration.change(key, value) : 'Rejected';
      if (profile === security.profile) return answer(status);
      return answer(status, () => {
        security.change({ profile });
        controls.reconnect();
      });
    }
    case 'authorizationkey': {
      const isShown = security.profile === 1 || security.profile === 2;
      return answer(configuration.change(key, value), () => {
        security.change({ password: Buffer.from(value, 'hex') });
        if (isShown) controls.reconnect();
      });
    }
    default:
      return undefined;
  }
}

function answer(
  status: ChangeConfigurationResponse['status'],
  afterwards?: () => void,
): Answer<'ChangeConfiguration'> {
  return { payload: { status }, afterwards: status === 'Accepted' ? afterwards : undefined };
}

/** The answer says only that the request came; CertificateSigned follows when the certificate is there. */
function askForCertificate(controls: Controls): void {
  const { security, configuration, index, world, id } = controls;
  security.ask(serialNumberOf(index), configuration.text('CpoName')).then(
    (csr) => controls.send('SignCertificate', { csr }),
    (error: unknown) =>
      world.recorder.problem({
        kind: 'unexpected',
        chargePointId: id,
        action: 'SignCertificate',
        detail: String(error),
      }),
  );
}

/** A root that can be named by its hashes: one that has signed itself. */
function readRoot(pem: string): Certificate[] {
  return (readCertificates(pem) ?? []).filter(({ isSelfSigned }) => isSelfSigned).slice(0, 1);
}
