/** Signals closer together than this, ms, are one: on Ctrl-C a shell and npm may each deliver their own. */
const SAME_WISH_MS = 500;

/** How often a gateway under npx looks whether that is still there, ms. */
const PARENT_CHECK_MS = 250;

/** Runs `first` on the first signal to stop and `again` when someone insists. */
export function onStopSignals(first: (reason: string) => void, again: () => void): void {
  let firstAt: number | undefined;
  const receive = (reason: string): void => {
    if (firstAt === undefined) {
      firstAt = performance.now();
      first(reason);
    } else if (performance.now() - firstAt > SAME_WISH_MS) {
      again();
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, receive);
  // npx puts a shell in between, which dies of a SIGTERM without passing it on.
  if (process.env.npm_command === 'exec') onParentGone(() => receive('npx ended'));
}

function onParentGone(then: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    then();
  }, PARENT_CHECK_MS).unref();
}
