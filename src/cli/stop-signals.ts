/** Signals closer together than this, ms, are one: on Ctrl-C a shell and npm may each deliver their own. */
const SAME_WISH_MS = 500;

/** Runs `first` on the first signal to stop and `again` when someone insists. */
export function onStopSignals(first: (signal: NodeJS.Signals) => void, again: () => void): void {
  let firstAt: number | undefined;
  const receive = (signal: NodeJS.Signals): void => {
    if (firstAt === undefined) {
      firstAt = performance.now();
      first(signal);
    } else if (performance.now() - firstAt > SAME_WISH_MS) {
      again();
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, receive);
}
