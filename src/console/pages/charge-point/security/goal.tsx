/** What a command is for, beyond its answer: waited for until it has come to pass. */
export function Goal({
  isReached,
  waiting,
  reached,
}: {
  readonly isReached: boolean;
  readonly waiting: string;
  readonly reached: string;
}) {
  return (
    <p class={`note ${isReached ? 'good' : ''}`} role="status">
      {isReached ? reached : waiting}
    </p>
  );
}
