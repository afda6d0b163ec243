import type { SocketEngine } from '../../link/messages.ts';
import type { Log } from '../../telemetry/log.ts';
import { ListenError, type ListenOptions, type Transport, type TransportEvents } from './transport.ts';
import { listenUws, whyNotUws } from './uws.ts';
import { findUws } from './uws-builds.ts';
import { listenWs } from './ws.ts';

const OLD_TLS = 'a build of 2023 is not trusted with TLS';

/**
 * Opens the OCPP port with the engine that was asked for; `auto` takes uWebSockets.js where it loads and else
 * `ws`, with one warning. Rejects with ListenError.
 */
export async function listenOn<Arrival, Session>(
  kind: 'auto' | SocketEngine['kind'],
  options: ListenOptions,
  events: TransportEvents<Arrival, Session>,
  log: Log,
): Promise<Transport> {
  if (kind === 'ws') return listenWs(options, events);
  const { tls } = options;
  const unable = whyNotUws(options) ?? (tls && kind === 'uws-old' ? OLD_TLS : undefined);
  if (unable !== undefined) {
    if (kind !== 'auto') throw new ListenError(`uWebSockets.js cannot serve this port: ${unable}`);
    log.info(
      { port: options.port, reason: unable },
      `a ${tls ? 'TLS ' : ''}port runs on ws: uWebSockets.js cannot do all of it`,
    );
    return listenWs(options, events);
  }
  const build = findUws(kind === 'auto' ? 'uws' : kind);
  if ('missing' in build || (tls && build.info.kind === 'uws-old')) {
    const reason = 'missing' in build ? build.missing : 'only a build of 2023 loads';
    if (kind !== 'auto') throw new ListenError(`uWebSockets.js does not load here: ${reason}`);
    log.warn(
      { node: process.version, platform: `${process.platform}-${process.arch}`, reason },
      'uWebSockets.js does not load here, falling back to ws: slower, and more memory per socket',
    );
    return listenWs(options, events);
  }
  const transport = await listenUws(build, options, events);
  tls?.credentials.onChange(() => {
    const reason = whyNotUws(options);
    if (reason !== undefined)
      log.warn({ port: transport.port, reason }, 'a TLS port does so from the next start on');
  });
  return transport;
}
