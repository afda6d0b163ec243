import type { PeerCertificate, RequestHead } from './transport/transport.ts';

/**
 * Header with the client's certificate, DER in base64 or percent-encoded PEM, which the proxy has to
 * overwrite in every request.
 */
const CERTIFICATE = 'farad-client-certificate';
/**
 * Header with what the proxy makes of that certificate: 0 or SUCCESS where its chain holds. To be overwritten
 * as well.
 */
const VERIFICATION = 'farad-client-verify';

const CHAIN_HOLDS = ['0', 'SUCCESS'];

/**
 * What a request says of the other end: where it comes from a trusted proxy, by the headers of that
 * (obligation L19), else by the connection. What anybody else sends in such headers means nothing.
 */
export function throughProxy(head: RequestHead, isProxy: (address: string) => boolean): RequestHead {
  return isProxy(head.remoteAddress) ? new ForwardedHead(head, isProxy) : head;
}

class ForwardedHead implements RequestHead {
  /** What was agreed on with a proxy is not known. */
  readonly tls = undefined;
  private readonly head: RequestHead;
  private readonly isProxy: (address: string) => boolean;

  constructor(head: RequestHead, isProxy: (address: string) => boolean) {
    this.head = head;
    this.isProxy = isProxy;
  }

  get method(): string {
    return this.head.method;
  }

  get path(): string {
    return this.head.path;
  }

  /** The last of X-Forwarded-For that is no proxy of ours: those before it are the client's own words. */
  get remoteAddress(): string {
    const passed = listOf(this.head.header('x-forwarded-for'));
    return passed.findLast((address) => !this.isProxy(address)) ?? passed[0] ?? this.head.remoteAddress;
  }

  get secure(): boolean {
    const scheme = listOf(this.head.header('x-forwarded-proto')).at(-1);
    return scheme === undefined ? this.head.secure : scheme === 'https' || scheme === 'wss';
  }

  /** Never that of the proxy itself. */
  get peerCertificate(): PeerCertificate | undefined {
    const raw = Buffer.from(base64Of(this.head.header(CERTIFICATE)), 'base64');
    if (raw.length === 0) return undefined;
    const verified = this.head.header(VERIFICATION);
    const problem = CHAIN_HOLDS.includes(verified) ? undefined : verified || 'not verified by the proxy';
    return { raw, problem };
  }

  get demandsCertificate(): boolean {
    return this.head.demandsCertificate ?? false;
  }

  header(name: string): string {
    return this.head.header(name);
  }
}

/** As HAProxy has it, or nginx. */
function base64Of(value: string): string {
  return (
    /-----BEGIN(?:%20| )CERTIFICATE-----(.*?)-----END/s
      .exec(value)?.[1]
      ?.replaceAll(/%0A|%0D/gi, '')
      .replaceAll(/%2B/gi, '+')
      .replaceAll(/%2F/gi, '/')
      .replaceAll(/%3D/gi, '=') ?? value
  );
}

function listOf(value: string): string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
