import { InstallationError, type SettleOptions, settleInstallation } from '../store/installation.ts';
import { NewerDataError } from '../store/store.ts';

/** What this process says to whoever started it. */
export type GroundMessage =
  | { readonly kind: 'opening'; readonly part: string }
  | { readonly kind: 'settled' }
  /** One line, and nothing that another try would mend. */
  | { readonly kind: 'refused'; readonly reason: string };

process.umask(0o077);

// A signal is for the supervisor, which ends this process, or waits for the moment that it takes.
process.on('SIGINT', () => undefined);
process.once('message', (options: SettleOptions) => void settle(options));

async function settle(options: SettleOptions): Promise<void> {
  try {
    await settleInstallation({ ...options, onOpen: (part) => tell({ kind: 'opening', part }) });
    tell({ kind: 'settled' });
  } catch (error) {
    const known = error instanceof InstallationError || error instanceof NewerDataError;
    const said = error instanceof Error ? error.message : String(error);
    tell({ kind: 'refused', reason: known ? said : `${options.dataDir} cannot be opened: ${said}` });
  }
  process.disconnect?.();
}

function tell(message: GroundMessage): void {
  process.send?.(message);
}
