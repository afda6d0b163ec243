import { useState } from 'preact/hooks';
import { Failure, isOutcomeUnknown } from '../failure.ts';
import { t } from '../words/words.ts';

export interface Doing {
  readonly busy: boolean;
  readonly failure: Failure | undefined;
  run(work: () => Promise<void>): Promise<void>;
}

/** Something that a button does: whether it is under way, and why it was refused. */
export function useDoing(): Doing {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | undefined>();
  return {
    busy,
    failure,
    async run(work) {
      setBusy(true);
      setFailure(undefined);
      try {
        await work();
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        setFailure(error);
      } finally {
        setBusy(false);
      }
    },
  };
}

/** A refusal beside the form that it is about, with every member that is wrong. */
export function Refusal({ failure }: { readonly failure: Failure | undefined }) {
  if (!failure) return null;
  const problems = (failure.details.problems ?? []) as readonly { path: string; problem: string }[];
  return (
    <div class="note failure" role="alert">
      {failure.code === 'not_sent' && <b>{t('Not sent')}</b>}
      {isOutcomeUnknown(failure) && <b>{t('Outcome unknown')}</b>}
      <span>{failure.message}</span>
      {problems.length > 1 && (
        <ul>
          {problems.map(({ path, problem }) => (
            <li key={path}>
              <code>{path.slice(1)}</code> {problem}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
