/** Another node of the cluster. */
export interface NodeThere {
  readonly node: string;
  readonly release: string;
  /** How far its clock is ahead of this node's, ms. */
  readonly aheadMs: number;
}

/**
 * Why a node takes no charge points: `log_away`: no change of theirs is confirmed; `behind`: its copy is not
 * up to date.
 */
export type NodeRefusal = 'log_away' | 'behind';

/** How a node is. */
export interface NodeCondition {
  /** Age of the oldest change that its copy has not applied yet, s; null where it does not tell. */
  readonly lagSeconds: number | null;
  /** What does not work there now; null: nothing. */
  readonly trouble: string | null;
  /** Why an edge there takes no charge points now; null: all do, or it does not tell. */
  readonly refuses: NodeRefusal | null;
}

/** How this node is, what it knows of the others, and how far its copy of the log is. */
export interface ClusterStatus extends NodeCondition {
  /** The other nodes that were heard within the last day. */
  readonly nodes: readonly NodeHeard[];
  /** Empty until the node has reached a NATS server. */
  readonly streams: readonly StreamCopied[];
}

/** Another node, as it was heard last. */
export interface NodeHeard extends NodeThere, NodeCondition {
  /** It was heard lately. */
  readonly there: boolean;
  /** How long ago it was heard, ms. */
  readonly heardMsAgo: number;
}

/** How far a node's copy of a stream is. */
export interface StreamCopied {
  readonly stream: string;
  /** The stream has been seen since the replica began; before that nobody knows how far it is behind. */
  readonly isSeen: boolean;
  /** Sequence of the last change that was applied or refused; 0 before the first. */
  readonly position: number;
  /** Age of the oldest change that was not applied yet; 0 where there is none. */
  readonly lagSeconds: number;
  /**
   * Why nothing is applied now; with a `reason` where that does not pass by itself, or only with a copy of
   * another node (`copy`).
   */
  readonly trouble?: { readonly since: number; readonly cause: string; readonly reason?: string };
}
