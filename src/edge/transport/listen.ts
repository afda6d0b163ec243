import type { Log } from '../../telemetry/log.ts';
import type { ListenOptions, Transport, TransportEvents } from './transport.ts';
import { listenUws, loadUws } from './uws.ts';
import { listenWs } from './ws.ts';

/**
 * Opens the OCPP port with the transport that was asked for; `auto` takes uWebSockets.js where it loads and else `ws`, with one warning.
 * Rejects with ListenError.
 */
export function listenOn<Arrival, Session>(
  kind: 'auto' | 'uws' | 'ws',
  options: ListenOptions,
  events: TransportEvents<Arrival, Session>,
  log: Log,
): Promise<Transport> {
  if (kind === 'ws') return listenWs(options, events);
  if (kind === 'uws' || loadUws()) return listenUws(options, events);
  log.warn(
    { node: process.version, platform: `${process.platform}-${process.arch}` },
    'uWebSockets.js does not load here, falling back to ws: slower, and more memory per socket',
  );
  return listenWs(options, events);
}
