import type { Fence, Fences } from '../journal/conditional-writes.ts';
import { type Environment, EnvironmentError } from '../journal/environment.ts';
import type { Change, ChangeDriver } from './change-driver.ts';
import { keyOf, textKey } from './keys.ts';

/** Names of one kind have so many fences at most; some may share one. */
const FENCES_OF_KIND = 4_096;

export interface FenceTables {
  /** The newest change of each scope. */
  readonly newest: Fences;
  /** The newest change that rested on something that scopes share; absent where they share nothing. */
  readonly shared?: Fences;
}

/** Changes of one machine take effect in LMDB at once, where nothing else has changed the same meanwhile. */
export class LocalChanges implements ChangeDriver<Fence> {
  private readonly environment: Pick<Environment, 'writeWhereNewest'>;
  private readonly fences: FenceTables;

  constructor(environment: Pick<Environment, 'writeWhereNewest'>, fences: FenceTables) {
    this.environment = environment;
    this.fences = fences;
  }

  newest(scope: string): Fence {
    return this.fences.newest.newest(textKey(scope));
  }

  restOn(bases: [Fence, ...Fence[]], kind: string, name: string): void {
    const { shared } = this.fences;
    if (shared === undefined) throw new EnvironmentError('scopes of this environment share nothing');
    const fence = shared.newest(keyOf(kind, fenceOf(name)));
    const isThere = bases.some(({ of, key }) => of === fence.of && Buffer.compare(key, fence.key) === 0);
    if (!isThere) bases.push(fence);
  }

  append(changes: readonly Change<Fence>[]): Promise<readonly boolean[]> {
    return this.environment.writeWhereNewest(
      changes.map(({ bases, tables }) => ({
        fences: bases,
        write: () => {
          for (const table of tables) table.write();
        },
      })),
    );
  }
}

/** Which of the fences that names share is that of `name`. */
function fenceOf(name: string): number {
  let hash = 0;
  for (let i = 0; i < name.length; i++) hash = (hash * 31 + name.charCodeAt(i)) | 0;
  return (hash >>> 0) % FENCES_OF_KIND;
}
