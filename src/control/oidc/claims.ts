import type { OidcMapping, OidcScope } from '../../config/oidc-check.ts';
import type { Config } from '../../config/schema.ts';
import type { Role } from '../../store/api-keys.ts';
import type { Scope } from '../../store/sight.ts';
import { roles as ranks } from '../roles.ts';

/** Why a provider's word is not enough to come in. */
export type ClaimRefusal = 'not_allowed' | 'no_role' | 'no_charge_points' | 'no_name';

/** Somebody whom a provider vouches for, as Farad takes it. */
export interface Vouched {
  readonly issuer: string;
  readonly subject: string;
  readonly name: string;
  readonly displayName: string | undefined;
  readonly role: Role;
  /** Undefined: every charge point. */
  readonly scope: Scope | undefined;
}

export type Claims = Readonly<Record<string, unknown>>;

const NAME = /^[A-Za-z0-9._@-]{1,64}$/;
const MAX_DISPLAY_NAME = 100;

type Rules = Pick<
  Config['api']['oidc'],
  'nameClaim' | 'roleClaim' | 'scopeClaim' | 'otherwise' | 'emailDomains'
>;

/** What the claims of somebody are worth by the settings, or why they are worth nothing. */
export function vouchedBy(claims: Claims, rules: Rules, mapping: OidcMapping): Vouched | ClaimRefusal {
  if (!isAllowed(claims, rules, mapping)) return 'not_allowed';
  const role = roleOf(claims, rules, mapping);
  if (role === undefined) return 'no_role';
  const scope = mapping.scopes && scopeOf(textsOf(claims[rules.scopeClaim]), mapping.scopes);
  if (scope === 'none') return 'no_charge_points';
  const name = claims[rules.nameClaim];
  if (typeof name !== 'string' || !NAME.test(name)) return 'no_name';
  const { name: displayName } = claims;
  return {
    issuer: String(claims.iss),
    subject: String(claims.sub),
    name,
    displayName:
      typeof displayName === 'string' && displayName.trim() !== ''
        ? displayName.replaceAll(/\p{Cc}/gu, ' ').slice(0, MAX_DISPLAY_NAME)
        : undefined,
    role,
    scope: scope === 'all' ? undefined : scope,
  };
}

function isAllowed(claims: Claims, { emailDomains }: Rules, { required }: OidcMapping): boolean {
  if (!required.every(([claim, values]) => textsOf(claims[claim]).some((text) => values.includes(text))))
    return false;
  if (emailDomains.length === 0) return true;
  const { email, email_verified: isVerified } = claims;
  if (typeof email !== 'string' || isVerified !== true) return false;
  const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase();
  return email.includes('@') && emailDomains.some((allowed) => allowed.toLowerCase() === domain);
}

/** The highest one that a value of the claim gives. */
function roleOf(claims: Claims, { roleClaim, otherwise }: Rules, { roles }: OidcMapping): Role | undefined {
  const given = textsOf(claims[roleClaim]).flatMap((text) => roles.get(text) ?? []);
  return ranks.findLast((role) => given.includes(role)) ?? (otherwise === 'refused' ? undefined : otherwise);
}

function scopeOf(
  texts: readonly string[],
  scopes: ReadonlyMap<string, readonly OidcScope[]>,
): Scope | 'all' | 'none' {
  const given = texts.flatMap((text) => scopes.get(text) ?? []);
  if (given.length === 0) return 'none';
  const scope: Record<'groups' | 'sites', string[]> = { groups: [], sites: [] };
  for (const one of given) {
    if (one === 'all') return 'all';
    if (!scope[one.kind].includes(one.name)) scope[one.kind].push(one.name);
  }
  return scope;
}

/** A claim has one value, or several. */
function textsOf(value: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.flatMap((one) =>
    typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean' ? [String(one)] : [],
  );
}
