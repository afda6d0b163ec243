import { count, rounded } from '../format.ts';
import type { Cluster } from '../model.ts';
import { type Column, Table } from '../parts/list-page.tsx';
import { Refused } from '../parts/states.tsx';
import { Status } from '../parts/status.tsx';
import { When } from '../parts/when.tsx';
import { useResource } from '../resource.ts';
import { rich, t } from '../words/words.ts';

type Node = Cluster['nodes'][number];

const EVERY_MS = 4000;

const COLUMNS: readonly Column<Node>[] = [
  { label: 'Node', kind: 'id', cell: (node) => <NodeName {...node} /> },
  { label: 'State', cell: (node) => <NodeState {...node} /> },
  { label: 'Version', cell: ({ release }) => release ?? <None /> },
  {
    label: 'Charge points',
    kind: 'number',
    cell: ({ chargePoints }) => (chargePoints === null ? <None /> : count(chargePoints)),
  },
  {
    label: 'Behind the log',
    kind: 'number',
    cell: ({ lagSeconds }) => (lagSeconds === null ? <None /> : `${rounded(lagSeconds)} s`),
  },
];

/** The nodes of the cluster and how they are; nothing on a machine that works alone. */
export function ClusterNodes() {
  const { data, failure } = useResource<Cluster>('/cluster', { everyMs: EVERY_MS });
  if (!data?.clustered) return failure ? <Refused failure={failure} /> : null;
  return (
    <div class="panel">
      <header>
        <h2>{t('Nodes of the cluster')}</h2>
      </header>
      <Table items={data.nodes} columns={COLUMNS} keyOf={({ node }) => node} />
    </div>
  );
}

function NodeName({ node, self, leads }: Node) {
  const what = [self ? t('this one|node') : '', leads ? t('leads|node') : ''].filter(Boolean).join(', ');
  return (
    <>
      <b>{node}</b> {what !== '' && <span class="soft">{what}</span>}
    </>
  );
}

/** Why a node takes no charge points, in words. */
function refusalOf(refuses: string): string {
  if (refuses === 'log_away') return t('no change of theirs is confirmed');
  return refuses === 'behind' ? t('its copy of the log is not up to date') : refuses;
}

function NodeState({ there, trouble, refuses, lastHeardAt }: Node) {
  if (!there) {
    return (
      <>
        <Status status="Faulted" word={t('away|node')} />
        {lastHeardAt !== null && (
          <div class="soft">{rich('heard {when}', { when: <When at={lastHeardAt} /> })}</div>
        )}
      </>
    );
  }
  const troubles = trouble !== null && <div class="soft">{trouble}</div>;
  if (refuses !== null) {
    return (
      <>
        <Status status="Faulted" word={t('takes no charge points|node')} />
        <div class="soft">{refusalOf(refuses)}</div>
        {troubles}
      </>
    );
  }
  if (trouble === null) return <Status status="Available" word={t('there|node')} />;
  return (
    <>
      <Status status="Pending" word={t('degraded')} />
      {troubles}
    </>
  );
}

function None() {
  return <span class="soft">–</span>;
}
