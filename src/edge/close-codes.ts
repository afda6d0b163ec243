/** WebSocket close codes that Farad sends (RFC 6455 §7.4.1). */
export const GOING_AWAY = 1001;
export const PROTOCOL_ERROR = 1002;
export const UNSUPPORTED_DATA = 1003;
export const INVALID_DATA = 1007;
export const POLICY_VIOLATION = 1008;
export const INTERNAL_ERROR = 1011;
/** Of those that IANA has registered since: connect again, the service is elsewhere or comes back. */
export const SERVICE_RESTART = 1012;
export const TRY_AGAIN_LATER = 1013;

/** What a transport reports where the connection ended without a close frame. */
export const ABNORMAL = 1006;

/** Why a socket closed, for metrics; bounded, unlike the reason in words. */
export type CloseCause =
  | 'charge_point'
  | 'lost'
  | 'replaced'
  | 'disconnected'
  | 'unresponsive'
  | 'idle'
  | 'waiting_bytes'
  | 'slow_reader'
  | 'binary'
  | 'unreadable'
  | 'no_room'
  | 'security'
  | 'failure'
  | 'log_away'
  | 'stopping';
