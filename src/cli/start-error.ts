/** Why the gateway cannot start on this machine now: one line, exit code 1. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
