import { endpointsOf } from '../config/endpoints.ts';
import type { Config } from '../config/schema.ts';
import type { CampaignTask } from '../store/campaign-record.ts';
import { currentProfile, loweredFrom, wantedProfile } from '../store/current-profile.ts';
import type { SecurityProfile } from '../store/security-profile.ts';
import type { Store } from '../store/store.ts';
import { type ApiError, apiError } from './errors.ts';
import { unfit } from './unfit.ts';

/** What stands in the way of a security profile (`#/components/schemas/MissingPrerequisite`). */
export interface MissingPrerequisite {
  readonly code: 'authorization_key' | 'tls_endpoint' | 'central_system_root' | 'client_certificate';
  readonly message: string;
}

interface Deps {
  readonly store: Store;
  readonly config: Config;
}

/**
 * What a charge point lacks, as far as Farad knows, to connect with `profile` (security whitepaper ed. 3
 * A05.FR.02 to .04).
 */
export function missingFor(
  { store, config }: Deps,
  id: string,
  profile: SecurityProfile,
): MissingPrerequisite[] {
  const missing: MissingPrerequisite[] = [];
  const lacks = (code: MissingPrerequisite['code'], message: string) => void missing.push({ code, message });
  if ((profile === 1 || profile === 2) && !hasKey(store, id)) {
    lacks('authorization_key', 'no key is set for it: set one, or send it an AuthorizationKey');
  }
  if (profile >= 2) {
    if (!endpointsOf(config).some(({ secure }) => secure)) {
      lacks('tls_endpoint', 'no endpoint of Farad has TLS (ocpp.endpoints)');
    }
    if (!hasRoot(store, id)) {
      lacks(
        'central_system_root',
        'it is not known to have a CentralSystemRootCertificate: ask it with GetInstalledCertificateIds, or install one',
      );
    }
  }
  if (profile === 3 && config.ocpp.tls.clientCas.length === 0 && !hasCertificate(store, id)) {
    lacks(
      'client_certificate',
      'no certificate was issued to it, and certificates of no other authority are trusted (ocpp.tls.clientCas)',
    );
  }
  return missing;
}

/**
 * Why a CALL that changes the security profile must not be sent: it would lower it, or something is missing
 * and nobody said to send it all the same. Undefined for every other CALL.
 */
export function securityRefusal(
  deps: Deps,
  id: string,
  { action, payload, force }: { readonly action: string; readonly payload: unknown; readonly force: boolean },
): ApiError | undefined {
  const wanted = wantedProfile(action, payload);
  if (wanted === undefined) return undefined;
  const current = loweredFrom(deps.store, id, action, payload);
  if (wanted === null || current !== undefined) {
    const profile = current ?? currentProfile(deps.store, id);
    return apiError('security_profile_not_raised', { id, current: profile }, { current: profile });
  }
  const missing = force ? [] : missingFor(deps, id, wanted);
  return missing.length === 0 ? undefined : lacking(id, wanted, missing);
}

/**
 * Throws where a campaign of security cannot come to anything: members that do not belong together, or no
 * port with TLS for a profile that needs one, unless `force` says that a proxy has it.
 */
export function checkSecurityTask(task: CampaignTask, config: Config, force: boolean): void {
  if (!('security' in task)) return;
  const { profile, rootCertificate } = task as {
    readonly profile?: number;
    readonly rootCertificate?: string;
  };
  const isRaise = task.security === 'raise-profile';
  if (isRaise && profile === undefined) throw unfit('/task/profile', 'is missing');
  if (!isRaise && profile !== undefined) throw unfit('/task/profile', 'belongs to raise-profile');
  if (!isRaise && rootCertificate !== undefined)
    throw unfit('/task/rootCertificate', 'belongs to raise-profile');
  if (force || (profile ?? 0) < 2 || endpointsOf(config).some(({ secure }) => secure)) return;
  throw apiError(
    'likely_refused',
    { id: 'of the campaign', reasons: 'no endpoint of Farad has TLS (ocpp.endpoints)' },
    {
      warnings: [
        { code: 'tls_endpoint', message: 'no endpoint of Farad has TLS (ocpp.endpoints)', refusal: true },
      ],
    },
  );
}

export function lacking(id: string, profile: number, missing: readonly MissingPrerequisite[]): ApiError {
  const reasons = missing.map(({ message }) => message).join('; ');
  return apiError('security_prerequisites_missing', { id, profile, reasons }, { missing });
}

function hasKey(store: Store, id: string): boolean {
  return store.givenKeys.accepted(id, store.settings.get(id)).some(({ keyHash }) => keyHash !== null);
}

function hasRoot(store: Store, id: string): boolean {
  const known = store.installedCertificates.get(id, 'CentralSystemRootCertificate');
  return known !== undefined && (known.sent.length > 0 || (known.certificates?.length ?? 0) > 0);
}

function hasCertificate(store: Store, id: string): boolean {
  const now = Date.now();
  return store.certificates
    .of(id)
    .some(({ state, notAfter }) => (state === 'issued' || state === 'installed') && notAfter > now);
}

/** Query parameter of operations that may raise a security profile. */
export const forceProfileQuery = {
  force: {
    type: 'boolean',
    default: false,
    description:
      'For ChangeConfiguration of SecurityProfile: send it although something is missing for the profile.',
  },
} as const;
