import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

export const CLIENT = { id: 'farad', secret: 'a-secret-of-the-client-0123456789' };

/** Somebody with an account at the provider. */
export interface Account {
  readonly sub: string;
  readonly [claim: string]: unknown;
}

type Claims = Readonly<Record<string, unknown>>;

/** What becomes of an ID token on its way; it is signed anew. */
export interface Forgery {
  readonly change: (claims: Claims) => Claims;
  /** Else the provider's own key. */
  readonly key?: KeyObject;
}

/** A real OpenID provider (oidc-provider) on a free port. Whoever types a login is let in. */
export interface OpenIdProvider {
  readonly issuer: string;
  /** By their login. */
  readonly accounts: Map<string, Account>;
  /** Lets browsers come back to this Farad, which shows this secret in this way. */
  serve(farad: string, credentials?: Partial<Credentials>): void;
  /** What answers in its place; undefined: itself again. */
  replace(by: RequestListener | undefined): void;
  /** Changes the ID tokens that it issues from now on; undefined: no more. */
  forge(forgery: Forgery | undefined): void;
  close(): Promise<void>;
}

export async function startOpenIdProvider(): Promise<OpenIdProvider> {
  let own: RequestListener = (_, response) => response.writeHead(503).end();
  let other: RequestListener | undefined;
  let forgery: Forgery | undefined;
  const key = newKey();
  const server = createServer((request, response) => {
    if (forgery && request.url === '/token') forgeAnswer(response, { key, ...forgery });
    (other ?? own)(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const accounts = new Map<string, Account>();
  return {
    issuer,
    accounts,
    serve(farad, { secret = CLIENT.secret, method = 'client_secret_basic' } = {}) {
      own = providerAt({ issuer, farad, secret, method, accounts, key }).callback();
    },
    replace(by) {
      other = by;
    },
    forge(given) {
      forgery = given;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A private key that signs ID tokens (RS256). */
export function newKey(): KeyObject {
  return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
}

const KEY_ID = 'the key of a test';

function forgeAnswer(response: ServerResponse, { change, key }: Required<Forgery>): void {
  const end = response.end.bind(response);
  response.end = ((answer: string) => {
    const { id_token: token, ...rest } = JSON.parse(answer) as Record<string, string>;
    const claims = JSON.parse(Buffer.from(token?.split('.')[1] ?? '', 'base64url').toString()) as Claims;
    const text = JSON.stringify({ ...rest, id_token: signed(change(claims), key) });
    response.setHeader('content-length', Buffer.byteLength(text));
    return end(text);
  }) as typeof response.end;
}

function signed(claims: Claims, key: KeyObject): string {
  const parts = [{ alg: 'RS256', kid: KEY_ID }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  const text = parts.join('.');
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
}

interface Credentials {
  readonly secret: string;
  readonly method: 'client_secret_basic' | 'client_secret_post';
}

interface ProviderOptions extends Credentials {
  readonly issuer: string;
  readonly farad: string;
  readonly accounts: ReadonlyMap<string, Account>;
  readonly key: KeyObject;
}

function providerAt({ issuer, farad, secret, method, accounts, key }: ProviderOptions): Provider {
  return new Provider(issuer, {
    jwks: { keys: [{ ...key.export({ format: 'jwk' }), kid: KEY_ID, alg: 'RS256', use: 'sig' }] as never },
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: secret,
        token_endpoint_auth_method: method,
        redirect_uris: [`${farad}/api/v1/session/oidc/callback`],
        post_logout_redirect_uris: [`${farad}/`],
      },
    ],
    claims: {
      openid: ['sub'],
      profile: ['preferred_username', 'name', 'groups'],
      email: ['email', 'email_verified'],
    },
    clientAuthMethods: [method],
    pkce: { required: () => true },
    cookies: { keys: ['a key of the cookies of a test'] },
    ttl: { Session: 600, Interaction: 600, Grant: 600, AccessToken: 600, IdToken: 600 },
    findAccount: (_, login) => {
      const account = accounts.get(login);
      return account && { accountId: login, claims: () => account as never };
    },
    // Nobody is asked whether Farad may know who they are.
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({
        clientId: oidc.client?.clientId ?? '',
        accountId: oidc.session?.accountId ?? '',
      });
      grant.addOIDCScope('openid profile email');
      await grant.save();
      return grant;
    },
  });
}

/** As far as a browser goes: it keeps cookies, and goes where it is led. */
export class LedBrowser {
  private readonly cookies = new Map<string, Map<string, string>>();
  /** Changes an address before it goes there. */
  detour: (address: URL) => URL = (address) => address;

  /** Goes to an address and on until nothing leads further; where it ends up. */
  async go(address: string, form?: Record<string, string>): Promise<{ url: URL; text: string }> {
    let url = new URL(address);
    let body = form && new URLSearchParams(form);
    for (;;) {
      const response = await fetch(url, {
        method: body ? 'POST' : 'GET',
        redirect: 'manual',
        headers: { cookie: this.cookiesFor(url) },
        ...(body && { body }),
      });
      this.keep(url, response.headers.getSetCookie());
      const location = response.headers.get('location');
      if (location === null) return { url, text: await response.text() };
      body = undefined;
      url = this.detour(new URL(location, url));
    }
  }

  /** Logs in at the provider, from wherever Farad leads. */
  async logIn(farad: string, login: string): Promise<URL> {
    const begun = await this.go(`${farad}/api/v1/session/oidc`);
    const action = /action="([^"]+)"/.exec(begun.text)?.[1];
    if (action === undefined) return begun.url;
    const form = { prompt: 'login', login, password: 'whatever' };
    return (await this.go(new URL(action, begun.url).href, form)).url;
  }

  cookiesFor({ origin }: URL): string {
    return Array.from(this.cookies.get(origin) ?? [], ([name, value]) => `${name}=${value}`).join('; ');
  }

  private keep({ origin }: URL, given: readonly string[]): void {
    const kept = this.cookies.get(origin) ?? new Map<string, string>();
    this.cookies.set(origin, kept);
    for (const text of given) {
      const [name = '', value = ''] = text.split(';', 1)[0]?.split('=') ?? [];
      if (value === '') kept.delete(name);
      else kept.set(name, value);
    }
  }
}
