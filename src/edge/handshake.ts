import type { NodeRefusal } from '../link/cluster-status.ts';
import { DIALECTS, offeredDialect } from '../protocol/dialects.ts';
import type { Dialect } from '../protocol/version.ts';
import { afterConnected, type ProfileState } from '../store/charge-point-security.ts';
import type { ChargePointSettings } from '../store/charge-point-settings.ts';
import { type AcceptedKey, afterShown } from '../store/given-keys.ts';
import type { TlsParameters } from '../store/session-record.ts';
import { type Admission, retryAfterSeconds, type Shortage } from './admission.ts';
import { type Authentication, type AuthenticationReason, authenticate } from './authenticate.ts';
import type { CertificateRules } from './charge-point-certificate.ts';
import { prefixSegments, readTarget } from './request-target.ts';
import type { Settling } from './settlings.ts';
import type { HttpAnswer, RequestHead } from './transport/transport.ts';

/** What the handshake has to know about charge points: single reads, never awaited. */
export interface Directory {
  settings(chargePointId: string): ChargePointSettings | undefined;
  /** Whether it was ever created. */
  isKnown(chargePointId: string): boolean;
  /** How many were created. */
  count(): number;
  /** What it may show. */
  acceptedKeys(chargePointId: string, settings: ChargePointSettings | undefined): readonly AcceptedKey[];
  /** Constant in time. */
  verifyKey(key: Uint8Array, keyHash: string): boolean;
  /** Which security profiles it may use. */
  profiles(chargePointId: string, settings: ChargePointSettings | undefined): ProfileState;
  /** What its certificate must name; undefined where nobody knows. */
  serialNumber(chargePointId: string, settings: ChargePointSettings | undefined): string | undefined;
  readonly certificates: CertificateRules;
}

export interface Connections {
  readonly size: number;
  has(chargePointId: string): boolean;
  /**
   * Connections that are being written down which settle what the charge point may show from now on, oldest
   * first.
   */
  settling(chargePointId: string): readonly Settling[];
}

/** The charge points that are being forgotten. */
export interface Departing {
  has(chargePointId: string): boolean;
}

/** What the cluster lets this node do; a machine that is alone has none of it. */
export interface Standing {
  /** Why it takes no charge points now. */
  shortage(): NodeRefusal | undefined;
  /** As `shortage`, of this one. */
  shortageFor(chargePointId: string): NodeRefusal | undefined;
}

export interface HandshakeOptions {
  /** `ocpp.path` */
  readonly path: string;
  readonly registration: 'open' | 'closed';
  /** `ocpp.subprotocolMismatch` */
  readonly subprotocolMismatch: 'refuse' | 'close';
  /** `security.minProfile` */
  readonly minProfile: number;
  readonly directory: Directory;
  readonly connections: Connections;
  readonly departures: Departing;
  readonly admission: Admission;
  readonly standing?: Standing | undefined;
  /** Monotonic, ms. */
  readonly clock: () => number;
}

export type RefusalReason =
  | 'proxy_header'
  | 'path'
  | 'identity'
  | 'no_upgrade'
  | 'connection_header'
  | 'websocket_version'
  | 'websocket_key'
  | 'subprotocol'
  | 'unknown'
  | AuthenticationReason
  | Shortage;

/** The request becomes a session of this charge point. */
export interface Admitted extends Settling {
  readonly kind: 'admitted';
  readonly chargePointId: string;
  /** Of the version that it speaks on this connection. */
  readonly dialect: Dialect;
  /** False for one that has to be created. */
  readonly known: boolean;
  readonly settings: ChargePointSettings | undefined;
  /** A higher profile is pending: which one it uses from now on is settled by who connects. */
  readonly isProfileOpen: boolean;
  /** DER of the certificate that it was recognised by. */
  readonly certificate: Uint8Array | undefined;
  readonly tls: TlsParameters | undefined;
}

/** A plain request, answered. */
export interface Answered {
  readonly kind: 'answered';
  readonly answer: HttpAnswer;
}

/** Answered with an HTTP error before the upgrade. */
export interface Refused {
  readonly kind: 'refused';
  readonly reason: RefusalReason;
  /** The reason in words. */
  readonly text: string;
  readonly answer: HttpAnswer;
  /** As far as it could be read. */
  readonly chargePointId: string;
}

/** Upgraded without a subprotocol and closed at once, as the letter of OCPP-J 1.6 §3.2 has it. */
export interface Dismissed {
  readonly kind: 'dismissed';
  readonly reason: 'subprotocol';
  readonly text: string;
  readonly chargePointId: string;
}

const SHORTAGES: Readonly<Record<Shortage, string>> = {
  stopping: 'Farad is stopping, come back later',
  log_away: 'this node cannot reach the log of the cluster, connect to another one',
  behind: 'this node is not up to date with the cluster, connect to another one',
  deleting: 'the charge point is being deleted, come back later',
  connections: 'too many connections, come back later',
  upgrade_rate: 'too many connections at once, come back later',
  registration_rate: 'too many new charge points at once, come back later',
  charge_points: 'no room for another charge point, come back later',
};

const SUBPROTOCOLS = DIALECTS.map(({ subprotocol }) => subprotocol).join(' or ');

const WEBSOCKET_VERSION = '13';

/** 16 bytes in base64 (RFC 6455 §4.1). */
const WEBSOCKET_KEY = /^[A-Za-z0-9+/]{21}[AQgw]==$/;

/**
 * Decides who gets a WebSocket (OCPP-J 1.6 §3, obligations A). Everything is decided before the upgrade,
 * without waiting, and the cheap reasons to refuse come first.
 */
export class Handshake {
  private readonly prefix: readonly string[];
  private readonly options: HandshakeOptions;
  private stopping = false;

  constructor(options: HandshakeOptions) {
    this.options = options;
    this.prefix = prefixSegments(options.path);
  }

  /** From now on everybody is asked to come back later. */
  stop(): void {
    this.stopping = true;
  }

  /** Answers a request that is no proper request for a WebSocket. */
  request(head: RequestHead): Answered | Refused {
    const target = readTarget(head.path, this.prefix);
    if (target.kind === 'health') return this.health();
    if (target.kind === 'elsewhere') return notFound();
    const chargePointId = target.kind === 'charge-point' ? target.chargePointId : '';
    if (head.header('upgrade').toLowerCase() !== 'websocket') return upgradeRequired(chargePointId);
    if (head.header('sec-websocket-key') !== '') {
      // Only with `ws`: Node takes this for a plain request, and by then has read on.
      return refuse('connection_header', 400, 'the header Connection: Upgrade is missing', chargePointId);
    }
    return refuse('websocket_key', 400, 'Sec-WebSocket-Key is missing', chargePointId);
  }

  /** Decides about a request for a WebSocket. */
  upgrade(head: RequestHead): Admitted | Refused | Dismissed {
    const target = readTarget(head.path, this.prefix);
    if (target.kind === 'bad-identity') {
      return refuse('identity', 400, `the charge point identity ${target.problem}`, '');
    }
    if (target.kind !== 'charge-point') return notFound();
    const { chargePointId } = target;
    if (head.header('sec-websocket-version') !== WEBSOCKET_VERSION) {
      const headers = { 'Sec-WebSocket-Version': WEBSOCKET_VERSION };
      return refuse('websocket_version', 426, 'WebSocket version 13 is needed', chargePointId, headers);
    }
    if (!WEBSOCKET_KEY.test(head.header('sec-websocket-key'))) {
      return refuse('websocket_key', 400, 'Sec-WebSocket-Key is not 16 bytes in base64', chargePointId);
    }
    const dialect = offeredDialect(head.header('sec-websocket-protocol'));
    if (dialect === undefined) {
      const text = `Sec-WebSocket-Protocol must offer ${SUBPROTOCOLS}`;
      if (this.options.subprotocolMismatch === 'close') {
        return { kind: 'dismissed', reason: 'subprotocol', text, chargePointId };
      }
      return refuse('subprotocol', 400, text, chargePointId);
    }
    return refuseCertificate(chargePointId, head) ?? this.admit(chargePointId, dialect, head);
  }

  private admit(chargePointId: string, dialect: Dialect, head: RequestHead): Admitted | Refused {
    const { directory, connections, departures, admission, standing, clock, registration } = this.options;
    if (this.stopping) return noRoom('stopping', chargePointId);
    const unfit = standing?.shortageFor(chargePointId);
    if (unfit !== undefined) return noRoom(unfit, chargePointId);
    if (departures.has(chargePointId)) return noRoom('deleting', chargePointId);
    const settings = directory.settings(chargePointId);
    const known =
      settings !== undefined || connections.has(chargePointId) || directory.isKnown(chargePointId);
    if (!known && registration === 'closed') {
      return refuse('unknown', 404, 'unknown charge point', chargePointId);
    }
    let state = directory.profiles(chargePointId, settings);
    let acceptedKeys = directory.acceptedKeys(chargePointId, settings);
    for (const { openKey, profile } of connections.settling(chargePointId)) {
      if (openKey !== undefined) acceptedKeys = afterShown(acceptedKeys, openKey);
      state = afterConnected(state, profile);
    }
    const authorization = head.header('authorization');
    const shown = { secure: head.secure, peerCertificate: head.peerCertificate, authorization };
    const authentication = authenticate(shown, {
      ...state,
      chargePointId,
      minProfile: this.options.minProfile,
      acceptedKeys,
      showsDigits: settings?.showsDigits ?? false,
      verifyKey: directory.verifyKey,
      serialNumber: () => directory.serialNumber(chargePointId, settings),
      certificates: directory.certificates,
      now: Date.now(),
    });
    if (authentication.kind === 'denied') return denied(authentication, chargePointId);
    const now = clock();
    const shortage =
      admission.upgrade(now, connections.size, connections.has(chargePointId)) ??
      (known ? undefined : admission.register(now, directory.count()));
    if (shortage !== undefined) return noRoom(shortage, chargePointId);
    const { profile, keyHash, certificate } = authentication;
    const shownKey = keyHash ?? (profile === 0 ? null : undefined);
    const isKeyOpen = acceptedKeys.length > 1 && acceptedKeys.some((key) => key.keyHash === shownKey);
    return {
      kind: 'admitted',
      chargePointId,
      dialect,
      known,
      settings,
      openKey: isKeyOpen ? shownKey : undefined,
      profile,
      isProfileOpen: state.pending.length > 0,
      certificate: certificate?.raw,
      tls: head.tls,
    };
  }

  private health(): Answered {
    const shortage = this.stopping ? 'stopping' : this.options.standing?.shortage();
    const answer = shortage ? { status: 503, body: `${shortage}\n` } : { status: 200, body: 'ok\n' };
    return { kind: 'answered', answer };
  }
}

/** What an endpoint refuses that demands a certificate, whatever the charge point's profile. */
function refuseCertificate(
  chargePointId: string,
  { demandsCertificate, peerCertificate }: RequestHead,
): Refused | undefined {
  if (demandsCertificate !== true) return undefined;
  if (peerCertificate === undefined) {
    return refuse('certificate_missing', 403, 'this endpoint demands a client certificate', chargePointId);
  }
  const { problem } = peerCertificate;
  if (problem === undefined) return undefined;
  return refuse(
    'certificate_untrusted',
    403,
    `the client certificate is not trusted: ${problem}`,
    chargePointId,
  );
}

function denied(
  { reason, text }: Extract<Authentication, { kind: 'denied' }>,
  chargePointId: string,
): Refused {
  if (reason !== 'credentials') return refuse(reason, 403, text, chargePointId);
  return refuse(reason, 401, text, chargePointId, { 'WWW-Authenticate': 'Basic realm="OCPP"' });
}

function notFound(): Refused {
  return refuse('path', 404, 'nothing here', '');
}

function upgradeRequired(chargePointId: string): Refused {
  const headers = { Upgrade: 'websocket', 'Sec-WebSocket-Version': WEBSOCKET_VERSION };
  return refuse(
    'no_upgrade',
    426,
    'this is an OCPP-J port: connect with a WebSocket',
    chargePointId,
    headers,
  );
}

function noRoom(shortage: Shortage, chargePointId: string): Refused {
  const headers = { 'Retry-After': String(retryAfterSeconds(shortage)) };
  return refuse(shortage, 503, SHORTAGES[shortage], chargePointId, headers);
}

function refuse(
  reason: RefusalReason,
  status: number,
  text: string,
  chargePointId: string,
  headers: Readonly<Record<string, string>> = {},
): Refused {
  return { kind: 'refused', reason, text, chargePointId, answer: { status, headers, body: `${text}\n` } };
}
