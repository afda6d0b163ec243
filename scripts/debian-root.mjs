import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './build.mjs';

export const DEBIAN_ROOT = join(root, 'node_modules/.cache/farad-debian-13');

const MIRROR = 'http://deb.debian.org/debian';

/**
 * A bare Debian 13, made by debootstrap where it is not there yet; its folder. Needs root and, for
 * debootstrap, apt.
 */
export function debianRoot() {
  if (existsSync(join(DEBIAN_ROOT, 'etc/debian_version'))) return DEBIAN_ROOT;
  if (process.getuid?.() !== 0) throw new Error('a Debian root is made by root only');
  if (spawnSync('debootstrap', ['--version']).error) {
    if (!existsSync('/usr/bin/apt-get')) throw new Error('install debootstrap first');
    console.log('farad: installing debootstrap');
    run('apt-get', 'update', '-qq');
    run('apt-get', 'install', '-y', '-qq', 'debootstrap');
  }
  console.log('farad: making a Debian 13 root (debootstrap trixie)');
  rmSync(DEBIAN_ROOT, { recursive: true, force: true });
  mkdirSync(DEBIAN_ROOT, { recursive: true });
  run('debootstrap', '--variant=minbase', 'trixie', DEBIAN_ROOT, MIRROR);
  writeFileSync(join(DEBIAN_ROOT, 'etc/hosts'), '127.0.0.1 localhost\n::1 localhost\n');
  return DEBIAN_ROOT;
}

/** Runs a command and shows what it has to complain of; throws when it fails. */
export function run(command, ...args) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}`);
}
