import type { TlsOrder } from '../frames/client-messages.ts';

/** What a process that shakes hands is to do; any second message begins it. */
export interface HandshakeOrder {
  readonly url: string;
  readonly tls: TlsOrder;
  /** Whether it resumes sessions. */
  readonly resume: boolean;
  readonly atATime: number;
  readonly ms: number;
}

export type HandshakeReport =
  | { readonly type: 'ready' }
  | {
      readonly type: 'measured';
      readonly handshakes: number;
      /** Of those. */
      readonly resumed: number;
      readonly seconds: number;
    }
  | { readonly type: 'failed'; readonly reason: string };
