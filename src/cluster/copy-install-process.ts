import { NewerDataError } from '../store/store.ts';
import { type CopyInstall, CopyRefused, installCopy } from './copy-install.ts';

/** What this process says to whoever started it. */
export type InstallMessage =
  | { readonly kind: 'installed' }
  /** Nothing has changed, and the copy is of no use. */
  | { readonly kind: 'refused'; readonly reason: string };

process.umask(0o077);

// A signal of a terminal is for the supervisor.
process.on('SIGINT', () => undefined);
process.once('message', (order: CopyInstall) => void install(order));

async function install(order: CopyInstall): Promise<void> {
  try {
    await installCopy(order);
    tell({ kind: 'installed' });
  } catch (error) {
    if (!(error instanceof CopyRefused || error instanceof NewerDataError)) throw error;
    tell({ kind: 'refused', reason: error.message });
  }
  process.disconnect?.();
}

function tell(message: InstallMessage): void {
  process.send?.(message);
}
