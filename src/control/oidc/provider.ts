import { createHash, randomBytes } from 'node:crypto';
import type * as oidc from 'openid-client';
import { isLoopback } from '../../config/loopback.ts';
import { readOidcMapping } from '../../config/oidc-check.ts';
import type { Config } from '../../config/schema.ts';
import type { Log } from '../../telemetry/log.ts';
import { type ClaimRefusal, type Claims, type Vouched, vouchedBy } from './claims.ts';

/** Why nobody came in: for the log-in page, which has words for each. */
export type OidcRefusal =
  | ClaimRefusal
  | 'provider_away'
  | 'provider_refused'
  | 'log_in_expired'
  | 'bad_answer';

/** How long somebody may take at the provider, ms. */
const PATIENCE_MS = 10 * 60_000;
/** Log-ins under way; beyond that the oldest are given up. */
const MAX_UNDER_WAY = 10_000;
/** How long what the provider says of itself is taken for true, ms. */
const KNOWN_FOR_MS = 3_600_000;
const SECRET_BYTES = 32;
/** Longest reason in the log, characters. */
const MAX_REASON = 500;

interface UnderWay {
  /** SHA-256 of what the browser holds, that began it. */
  readonly browser: string;
  readonly verifier: string;
  readonly nonce: string;
  readonly redirectUri: string;
  /** Epoch ms. */
  readonly begunAt: number;
}

/** Where a browser goes to log in. */
export interface Departure {
  readonly url: URL;
  /** For a cookie of the browser: nobody else can come back in its place. */
  readonly secret: string;
}

/**
 * Logs people in by an OpenID provider (OpenID Connect Core 1.0, the code flow, with PKCE, RFC 7636).
 * What is under way is in memory: a restart of control in between asks people to begin again.
 */
export class OidcProvider {
  private readonly settings: Config['api']['oidc'];
  private readonly mapping;
  private readonly log: Log;
  private readonly now: () => number;
  private readonly timeoutMs: number;
  private readonly underWay = new Map<string, UnderWay>();
  private known: { readonly configuration: Promise<oidc.Configuration>; readonly since: number } | undefined;

  /** `timeoutMs`: how long the provider may take for each answer. */
  constructor(settings: Config['api']['oidc'], log: Log, { now = Date.now, timeoutMs = 5000 } = {}) {
    this.settings = settings;
    this.mapping = readOidcMapping(settings);
    this.log = log;
    this.now = now;
    this.timeoutMs = timeoutMs;
  }

  get label(): string {
    return this.settings.label;
  }

  /** Begins a log-in of a browser that will come back to `redirectUri`. */
  async depart(redirectUri: string): Promise<Departure | 'provider_away'> {
    const configuration = await this.configuration();
    if (!configuration) return 'provider_away';
    const client = await library();
    const [verifier, nonce, state] = [
      client.randomPKCECodeVerifier(),
      client.randomNonce(),
      client.randomState(),
    ];
    const secret = randomBytes(SECRET_BYTES).toString('base64url');
    this.remember(state, { browser: digest(secret), verifier, nonce, redirectUri, begunAt: this.now() });
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: redirectUri,
      scope: this.settings.requestScopes.join(' '),
      state,
      nonce,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    return { url, secret };
  }

  /**
   * Who has come back. `query`: of the address that the provider sent the browser to; `secret`: what the
   * browser was given when it departed.
   */
  async arrive(query: string, secret: string | undefined): Promise<Vouched | OidcRefusal> {
    const parameters = new URLSearchParams(query);
    const state = parameters.get('state') ?? '';
    const begun = this.underWay.get(state);
    if (!begun || secret === undefined || begun.browser !== digest(secret)) return 'log_in_expired';
    // Whatever becomes of it: it is good for once.
    this.underWay.delete(state);
    if (begun.begunAt + PATIENCE_MS <= this.now()) return 'log_in_expired';
    const configuration = await this.configuration();
    if (!configuration) return 'provider_away';
    const claims = await this.claimsOf(
      configuration,
      new URL(`${begun.redirectUri}?${parameters}`),
      begun,
      state,
    );
    return typeof claims === 'string' ? claims : vouchedBy(claims, this.settings, this.mapping);
  }

  /** Where a browser logs out of the provider, too; undefined where the provider has no such place. */
  async farewell(returnTo: string): Promise<string | undefined> {
    const configuration = await this.configuration();
    if (configuration?.serverMetadata().end_session_endpoint === undefined) return undefined;
    const { buildEndSessionUrl } = await library();
    return buildEndSessionUrl(configuration, { post_logout_redirect_uri: returnTo }).href;
  }

  private async claimsOf(
    configuration: oidc.Configuration,
    address: URL,
    { verifier, nonce }: UnderWay,
    state: string,
  ): Promise<Claims | OidcRefusal> {
    const client = await library();
    try {
      const tokens = await client.authorizationCodeGrant(configuration, address, {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
      });
      const claims = tokens.claims();
      if (!claims) return 'bad_answer';
      // Many providers tell groups there alone.
      const more =
        configuration.serverMetadata().userinfo_endpoint === undefined
          ? {}
          : await client.fetchUserInfo(configuration, tokens.access_token, claims.sub);
      return { ...more, ...claims };
    } catch (err) {
      const isRefusal = err instanceof client.AuthorizationResponseError;
      this.log.warn({ reason: reasonOf(err) }, 'a log-in by the OpenID provider failed');
      return isRefusal ? 'provider_refused' : isAway(err) ? 'provider_away' : 'bad_answer';
    }
  }

  /** Undefined while the provider cannot be asked. */
  private async configuration(): Promise<oidc.Configuration | undefined> {
    if (!this.known || this.known.since + KNOWN_FOR_MS <= this.now()) {
      this.known = { configuration: this.discover(), since: this.now() };
    }
    const { known } = this;
    try {
      return await known.configuration;
    } catch (err) {
      // The next one asks again.
      if (this.known === known) this.known = undefined;
      this.log.warn(
        { reason: reasonOf(err), issuer: this.settings.issuer },
        'the OpenID provider cannot be asked',
      );
      return undefined;
    }
  }

  private async discover(): Promise<oidc.Configuration> {
    const client = await library();
    const { issuer, clientId, clientSecret } = this.settings;
    const server = new URL(issuer);
    // Signatures are checked although TLS says already whose answer it is: what ends TLS in between may
    // change it.
    const checks = [client.enableNonRepudiationChecks];
    if (isLoopback(server.hostname)) checks.push(client.allowInsecureRequests);
    return client.discovery(server, clientId, undefined, authentication(client, clientSecret), {
      timeout: this.timeoutMs / 1000,
      execute: checks,
    });
  }

  private remember(state: string, begun: UnderWay): void {
    const [oldest] = this.underWay.keys();
    if (this.underWay.size >= MAX_UNDER_WAY && oldest !== undefined) this.underWay.delete(oldest);
    this.underWay.set(state, begun);
  }
}

/** How Farad shows its secret: as the provider wants it. */
function authentication(client: typeof oidc, secret: string): oidc.ClientAuth {
  if (secret === '') return client.None();
  const [basic, post] = [client.ClientSecretBasic(secret), client.ClientSecretPost(secret)];
  return (server, ...request) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const isBasic = methods.includes('client_secret_basic') || !methods.includes('client_secret_post');
    (isBasic ? basic : post)(server, ...request);
  };
}

/**
 * What went wrong, in words: what else such an error carries may be a token, or what the provider knows of
 * somebody.
 */
function reasonOf(error: unknown): string {
  const { message, code, error: kind, error_description: words, cause } = error as Record<string, unknown>;
  const told = [message, code, kind, words].filter((part) => typeof part === 'string' && part !== '');
  if (cause instanceof Error) told.push(reasonOf(cause));
  if (cause instanceof Response) told.push(`status ${cause.status}`);
  return told.join(': ').slice(0, MAX_REASON);
}

/** Whether nothing, or a server's fault, came back in place of an answer. */
function isAway(error: unknown): boolean {
  const { cause, code } = error as { readonly cause?: unknown; readonly code?: string };
  if (cause instanceof Response) return cause.status >= 500;
  return error instanceof TypeError || code === 'OAUTH_TIMEOUT';
}

function digest(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Loaded when it is first needed: most installations have no provider. */
function library(): Promise<typeof oidc> {
  return import('openid-client');
}
