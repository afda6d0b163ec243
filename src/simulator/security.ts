import { createPublicKey, X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { ClientTls } from './open-socket.ts';
import { newSigningRequest, type SigningRequest } from './signing-request.ts';

/** As in the security whitepaper ed. 3 §2.1: none, a password, a password over TLS, a client certificate. */
export type SecurityProfile = 0 | 1 | 2 | 3;

/** A certificate with those that issued it, and its private key; all PEM. */
export interface ClientCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** What a charge point can show of itself. */
export interface Credentials {
  /** 16 to 20 bytes (security whitepaper ed. 3 A00.FR.205). */
  readonly password?: Uint8Array | undefined;
  readonly certificate?: ClientCertificate | undefined;
}

/** What the charge points of a fleet have ex works. */
export interface FleetSecurity {
  readonly profile: SecurityProfile;
  /** Asked at the first connection of a charge point. */
  credentials(index: number, id: string): Credentials;
  /** PEM: whose servers are believed over TLS; none: those that Node knows. */
  readonly roots: readonly string[];
  /** They are the certificates of the server itself, whatever names stand in them. */
  readonly pinned?: boolean;
  /** Whether TLS sessions are resumed. */
  readonly resumes?: boolean;
  /** Whether there is an address over TLS. */
  readonly speaksTls: boolean;
}

/** A fleet without security, where there is no TLS. */
export const NO_SECURITY: FleetSecurity = {
  profile: 0,
  credentials: () => ({}),
  roots: [],
  speaksTls: false,
};

interface Shown extends Credentials {
  readonly profile: SecurityProfile;
}

/** By its roots; charge points that show no certificate of their own share one. */
const contexts = new WeakMap<readonly string[], SecureContext>();

/**
 * How one charge point proves who it is, and whom it believes. A change is tried at the next connection, and
 * taken back where that is refused (security whitepaper ed. 3 A05.FR.08); once it has worked there is no way
 * back (A05.FR.09).
 */
export class Security {
  readonly #index: number;
  readonly #id: string;
  readonly #fleet: FleetSecurity;
  #roots: readonly string[];
  #shown: Shown | undefined;
  #former: Shown | undefined;
  #asked: SigningRequest | undefined;
  #context: SecureContext | undefined;
  #session: Buffer | undefined;

  constructor(index: number, id: string, fleet: FleetSecurity) {
    this.#index = index;
    this.#id = id;
    this.#fleet = fleet;
    this.#roots = fleet.roots;
  }

  get profile(): SecurityProfile {
    return this.#shown?.profile ?? this.#fleet.profile;
  }

  /** PEM of the roots of Central Systems that it believes. */
  get roots(): readonly string[] {
    return this.#roots;
  }

  /**
   * Value of the header of the next connection: whoever has a password and no certificate to show shows it.
   */
  authorization(): string | undefined {
    const { profile, password } = this.#now();
    if (password === undefined || profile === 3) return undefined;
    return `Basic ${Buffer.concat([Buffer.from(`${this.#id}:`), password]).toString('base64')}`;
  }

  /** For the next connection, if that goes over TLS. */
  tls(): ClientTls {
    return {
      context: this.#ownContext(),
      pinned: this.#fleet.pinned === true,
      session: this.#session,
      onSession: this.#fleet.resumes === true ? this.#keep : undefined,
    };
  }

  /** Whether it has what a profile needs (A05.FR.02 to .04), and does not lower its own (A00.FR.005). */
  mayChangeTo(profile: SecurityProfile): boolean {
    const { password, certificate } = this.#now();
    if (profile < this.profile) return false;
    if (profile >= 2 && !(this.#fleet.speaksTls && this.#roots.length > 0)) return false;
    return profile === 3 ? certificate !== undefined : profile === 0 || password !== undefined;
  }

  /** Changes what the next connection shows. */
  change(change: Partial<Shown>): void {
    const now = this.#now();
    this.#former ??= now;
    this.#show({ ...now, ...change });
  }

  /** The connection is open: what was shown is good. */
  proved(): void {
    this.#former = undefined;
  }

  /**
   * The connection was refused: what was shown before is shown again. False: nothing has changed since it was
   * good.
   */
  fallBack(): boolean {
    if (this.#former === undefined) return false;
    this.#show(this.#former);
    this.#former = undefined;
    return true;
  }

  /** Its next TLS handshake is a full one. */
  forgetSession(): void {
    this.#session = undefined;
  }

  /** Believes one more root (InstallCertificate). */
  believe(root: string): void {
    this.#roots = [...this.#roots, root];
    this.#forgetTls();
  }

  /** No longer believes a root. */
  doubt(root: string): void {
    this.#roots = this.#roots.filter((one) => one !== root);
    this.#forgetTls();
  }

  /** Makes a key and what a certificate for it is asked for with (PKCS#10 in PEM). */
  async ask(commonName: string, organization: string): Promise<string> {
    this.#asked = await newSigningRequest(commonName, organization);
    return this.#asked.csr;
  }

  /** Takes the certificate that it has asked for; false if it is for no key of its own (A02.FR.06). */
  take(chain: string): boolean {
    const asked = this.#asked;
    if (asked === undefined || !isFor(chain, asked.key)) return false;
    this.#asked = undefined;
    this.change({ certificate: { certificate: chain, key: asked.key } });
    return true;
  }

  readonly #keep = (session: Buffer): void => {
    this.#session = session;
  };

  #now(): Shown {
    this.#shown ??= {
      profile: this.#fleet.profile,
      ...this.#fleet.credentials(this.#index, this.#id),
    };
    return this.#shown;
  }

  #show(shown: Shown): void {
    this.#shown = shown;
    this.#forgetTls();
  }

  #forgetTls(): void {
    this.#context = undefined;
    this.#session = undefined;
  }

  #ownContext(): SecureContext {
    const { profile, certificate } = this.#now();
    const own = profile === 3 ? certificate : undefined;
    this.#context ??= own === undefined ? sharedContext(this.#roots) : contextOf(this.#roots, own);
    return this.#context;
  }
}

function sharedContext(roots: readonly string[]): SecureContext {
  const context = contexts.get(roots) ?? contextOf(roots, undefined);
  contexts.set(roots, context);
  return context;
}

function contextOf(roots: readonly string[], own: ClientCertificate | undefined): SecureContext {
  return createSecureContext({
    ...(roots.length === 0 ? {} : { ca: [...roots] }),
    ...(own === undefined ? {} : { cert: own.certificate, key: own.key }),
    // A root may be the very certificate of the server.
    allowPartialTrustChain: true,
  });
}

function isFor(chain: string, key: string): boolean {
  try {
    const wanted = createPublicKey(key).export({ type: 'spki', format: 'der' });
    return wanted.equals(new X509Certificate(chain).publicKey.export({ type: 'spki', format: 'der' }));
  } catch {
    return false;
  }
}
