import type { Config } from '../config/schema.ts';
import type { Link } from '../link/link.ts';
import type { Operations } from '../operations/operations.ts';
import type { Store } from '../store/store.ts';
import type { Log } from '../telemetry/log.ts';
import type { Edges } from './edges.ts';

/** What the routes work with. */
export interface ControlDeps {
  readonly config: Config;
  readonly store: Store;
  readonly link: Link;
  readonly edges: Edges;
  readonly operations: Operations;
  readonly log: Log;
}
