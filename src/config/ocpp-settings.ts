import { duration, host, integer, list, oneOf, port, size, text } from './setting.ts';
import { ocppTls } from './tls-settings.ts';

/** `ocpp`: the ports of charge points, and what one of them may do there. */
export const ocppSettings = {
  host: host(
    'Address the OCPP port binds to. Any address but a loopback one demands an explicit ocpp.registration.',
  ),
  port: port(9220, 'Port that charge points connect to; 0 lets the system choose one.'),
  endpoints: list(
    [],
    'Where charge points connect, plain and TLS side by side: ws://HOST:PORT or wss://HOST:PORT, with options as a query: transport=auto|uws|uws-old|ws, proxyProtocol=none|v2 (v2: each connection of trustedProxies begins with a PROXY header that names the client) and, for wss, clientCertificate=none|ask|require (ask, once a client CA is known). Empty: the one of ocpp.host, ocpp.port and ocpp.transport; otherwise these are not used.',
  ),
  path: text('/ocpp', 'Path before the charge point identity in the URL.', {
    pattern: /^(\/[A-Za-z0-9._~-]+)+$/,
    allowed: 'a path such as /ocpp: starts with a slash, does not end with one',
  }),
  registration: oneOf(
    ['open', 'closed'],
    'open',
    'Whether an identity that nobody provisioned may connect (open: it is created) or is answered 404 (closed).',
  ),
  subprotocolMismatch: oneOf(
    ['refuse', 'close'],
    'refuse',
    'A client that does not offer ocpp1.6: refuse answers HTTP 400; close upgrades without a subprotocol, then closes (the letter of OCPP-J 1.6 §3.2).',
  ),
  maxChargePoints: integer(50_000, 'Most charge points that may exist; registration stops there.', {
    min: 1,
  }),
  maxConnections: integer(
    19_000,
    'Most sockets that one edge process holds; further ones are answered 503.',
    { min: 1 },
  ),
  registrationsPerSecond: integer(
    2000,
    'Most unknown charge points created per second with open registration.',
    {
      min: 1,
    },
  ),
  upgradesPerSecond: integer(
    4000,
    'Most WebSocket upgrades per second and edge process; further ones get 503.',
    {
      min: 1,
    },
  ),
  callTimeout: duration('30s', 'How long a charge point may take to answer a CALL.', {
    min: '100ms',
    max: '1h',
  }),
  callQueue: integer(32, 'Most CALLs that wait for one charge point; further ones are refused.', {
    min: 1,
    max: 10_000,
  }),
  heartbeatInterval: duration('300s', 'Heartbeat interval that an accepted charge point is given.', {
    min: '1s',
    max: '1d',
  }),
  bootRetryInterval: duration(
    '60s',
    'When a Pending or Rejected charge point may send BootNotification again.',
    {
      min: '1s',
      max: '1d',
    },
  ),
  askForBoot: oneOf(
    ['never', 'once'],
    'never',
    'A charge point that never sent a BootNotification is refused everything else (SecurityError), for example one that came from another system. once: Farad asks it by TriggerMessage when it refuses something, once per connection.',
  ),
  pingInterval: duration('60s', 'How often an otherwise silent socket is pinged; 0s sends no pings.', {
    max: '1h',
  }),
  pongTimeout: duration('30s', 'How long a ping may stay unanswered before the socket is closed.', {
    min: '1s',
    max: '1h',
  }),
  idleTimeout: duration('0s', 'Closes a socket that sent nothing at all for so long; 0s never does.', {
    max: '7d',
  }),
  maxFrameSize: size('1MiB', 'Largest frame accepted; a larger one closes the socket.', {
    min: '1KiB',
    max: '64MiB',
  }),
  maxBackpressure: size(
    '1MiB',
    'Most bytes that may wait to be sent to one charge point; more closes the socket.',
    {
      min: '16KiB',
      max: '64MiB',
    },
  ),
  framesPerSecond: integer(
    500,
    'Frames per second that are taken of one charge point for long. What it sends faster is answered later, in order.',
    { min: 1 },
  ),
  frameBurst: integer(
    1000,
    'Frames that are taken of one charge point as they come before framesPerSecond holds.',
    { min: 1 },
  ),
  waitingBytes: size(
    '8MiB',
    'Most memory of the frames of one charge point that wait for their turn. With more, ws stops reading from it for a while; uws takes no more, answers what it took and closes the socket.',
    { min: '4KiB' },
  ),
  reader: oneOf(
    ['lenient', 'strict'],
    'lenient',
    'lenient repairs harmless, well-known faults of charge points; strict answers them with a CALLERROR.',
  ),
  transport: oneOf(
    ['auto', 'uws', 'uws-old', 'ws'],
    'auto',
    'WebSocket server: uws (uWebSockets.js), uws-old (its build of 2023 for older systems), ws (on Node http), or auto, which prefers uws where it loads.',
  ),
  drain: duration(
    '0s',
    'Over how long a stop spreads the closing of the sockets, so that a fleet does not come back all at once; meanwhile new connections get 503 and /readyz fails. The whole stop takes at most 10s more.',
    { max: '1h' },
  ),
  shutdownGrace: duration(
    '8s',
    'How long a stopping edge works on what is in flight before it closes the sockets.',
    {
      max: '9s',
    },
  ),
  tls: ocppTls,
} as const;
