import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file of the console with its compressed forms. */
export interface ConsoleFile {
  readonly type: string;
  /** True where the name changes with the content. */
  readonly immutable: boolean;
  /** By Content-Encoding, the smallest first. */
  readonly bodies: ReadonlyMap<'br' | 'gzip' | 'identity', Buffer>;
}

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

/** The bundle lies in dist/, also for code that runs from src/. */
const FOLDER = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../dist/console/' : '../console/', import.meta.url),
);

/**
 * The files of the console by their path on the server, all in memory: they are few and small. Empty where it
 * was not built.
 */
export function readConsole(folder: string = FOLDER): ReadonlyMap<string, ConsoleFile> {
  const files = new Map<string, ConsoleFile>();
  if (!existsSync(folder)) return files;
  for (const name of readdirSync(folder, { recursive: true }).map(String)) {
    const type = TYPES[name.slice(name.lastIndexOf('.') + 1)];
    if (type === undefined) continue;
    const path = join(folder, name);
    const bodies = new Map<'br' | 'gzip' | 'identity', Buffer>();
    if (existsSync(`${path}.br`)) bodies.set('br', readFileSync(`${path}.br`));
    if (existsSync(`${path}.gz`)) bodies.set('gzip', readFileSync(`${path}.gz`));
    bodies.set('identity', readFileSync(path));
    files.set(`/${name}`, { type, immutable: name.startsWith('assets/'), bodies });
  }
  return files;
}
