/** Signals closer together than this, ms, are one: on Ctrl-C a shell and npm may each deliver their own. */
const SAME_WISH_MS = 500;

/** How often a gateway under npx looks whether that is still there, ms. */
const PARENT_CHECK_MS = 250;

/**
 * Runs `first` on the first signal to stop and `again` when someone insists. A gateway that was started with
 * an IPC channel also stops when that closes, so it does not outlive its starter however that ends.
 */
export function onStopSignals(first: (reason: string) => void, again: () => void): void {
  let firstAt: number | undefined;
  const begin = (reason: string): void => {
    firstAt = performance.now();
    first(reason);
  };
  const receive = (reason: string): void => {
    if (firstAt === undefined) begin(reason);
    else if (performance.now() - firstAt > SAME_WISH_MS) again();
  };
  // Nobody insists by ending: a stop that is under way goes on as it is.
  const abandoned = (reason: string): void => {
    if (firstAt === undefined) begin(reason);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, receive);
  // npx puts a shell in between, which dies of a SIGTERM without passing it on.
  if (process.env.npm_command === 'exec') onParentGone(() => abandoned('npx ended'));
  if (process.send) onChannelClosed(() => abandoned('its starter ended'));
}

function onChannelClosed(then: () => void): void {
  if (!process.connected) {
    then();
    return;
  }
  process.once('disconnect', then);
  // To listen for that is no reason to go on living.
  process.channel?.unref();
}

function onParentGone(then: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    then();
  }, PARENT_CHECK_MS).unref();
}
