/**
 * 1: password over a plain socket; 2: password over TLS; 3: client certificate; 0: none of these
 * (security whitepaper ed. 3 §2.1).
 */
export type SecurityProfile = 0 | 1 | 2 | 3;

/**
 * A profile as a value of the configuration key SecurityProfile (security whitepaper ed. 3 §7.6); undefined
 * for anything but one digit.
 */
export function readProfile(value: string | null | undefined): SecurityProfile | undefined {
  return value !== null && value !== undefined && /^[0-3]$/.test(value)
    ? (Number(value) as SecurityProfile)
    : undefined;
}

/**
 * Whether a configuration key of this name sets the security profile: keys are compared without case
 * (OCPP 1.6 ed. 2 §2.2).
 */
export function setsSecurityProfile(key: string): boolean {
  return key.trim().toLowerCase() === 'securityprofile';
}
