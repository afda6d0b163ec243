import type { Config } from '../config/schema.ts';
import { CommitError } from '../journal/group-commit.ts';
import type { Journal } from '../journal/journal.ts';
import type { OverflowingLane } from '../journal/overflow.ts';
import type { Uncopied } from '../journal/uncopied.ts';
import { type CopySettings, RowCopies } from './row-copies.ts';
import { SteadyConnection } from './steady-connection.ts';

export interface CopiedLaneOptions {
  readonly lane: Pick<OverflowingLane, 'append'>;
  readonly uncopied: Pick<Uncopied, 'note'>;
  readonly copies: Pick<RowCopies, 'mayTry' | 'send'>;
  /** `cluster.rows.confirm` */
  readonly confirm: Config['cluster']['rows']['confirm'];
}

/** A lane of a journal whose entries are also in a stream of rows before they are confirmed. */
export class CopiedLane {
  private readonly options: CopiedLaneOptions;

  constructor(options: CopiedLaneOptions) {
    this.options = options;
  }

  /**
   * Resolves once the chunk is on this node's disk, and either in the stream or noted as not being there.
   * Rejects with CommitError; then it may still be on the disk. The disk comes first: so what is in the
   * stream is in the queue or has left it for ClickHouse, which is how it is known what may be purged.
   */
  async append(chunk: Uint8Array): Promise<void> {
    const { lane, uncopied, copies, confirm } = this.options;
    if (confirm === 'replicated' && !copies.mayTry) throw notCopied();
    const entry = await lane.append(chunk);
    if (await copies.send(entry, chunk)) return;
    await uncopied.note(entry);
    if (confirm === 'replicated') throw notCopied();
  }
}

function notCopied(): CommitError {
  return new CommitError('the rows could not be copied to NATS');
}

/** As `openSampleLane`. */
export function openCopiedLane(
  journal: Pick<Journal, 'openLane' | 'uncopied'>,
  { cluster, name }: CopySettings,
  connection = new SteadyConnection({ cluster, name, onFailure: () => undefined }),
): CopiedLane {
  return new CopiedLane({
    lane: journal.openLane(),
    uncopied: journal.uncopied(),
    copies: new RowCopies({ cluster, reach: (withinMs) => connection.reach(withinMs) }),
    confirm: cluster.rows.confirm,
  });
}
