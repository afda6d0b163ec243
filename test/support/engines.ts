import { findUws } from '../../src/edge/transport/uws-builds.ts';

export type EngineKind = 'uws' | 'uws-old' | 'ws';

/** The WebSocket engines that load here; the build for older systems has no binary for Node 22 and later. */
export const ENGINES: readonly EngineKind[] = [
  ...(['uws', 'uws-old'] as const).filter((kind) => 'uws' in findUws(kind)),
  'ws',
];

/** Those that speak TLS. */
export const TLS_ENGINES: readonly EngineKind[] = ENGINES.filter((kind) => kind !== 'uws-old');
