import type { Counter, Registry } from '../telemetry/metrics.ts';
import type { HandshakeMeter, HandshakeResult } from './transport/transport.ts';

const RESULTS = ['full', 'resumed', 'failed', 'timeout', 'not_tls', 'plain_http', 'too_many'] as const;

/** Counts the TLS handshakes of an edge. */
export class TlsMeter implements HandshakeMeter {
  private readonly counters: Readonly<Record<HandshakeResult, Counter>>;
  private readonly ports: (() => number)[] = [];

  constructor(registry: Registry) {
    const family = registry.counter(
      'farad_tls_handshakes_total',
      'TLS handshakes that ended, by what became of them.',
      ['result'],
    );
    this.counters = Object.fromEntries(RESULTS.map((result) => [result, family.with({ result })])) as Record<
      HandshakeResult,
      Counter
    >;
    registry
      .gauge('farad_tls_handshakes_in_flight', 'Connections that have not ended their TLS handshake.')
      .with()
      .readFrom(() => this.ports.reduce((sum, inFlight) => sum + inFlight(), 0));
  }

  count(result: HandshakeResult): void {
    this.counters[result].inc();
  }

  watch(inFlight: () => number): void {
    this.ports.push(inFlight);
  }
}
