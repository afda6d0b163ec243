import { isClustered } from '../config/cluster-check.ts';
import type { Config } from '../config/schema.ts';
import type { Link } from '../link/link.ts';
import type { Method, Methods } from '../link/methods.ts';

/** The processes that a complete Farad has beside control. */
export function expectedPeers({ edge, cluster }: Pick<Config, 'edge' | 'cluster'>): string[] {
  return [
    'supervisor',
    ...Array.from({ length: edge.processes }, (_, index) => `edge-${index}`),
    'analytics',
    ...(isClustered({ cluster }) ? ['replica'] : []),
  ];
}

/**
 * Asks every expected process, or those that `among` picks, the same; undefined for those that do not answer
 * in time or are not there.
 */
export async function askPeers<M extends Method>(
  link: Link,
  config: Pick<Config, 'edge' | 'cluster'>,
  method: M,
  request: Methods[M]['request'],
  deadlineMs: number,
  among: (name: string) => boolean = () => true,
): Promise<Map<string, Methods[M]['answer'] | undefined>> {
  const live = new Set(link.peers());
  const names = [...new Set([...expectedPeers(config), ...live])].filter(among);
  const answers = await Promise.all(
    names.map(async (name) => {
      if (!live.has(name)) return [name, undefined] as const;
      // Why a process did not answer makes no difference here: it counts as away.
      const answer = await link.call(name, method, request, { deadlineMs }).catch(() => undefined);
      return [name, answer] as const;
    }),
  );
  return new Map(answers);
}
