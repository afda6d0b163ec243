import { useEffect, useState } from 'preact/hooks';
import { Failure } from '../../failure.ts';
import type { Action } from '../../ocpp-schema.ts';
import { actions, readActions } from '../../openapi.ts';

/** What can be sent to charge points, read where it was not yet, or why it cannot be read. */
export function useActions(): {
  readonly known: ReadonlyMap<string, Action> | undefined;
  readonly failure: Failure | undefined;
} {
  const [failure, setFailure] = useState<Failure | undefined>();
  useEffect(() => {
    readActions().catch((error: unknown) => setFailure(error instanceof Failure ? error : undefined));
  }, []);
  return { known: actions.value, failure };
}
