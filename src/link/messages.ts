import type { LinkErrorCode } from './link-error.ts';

/** What travels between a process and the relay in the supervisor. */
export type LinkMessage = CallMessage | AnswerMessage | PeersMessage;

export interface CallMessage {
  readonly kind: 'call';
  /** Unique among the calls in flight of whoever sends this message. */
  readonly id: number;
  /** Towards the relay: the process that is called. From the relay: the process that calls. */
  readonly peer: string;
  readonly method: string;
  readonly request: unknown;
  readonly deadlineMs: number;
}

export type AnswerMessage = { readonly kind: 'answer'; readonly id: number } & (
  | { readonly ok: true; readonly answer: unknown }
  | { readonly ok: false; readonly code: LinkErrorCode; readonly message: string }
);

/** From the relay: the processes that can be called now. */
export interface PeersMessage {
  readonly kind: 'peers';
  readonly names: readonly string[];
}

/** The WebSocket server of an edge. */
export interface SocketEngine {
  readonly kind: 'uws' | 'uws-old' | 'ws';
  /** On npm. */
  readonly package: string;
  readonly version: string;
  /** Whether it was loaded with the names that functions have in an older glibc. */
  readonly adapted: boolean;
  /** What it is known to do wrong, and what helps. */
  readonly faults?: string;
  readonly cure?: string;
}

/** Where charge points connect, and what serves them there. */
export interface OcppEndpoint {
  /** Base URL, with the port that was really bound: `wss://127.0.0.1:9220/ocpp`. */
  readonly url: string;
  readonly engine: SocketEngine;
}

/** Where a process listens: `ws://…` of an edge, `http://…` of control. */
export interface ReadyInfo {
  /** Edge: in the order of the settings. */
  readonly endpoints?: readonly OcppEndpoint[];
  /** Control: base URL of the API: `http://127.0.0.1:9221`. */
  readonly api?: string;
  /** Control: an API key that was generated just now, to be printed once. */
  readonly newKey?: string;
}

/** First message of the supervisor to a child. */
export interface StartMessage<Config = unknown> {
  readonly kind: 'start';
  readonly name: string;
  readonly config: Config;
  /** False when several edges share the OCPP ports. */
  readonly exclusive: boolean;
  /** Random, and the same for all processes from the start of the supervisor to its end. */
  readonly sharedSecret: Uint8Array;
}

export interface ReadyMessage {
  readonly kind: 'ready';
  readonly info: ReadyInfo;
}

/**
 * From a child that cannot start and would not with another try: one line for the person who starts Farad.
 */
export interface RefusedMessage {
  readonly kind: 'refused';
  readonly reason: string;
}

/** From a child that shares ports: what is sent from now on is read. */
export interface ListensMessage {
  readonly kind: 'listens';
}

export type FromSupervisor = StartMessage | LinkMessage;
export type ToSupervisor = ReadyMessage | RefusedMessage | LinkMessage;
