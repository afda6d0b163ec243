import { renameSync, writeFileSync } from 'node:fs';

/**
 * Replaces `file` so that a reader sees the old content or the new, never a part. Throws what the system
 * says.
 */
export function writeAtomically(file: string, content: string): void {
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, content, { mode: 0o600 });
  renameSync(draft, file);
}
