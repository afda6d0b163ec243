import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CACHE = join(tmpdir(), 'farad-debian-programs');

/** A program of Debian: as installed, else out of its packages, which are fetched once. */
export type DebianProgram =
  | { readonly file: string; readonly env: Readonly<Record<string, string>> }
  | { readonly missing: string };

/** Returns the program, or in one line why it cannot be had here. */
export function debianProgram(name: string, packages: readonly string[]): DebianProgram {
  const installed = ['/usr/sbin', '/usr/bin', '/usr/local/sbin']
    .map((path) => join(path, name))
    .find(existsSync);
  if (installed !== undefined) return { file: installed, env: {} };
  const root = join(CACHE, name);
  const file = join(root, 'usr/sbin', name);
  try {
    if (!existsSync(file)) unpack(packages, root);
    const lib = join(root, 'usr/lib');
    const libraries = (existsSync(lib) ? readdirSync(lib) : []).filter((folder) =>
      folder.endsWith('-linux-gnu'),
    );
    const env = { LD_LIBRARY_PATH: libraries.map((folder) => join(lib, folder)).join(':') };
    execFileSync(file, ['-v'], { env, stdio: 'ignore', timeout: 10_000 });
    return { file, env };
  } catch (error) {
    const [line] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { missing: `${name} is not installed, and not to be had by apt-get download: ${line}` };
  }
}

function unpack(packages: readonly string[], root: string): void {
  const folder = `${root}-${process.pid}`;
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync('apt-get', ['download', ...packages], { cwd: folder, stdio: 'pipe', timeout: 60_000 });
    for (const archive of readdirSync(folder)) execFileSync('dpkg', ['-x', archive, 'root'], { cwd: folder });
    if (!existsSync(root)) renameSync(join(folder, 'root'), root);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
