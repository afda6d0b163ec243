import type { CertificateMold } from '../../load/security/client-certificates.ts';
import type { Traffic } from './messages.ts';

/** How clients speak TLS. */
export interface TlsOrder {
  /** PEM. */
  readonly roots: readonly string[];
  /** Of their certificates; without it they show none. */
  readonly mold?: CertificateMold;
}

/** What the client process is to do. */
export interface ClientOrder {
  /** Without the identity. */
  readonly url: string;
  /** For a `wss` URL. */
  readonly tls?: TlsOrder;
  readonly traffic: Traffic;
  readonly chargePoints: number;
  /** Number of the first one, where several clients share a fleet; default 0. */
  readonly firstIndex?: number;
  /** CALLs under way at a time, of different charge points in turn; default all of them at once. */
  readonly inFlight?: number;
  /** Sampled values per MeterValues. */
  readonly samples: number;
  /** Eight digits that no StartTransaction of an earlier run has reached. */
  readonly serial: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
}

/** Any second message: all clients have booted, begin. */
export const BEGIN = 'begin';

export type FromClient =
  /** Every charge point is connected and has booted; it waits for `BEGIN`. */
  | { readonly type: 'booted'; readonly seconds: number }
  /** The warm-up is over. */
  | { readonly type: 'began' }
  | { readonly type: 'measured'; readonly answered: number; readonly seconds: number }
  | { readonly type: 'failed'; readonly reason: string };
