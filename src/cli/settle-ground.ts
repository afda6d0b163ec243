import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SettleOptions } from '../store/installation.ts';
import type { GroundMessage } from './ground-process.ts';
import { StartError } from './start-error.ts';

/**
 * Opens every database of a data directory once, in a process of its own (a damaged one ends it), and lets
 * that see to it that they belong together. Throws StartError with one line that names the file.
 */
export async function settleGround(options: Omit<SettleOptions, 'onOpen'>): Promise<void> {
  const child = fork(fileURLToPath(new URL('./ground-process.js', import.meta.url)), [], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  let opening: string | undefined;
  let outcome: GroundMessage | undefined;
  child.on('message', (message: GroundMessage) => {
    if (message.kind === 'opening') opening = message.part;
    else outcome = message;
  });
  child.send(options);
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  if (outcome?.kind === 'refused') throw new StartError(outcome.reason);
  if (outcome?.kind === 'settled') return;
  const how = signal ?? `exit code ${code}`;
  const file = opening === undefined ? options.dataDir : join(options.dataDir, opening, 'data.mdb');
  throw new StartError(
    `${file} ends the process that opens it (${how}), so it is damaged: put it back from a backup (farad restore), or move it away`,
  );
}
