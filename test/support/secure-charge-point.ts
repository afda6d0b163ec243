import { onTestFinished } from 'vitest';
import { type ClientOptions, type Frame, OcppClient } from './ocpp-client.ts';
import { makeSigningRequest } from './signing-requests.ts';
import { until } from './until.ts';

export interface SecureChargePointOptions {
  readonly id: string;
  /** Ports of Farad, without and with TLS. */
  readonly plainPort: number;
  readonly securePort?: number;
  /** Whom it trusts in TLS, PEM. */
  readonly ca?: string;
  readonly profile?: 0 | 1 | 2 | 3;
  readonly key?: Buffer;
  /** Roots of the Central System that it tells of. */
  readonly roots?: readonly object[];
  /** What it answers instead of doing as it is told; undefined: it obeys. */
  readonly refuse?: (action: string, payload: Record<string, unknown>) => object | undefined;
}

/** Its profiles as it connects: the last one that let it in comes back. */
type Profile = 0 | 1 | 2 | 3;

/**
 * A charge point that obeys the commands of security: it takes keys, roots, certificates and profiles, comes
 * back with what it was given, and falls back to its old profile where the new one does not let it in
 * (security whitepaper ed. 3 §A01, A02, A05).
 */
export class SecureChargePoint {
  /** Actions that it was asked for, ChangeConfiguration with its key. */
  readonly asked: string[] = [];
  profile: Profile;
  key: Buffer | undefined;
  roots: readonly object[];
  private readonly options: SecureChargePointOptions;
  private certificate: { cert: string; key: string } | undefined;
  /** The key of the request that is under way. */
  private requestKey = '';
  private client: OcppClient | undefined;
  private isClosed = false;

  private constructor(options: SecureChargePointOptions) {
    this.options = options;
    this.profile = options.profile ?? 0;
    this.key = options.key;
    this.roots = options.roots ?? [];
  }

  /** Connects and boots; disconnected after the test. */
  static async connect(options: SecureChargePointOptions): Promise<SecureChargePoint> {
    const chargePoint = new SecureChargePoint(options);
    onTestFinished(async () => {
      chargePoint.isClosed = true;
      chargePoint.client?.vanish();
    });
    await chargePoint.comeBack(chargePoint.profile);
    return chargePoint;
  }

  /** Hangs up, and connects by `profile`, else as before. */
  async comeBack(profile: Profile = this.profile): Promise<void> {
    await this.client?.close();
    const client = await until('it is connected', async () => {
      for (const one of new Set([profile, this.profile])) {
        try {
          const connected = await OcppClient.connect(...this.way(one));
          this.profile = one;
          return connected;
        } catch (error) {
          if (this.isClosed) throw error;
        }
      }
      return undefined;
    });
    this.client = client;
    void this.obey(client);
    await client.request('BootNotification', {
      chargePointVendor: 'Acme',
      chargePointModel: 'One',
      chargePointSerialNumber: `SN-${this.options.id}`,
    });
  }

  private way(profile: Profile): [port: number, id: string, options: ClientOptions] {
    const { id, plainPort, securePort = plainPort, ca } = this.options;
    const pair = Buffer.concat([Buffer.from(`${id}:`), this.key ?? Buffer.alloc(0)]).toString('base64');
    const showsKey = profile === 1 || profile === 2;
    const tls = { ...(ca !== undefined && { ca }), ...(profile === 3 && this.certificate) };
    return [
      profile >= 2 ? securePort : plainPort,
      id,
      { ...(showsKey && { headers: { authorization: `Basic ${pair}` } }), ...(profile >= 2 && { tls }) },
    ];
  }

  private async obey(client: OcppClient): Promise<void> {
    for (;;) {
      const [type, messageId, action, payload] = (await client.next()) as Frame;
      if (type !== 2) continue;
      const wanted = payload as Record<string, unknown>;
      this.asked.push(action === 'ChangeConfiguration' ? `${action} ${wanted.key}` : `${action}`);
      const refusal = this.options.refuse?.(`${action}`, wanted);
      client.send([3, messageId, refusal ?? this.answer(`${action}`, wanted)]);
      if (refusal === undefined) await this.follow(client, `${action}`, wanted);
    }
  }

  private answer(action: string, payload: Record<string, unknown>): object {
    if (action === 'DeleteCertificate') {
      this.roots = this.roots.filter(
        (root) => JSON.stringify(root) !== JSON.stringify(payload.certificateHashData),
      );
    }
    if (action !== 'GetInstalledCertificateIds') return { status: 'Accepted' };
    const isAsked = payload.certificateType === 'CentralSystemRootCertificate' && this.roots.length > 0;
    return isAsked ? { status: 'Accepted', certificateHashData: this.roots } : { status: 'NotFound' };
  }

  /** What it does once it has answered. */
  private async follow(client: OcppClient, action: string, payload: Record<string, unknown>): Promise<void> {
    if (action === 'ChangeConfiguration' && payload.key === 'AuthorizationKey') {
      this.key = Buffer.from(String(payload.value), 'hex');
      await this.comeBack();
    } else if (action === 'ChangeConfiguration' && payload.key === 'SecurityProfile') {
      await this.comeBack(Number(payload.value) as Profile);
    } else if (action === 'ExtendedTriggerMessage') {
      const name = [{ O: ['Acme Charging'] }, { CN: [`SN-${this.options.id}`] }];
      const { csr, key } = await makeSigningRequest('ec', name);
      this.requestKey = key.export({ type: 'pkcs8', format: 'pem' }).toString();
      await client.request('SignCertificate', { csr });
    } else if (action === 'CertificateSigned') {
      this.certificate = { cert: String(payload.certificateChain), key: this.requestKey };
    }
  }
}
