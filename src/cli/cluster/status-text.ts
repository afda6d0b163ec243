/** What `GET /api/v1/cluster` answers, as far as it is printed. */
export interface ShownCluster {
  readonly clustered: boolean;
  readonly nodes: readonly {
    readonly node: string;
    readonly self: boolean;
    readonly there: boolean;
    readonly release: string | null;
    readonly clockAheadSeconds: number | null;
    readonly lastHeardAt: string | null;
    readonly chargePoints: number | null;
    readonly lagSeconds: number | null;
    readonly trouble: string | null;
    readonly refuses: string | null;
    readonly leads: boolean;
  }[];
  readonly streams: readonly {
    readonly name: string;
    readonly position: number;
    readonly lagSeconds: number;
    readonly trouble: { readonly reason: string | null; readonly cause: string } | null;
  }[];
}

/** Control characters, which other nodes could send to a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f]/g;

/** Whether every node is there and works. */
export function isWell({ nodes, streams }: ShownCluster): boolean {
  return (
    nodes.every(({ there, trouble, refuses }) => there && trouble === null && refuses === null) &&
    streams.every(({ trouble }) => trouble === null)
  );
}

/** Two tables: the nodes, and how far the copy of the log is on the one that answered. `now` is epoch ms. */
export function clusterStatusText({ clustered, nodes, streams }: ShownCluster, now: number): string {
  if (!clustered) return 'This machine works alone: cluster.nats.servers is empty.';
  const ofNodes = nodes.map((node) => [
    node.self ? `${node.node} (asked)` : node.node,
    node.release ?? '-',
    node.chargePoints === null ? '-' : String(node.chargePoints),
    seconds(node.lagSeconds),
    seconds(node.clockAheadSeconds),
    node.lastHeardAt === null ? '-' : `${seconds((now - Date.parse(node.lastHeardAt)) / 1000)} ago`,
    node.leads ? 'yes' : '-',
    troubleOf(node),
  ]);
  const ofStreams = streams.map(({ name, position, lagSeconds, trouble }) => [
    name,
    String(position),
    seconds(lagSeconds),
    trouble === null ? '-' : [trouble.reason, trouble.cause].filter(Boolean).join(': '),
  ]);
  return [
    ...table([
      ['node', 'release', 'charge points', 'lag', 'clock ahead', 'heard', 'leads', 'trouble'],
      ...ofNodes,
    ]),
    '',
    ...table([['stream', 'position', 'lag', 'trouble'], ...ofStreams]),
  ].join('\n');
}

function troubleOf({ there, refuses, trouble }: ShownCluster['nodes'][number]): string {
  const all = [
    there ? '' : 'away',
    refuses === null ? '' : `takes no charge points (${refuses})`,
    trouble ?? '',
  ];
  return all.filter(Boolean).join('; ') || '-';
}

function seconds(value: number | null): string {
  return value === null ? '-' : `${Number(value.toFixed(2))} s`;
}

/** Lines with columns as wide as their widest text; the last one is as it comes. */
function table(rows: readonly (readonly string[])[]): string[] {
  const printed = rows.map((row) => row.map((text) => text.replace(UNPRINTABLE, '?')));
  const widths = (printed[0] ?? []).map((_, at) => Math.max(...printed.map((row) => (row[at] ?? '').length)));
  return printed.map((row) =>
    row.map((text, at) => (at === row.length - 1 ? text : text.padEnd(widths[at] ?? 0))).join('   '),
  );
}
