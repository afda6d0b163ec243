import { duration, flag, integer, list, oneOf, port, type Setting, size, text } from './setting.ts';

const path = (help: string): Setting<string> => text('', help);

const name = (byDefault: string, help: string): Setting<string> =>
  text(byDefault, help, {
    pattern: byDefault === '' ? /^([a-z0-9][a-z0-9-]{0,30})?$/ : /^[a-z0-9][a-z0-9-]{0,30}$/,
    allowed: 'a name of at most 31 small letters, digits and dashes that starts with no dash',
  });

/** `cluster`: several machines that form one gateway. */
export const clusterSettings = {
  name: name('farad', 'What the cluster is called; the same on each of its nodes.'),
  node: name('', 'What this node is called in the cluster; no other has the name, and it stays.'),
  replicas: integer(
    3,
    'How many NATS servers keep each stream; 1 only with cluster.nats.insecure, for tests.',
    {
      min: 1,
      max: 5,
    },
  ),
  confirmWithin: duration(
    '12s',
    'How long a change may take until it has come back out of the log; then whoever asked for it is told that it failed.',
    { min: '1s', max: '100s' },
  ),
  shedAfter: duration(
    '20s',
    'How long a node may get no change of its charge points confirmed; then it takes no further ones until that works again, and does with those that it has what cluster.whenAlone says.',
    { min: '1s', max: '10m' },
  ),
  whenAlone: oneOf(
    ['shed', 'keep'],
    'shed',
    'What a node does with its charge points after cluster.shedAfter. shed: it closes their sockets, so that they go to another node or work offline. keep: they stay; Authorize works, and transactions get InternalError.',
  ),
  maxLag: duration(
    '5s',
    'How far the copy of a node may be behind the log; while it is further behind, it takes no further charge points and is not ready. Those that it has stay.',
    { min: '1s', max: '10m' },
  ),
  lease: duration(
    '10s',
    'How long the node that runs campaigns, sites and what else one node does at a time may be silent until another one takes over.',
    { min: '3s', max: '60s' },
  ),
  nats: {
    servers: list(
      [],
      'NATS servers (2.12 or newer) that connect this node with the others: tls://HOST:PORT, or nats://HOST:PORT on a loopback address. Empty: this machine alone is the gateway.',
    ),
    credentials: path(
      'File with what this node proves itself with to the NATS servers: the seed of an nkey, USER:PASSWORD, or a .creds file. Empty: nothing.',
    ),
    insecure: flag(false, 'Allows what only tests may do: cluster.replicas 1.'),
    tls: {
      ca: path('PEM file with the authorities of the NATS servers. Empty: those that Node trusts.'),
      cert: path('PEM file with the certificate that this node shows to the NATS servers. Empty: none.'),
      key: path('PEM file with the private key of cluster.nats.tls.cert.'),
    },
  },
  state: {
    shards: integer(
      4,
      'How many streams share the changes of charge points; fixed when the cluster is made.',
      { min: 1, max: 64 },
    ),
  },
  rows: {
    partitions: integer(
      4,
      'How many streams share the rows for ClickHouse; fixed when the cluster is made.',
      {
        min: 1,
        max: 64,
      },
    ),
    maxBytes: size(
      '4GiB',
      'Most that one stream of rows may hold on each NATS server; a full one refuses rows.',
      { min: '16MiB' },
    ),
    inFlight: integer(
      64,
      'Most chunks of meter values that a thread copies to NATS at a time; further ones are not copied at once.',
      { min: 1, max: 4096 },
    ),
    spillAfter: duration(
      '2s',
      'How long the copying of meter values to NATS may take before they are confirmed without it; they are copied later.',
      { min: '100ms', max: '60s' },
    ),
    confirm: oneOf(
      ['spill', 'replicated'],
      'spill',
      'Meter values that cannot be copied to NATS in time: spill confirms them once they are on this node, replicated answers InternalError.',
    ),
  },
  log: {
    keep: duration(
      '3d',
      'How long NATS keeps changes: a node that was away for longer takes a copy from another.',
      { min: '1h', max: '90d' },
    ),
    maxBytes: size(
      '4GiB',
      'Most that one stream of changes may hold on each NATS server; the oldest give way.',
      { min: '16MiB' },
    ),
  },
  copies: {
    host: text(
      '',
      'Address that this node binds to while it gives another node a copy of what it holds. Empty: the one with which it reaches NATS.',
      { pattern: /^[A-Za-z0-9.:_-]*$/, allowed: 'an IP address or a host name' },
    ),
    port: port(
      9222,
      'Port at which another node fetches such a copy; it is open only meanwhile. 0 lets the system choose one.',
    ),
    address: text(
      '',
      'Host name or address under which other nodes reach this one to fetch a copy. Empty: the one with which it reaches NATS.',
      { pattern: /^[A-Za-z0-9.:_-]*$/, allowed: 'an IP address or a host name' },
    ),
  },
};
