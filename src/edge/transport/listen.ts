import type { SocketEngine } from '../../link/messages.ts';
import type { Log } from '../../telemetry/log.ts';
import { ListenError, type ListenOptions, type Transport, type TransportEvents } from './transport.ts';
import { listenUws } from './uws.ts';
import { findUws } from './uws-builds.ts';
import { listenWs } from './ws.ts';

/**
 * Opens the OCPP port with the engine that was asked for; `auto` takes uWebSockets.js where it loads and else `ws`, with one warning.
 * Rejects with ListenError.
 */
export async function listenOn<Arrival, Session>(
  kind: 'auto' | SocketEngine['kind'],
  options: ListenOptions,
  events: TransportEvents<Arrival, Session>,
  log: Log,
): Promise<Transport> {
  if (kind === 'ws') return listenWs(options, events);
  if (options.tls) {
    if (kind !== 'auto') throw new ListenError(`${kind} does not speak TLS here; take ws or auto`);
    return listenWs(options, events);
  }
  const build = findUws(kind === 'auto' ? 'uws' : kind);
  if ('missing' in build) {
    if (kind !== 'auto') throw new ListenError(`uWebSockets.js does not load here: ${build.missing}`);
    log.warn(
      { node: process.version, platform: `${process.platform}-${process.arch}`, reason: build.missing },
      'uWebSockets.js does not load here, falling back to ws: slower, and more memory per socket',
    );
    return listenWs(options, events);
  }
  return listenUws(build, options, events);
}
