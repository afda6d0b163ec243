/**
 * The rooms of src/ and which rooms each may import: complete, and without cycles.
 * The table is docs/architecture.md's; a new arrow is a design decision, not a lint exception.
 */
const MAY_IMPORT = {
  config: [],
  telemetry: ['config'],
  tls: ['config', 'telemetry'],
  proxy: [],
  protocol: [],
  records: [],
  energy: [],
  'smart-charging': ['protocol'],
  certificates: [],
  journal: ['records', 'config', 'telemetry'],
  store: [
    'protocol',
    'records',
    'smart-charging',
    'journal',
    'config',
    'telemetry',
    'energy',
    'certificates',
  ],
  'central-system': ['protocol', 'store', 'records', 'telemetry', 'energy', 'certificates'],
  workers: ['protocol', 'records', 'journal', 'smart-charging', 'energy', 'cluster'],
  link: ['protocol', 'telemetry'],
  cluster: ['config', 'telemetry', 'journal', 'store', 'link'],
  edge: [
    'config',
    'telemetry',
    'protocol',
    'store',
    'journal',
    'records',
    'central-system',
    'workers',
    'link',
    'energy',
    'certificates',
    'tls',
    'proxy',
    'cluster',
  ],
  analytics: ['config', 'telemetry', 'records', 'journal', 'store', 'link', 'energy'],
  operations: [
    'config',
    'telemetry',
    'protocol',
    'store',
    'smart-charging',
    'workers',
    'link',
    'energy',
    'certificates',
  ],
  control: [
    'config',
    'telemetry',
    'protocol',
    'store',
    'operations',
    'link',
    'energy',
    'certificates',
    'tls',
    'proxy',
    'cluster',
  ],
  console: [],
  simulator: ['protocol', 'certificates'],
  certify: [],
};

const rooms = Object.entries(MAY_IMPORT).map(([room, allowed]) => ({
  name: `room-${room}`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: '^src/', pathNot: [room, ...allowed].map((name) => `^src/${name}/`) },
}));

module.exports = {
  forbidden: [
    ...rooms,
    {
      name: 'known-room',
      comment: 'Every file under src/ lives in a room of the table.',
      severity: 'error',
      from: {},
      to: {
        path: '^src/',
        pathNot: ['^src/main\\.ts$', '^src/cli/', ...Object.keys(MAY_IMPORT).map((room) => `^src/${room}/`)],
      },
    },
    {
      name: 'versions-stay-in-their-folders',
      comment:
        'What one version of OCPP says and decides is for its own folders; each room has one file that lists the versions. The simulator speaks 1.6.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot:
          '^src/(simulator/|[^/]+/v[0-9]+/|protocol/dialects\\.ts$|central-system/rules\\.ts$|workers/meter-readers\\.ts$)',
      },
      to: { path: '^src/[^/]+/v[0-9]+/' },
    },
    {
      name: 'versions-do-not-meet',
      comment: 'What two versions share is no version’s own.',
      severity: 'error',
      from: { path: '^src/[^/]+/(v[0-9]+)/' },
      to: { path: '^src/[^/]+/v[0-9]+/', pathNot: '^src/[^/]+/$1/' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-dev-dependency',
      comment:
        'What npm pack ships must run after npm install --omit=dev. The console is bundled with what it uses.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/console/' },
      to: { dependencyTypes: ['npm-dev'], pathNot: '^node_modules/@types/' },
    },
    {
      name: 'uws-has-one-door',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/edge/transport/uws(-builds|-request)?\\.ts$' },
      to: { path: '(uWebSockets|@btc-vision/uwebsockets|@rjweb/uws)' },
    },
    {
      name: 'chdb-has-one-door',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/analytics/' },
      to: { path: 'node_modules/chdb' },
    },
    {
      name: 'nats-has-one-door',
      comment: 'A machine that is alone loads nothing of NATS.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cluster/' },
      to: { path: 'node_modules/@nats-io' },
    },
    {
      name: 'x509-has-one-door',
      comment:
        'It is large and slow to load: only loadX509 does, and only where it is needed. The cases of certify, loaded by that command alone, share nothing with the gateway.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(certificates/library|certify/test-certificates)\\.ts$' },
      to: { path: 'node_modules/(@peculiar|reflect-metadata)' },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
