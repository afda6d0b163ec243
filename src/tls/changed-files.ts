import { type StatsListener, unwatchFile, watchFile } from 'node:fs';

/**
 * How often files are looked at, ms. Watching would miss the swapped links by which containers change
 * secrets, and network disks.
 */
const LOOK_EVERY_MS = 1000;

/** Files that belong together are rarely replaced at once: how long none of them may have changed, ms. */
const SETTLED_MS = 500;

/**
 * Calls `changed` after any of the files was replaced, written, removed or came back. Ends when what it
 * returns is called.
 */
export function onChangedFiles(files: readonly string[], changed: () => void): () => void {
  let settling: NodeJS.Timeout | undefined;
  const listener: StatsListener = (now, before) => {
    const same = now.mtimeMs === before.mtimeMs && now.ino === before.ino && now.size === before.size;
    // What is only read changes its time of access.
    if (same) return;
    clearTimeout(settling);
    settling = setTimeout(changed, SETTLED_MS);
  };
  for (const file of files) watchFile(file, { interval: LOOK_EVERY_MS, persistent: false }, listener);
  return () => {
    clearTimeout(settling);
    for (const file of files) unwatchFile(file, listener);
  };
}
