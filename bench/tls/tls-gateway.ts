import { provisionChargePoints } from '../../load/security/provision-charge-points.ts';
import { makeTlsGround } from '../../load/security/tls-ground.ts';
import { findUws } from '../../src/edge/transport/uws-builds.ts';
import { type Server, startGateway } from '../frames/contenders.ts';

/** What serves the TLS ports. */
export type Engine = 'uws' | 'ws';

export const ENGINE_NAMES: Readonly<Record<Engine, string>> = {
  uws: 'uWebSockets.js',
  ws: "ws on Node's tls",
};

/** Those that load here; the build of 2023 is not trusted with TLS. */
export function tlsEngines(): readonly Engine[] {
  const build = findUws('uws');
  return 'missing' in build || build.info.kind === 'uws-old' ? ['ws'] : ['uws', 'ws'];
}

export interface TlsGatewayOptions {
  readonly engine: Engine;
  /** Client certificates are asked for, and so many charge points have one. */
  readonly certificates?: number;
  readonly flags?: readonly string[];
}

/** One gateway with a plain and a TLS port of the same engine. */
export interface TlsGateway {
  readonly plain: Server;
  readonly secure: Server;
  stop(): Promise<void>;
}

/** The gateway does not hold handshakes back. Its sink is paused: rows stay in the journal. */
export async function startTlsGateway({
  engine,
  certificates = 0,
  flags = [],
}: TlsGatewayOptions): Promise<TlsGateway> {
  const profile = certificates > 0 ? 3 : 2;
  const ground = await makeTlsGround({ profile, transport: engine, resumes: false, plainToo: true });
  // uWebSockets.js never does.
  const unlimited = engine === 'ws' ? ['--ocpp-tls-handshakes-per-second', '1000000'] : [];
  const { gateway, server } = await startGateway({
    sinkPaused: true,
    flags: [...ground.gatewayFlags, ...unlimited, ...flags],
  });
  const [, secureUrl] = gateway.ocppUrls;
  if (secureUrl === undefined) throw new Error('the gateway has no TLS port');
  const { roots, mold } = ground.order;
  if (certificates > 0) {
    const { apiUrl: url, apiKey: key } = gateway.target;
    await provisionChargePoints({ url, key }, ground.order, certificates, (index) => `BENCH-${index}`);
  }
  return {
    plain: server,
    secure: { ...server, url: secureUrl, tls: { roots, ...(mold && { mold }) } },
    async stop() {
      await server.stop();
      ground.remove();
    },
  };
}
