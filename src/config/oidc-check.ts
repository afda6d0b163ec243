import { ConfigError } from './config-error.ts';
import { isLoopback } from './loopback.ts';
import type { Config } from './schema.ts';

/** Names may have a `=`, too. */
const SCOPE = /^(.+?)=(all$|group:|site:)(.*)$/;

const ROLES = ['viewer', 'operator', 'admin'] as const;

type Role = (typeof ROLES)[number];

/** What a value of a claim is worth. */
export interface OidcMapping {
  /** Roles by the value of `api.oidc.roleClaim`. */
  readonly roles: ReadonlyMap<string, Role>;
  /** Undefined: everybody sees every charge point. */
  readonly scopes: ReadonlyMap<string, readonly OidcScope[]> | undefined;
  /** Each of these claims has to have one of these values. */
  readonly required: readonly (readonly [claim: string, values: readonly string[]])[];
}

export type OidcScope = 'all' | { readonly kind: 'groups' | 'sites'; readonly name: string };

/** Reads the lists of `api.oidc`. Throws ConfigError for an entry that cannot be read. */
export function readOidcMapping({ roles, scopes, requiredClaims }: Config['api']['oidc']): OidcMapping {
  const ofScopes = new Map<string, readonly OidcScope[]>();
  for (const entry of scopes) {
    const [, value = '', kind, name = ''] = SCOPE.exec(entry) ?? [];
    if (kind === undefined || (kind !== 'all' && name === '')) {
      throw wrong('scopes', 'must be VALUE=all, VALUE=group:NAME or VALUE=site:NAME');
    }
    const given: OidcScope = kind === 'all' ? 'all' : { kind: kind === 'group:' ? 'groups' : 'sites', name };
    ofScopes.set(value, [...(ofScopes.get(value) ?? []), given]);
  }
  return {
    roles: new Map(
      roles.map((entry) => {
        const [value, given] = pairOf('roles', entry, entry.lastIndexOf('='), 'VALUE=ROLE');
        const role = ROLES.find((known) => known === given);
        if (role === undefined) throw wrong('roles', `has no role ${given}: ${ROLES.join(', ')}`);
        return [value, role];
      }),
    ),
    scopes: scopes.length === 0 ? undefined : ofScopes,
    required: requiredClaims.map((entry) => {
      const [claim, values] = pairOf('requiredClaims', entry, entry.indexOf('='), 'NAME=VALUE');
      return [claim, values.split('|')];
    }),
  };
}

/** Throws ConfigError where the settings of an OpenID provider do not go together. */
export function checkOidc({ api: { oidc } }: Pick<Config, 'api'>): void {
  readOidcMapping(oidc);
  if (oidc.issuer === '') return;
  const { protocol, hostname } = URL.canParse(oidc.issuer)
    ? new URL(oidc.issuer)
    : { protocol: '', hostname: '' };
  if (protocol !== 'https:' && !isLoopback(hostname)) throw wrong('issuer', 'must be an https URL');
  if (oidc.issuer.includes('/.well-known/')) {
    throw wrong('issuer', 'must be the issuer alone, without /.well-known/openid-configuration');
  }
  if (oidc.clientId === '') throw wrong('clientId', 'must be set where api.oidc.issuer is');
  if (!oidc.requestScopes.includes('openid')) throw wrong('requestScopes', 'must have openid');
  if (oidc.roles.length === 0 && oidc.otherwise === 'refused') {
    throw wrong('roles', 'must give somebody a role, or api.oidc.otherwise must');
  }
}

/** Values of claims may be anything, names of directories with `=` among them. */
function pairOf(setting: string, entry: string, place: number, form: string): [string, string] {
  if (place < 1 || place === entry.length - 1) throw wrong(setting, `must be ${form}`);
  return [entry.slice(0, place), entry.slice(place + 1)];
}

function wrong(setting: string, problem: string): ConfigError {
  return new ConfigError(`api.oidc.${setting}`, `api.oidc.${setting} ${problem}`);
}
