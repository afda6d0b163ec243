import { readFileSync } from 'node:fs';
import type { SecurityProfile } from '../../src/simulator/security.ts';
import { OptionError } from '../option-error.ts';

/** How charge points prove who they are. */
export interface SecurityOptions {
  readonly profile: SecurityProfile;
  /** Engine of the TLS port of the gateway that is started. */
  readonly transport: string | undefined;
  /** Whether TLS sessions are resumed. */
  readonly resumes: boolean;
  /** PEM files of an authority that the gateway trusts. */
  readonly clientCa: string | undefined;
  readonly clientCaKey: string | undefined;
}

type Text = (
  flag: 'security-profile' | 'tls-resumption' | 'ca' | 'client-ca' | 'client-ca-key',
) => string | undefined;

/**
 * Reads the flags about security. A profile has its own kind of URL at a gateway that runs already.
 * @throws OptionError naming the flag.
 */
export function readSecurity(
  text: Text,
  target: { readonly ocppUrl: string } | undefined,
  gatewayFlags: readonly string[],
): SecurityOptions {
  const given = text('security-profile') ?? '0';
  if (!/^[0-3]$/.test(given)) throw new OptionError(`--security-profile must be 0, 1, 2 or 3, not ${given}`);
  const profile = Number(given) as SecurityProfile;
  const resumption = text('tls-resumption') ?? 'yes';
  if (resumption !== 'yes' && resumption !== 'no')
    throw new OptionError(`--tls-resumption must be yes or no, not ${resumption}`);
  const [clientCa, clientCaKey] = [text('client-ca'), text('client-ca-key')];
  if (target === undefined && (text('ca') ?? clientCa ?? clientCaKey) !== undefined)
    throw new OptionError('--ca, --client-ca and --client-ca-key are only for a gateway that runs already');
  if (target !== undefined) {
    const isSecure = target.ocppUrl.startsWith('wss:');
    if (profile >= 2 && !isSecure)
      throw new OptionError(`--security-profile ${given} needs a wss --ocpp-url`);
    if (profile === 1 && isSecure) throw new OptionError('--security-profile 1 needs a ws --ocpp-url');
    if (profile === 3 && (clientCa === undefined || clientCaKey === undefined))
      throw new OptionError('--security-profile 3 needs --client-ca and --client-ca-key');
  }
  const transport = gatewayFlags.findLast((_, index) => gatewayFlags[index - 1] === '--ocpp-transport');
  return { profile, transport, resumes: resumption === 'yes', clientCa, clientCaKey };
}

/** The text of a file. @throws OptionError naming the flag where it cannot be read. */
export function readPem(flag: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new OptionError(`--${flag}: cannot read ${file}: ${(error as NodeJS.ErrnoException).code}`);
  }
}
