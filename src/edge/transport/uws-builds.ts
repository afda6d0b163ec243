import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { AppOptions, TemplatedApp, us_listen_socket } from '@btc-vision/uwebsockets.js';
import type { SocketEngine } from '../../link/messages.ts';
import { lacksC23, loadOnOlderGlibc } from './older-glibc.ts';

/** What Farad uses of uWebSockets.js. The build of 2023 has the last two under other names. */
export interface UwsModule {
  App(): TemplatedApp;
  /** Throws where the files do not fit, without saying why. */
  SSLApp(options: AppOptions): TemplatedApp;
  readonly DISABLED: number;
  readonly LIBUS_LISTEN_EXCLUSIVE_PORT: number;
  us_listen_socket_close(socket: us_listen_socket): void;
  us_socket_local_port(socket: us_listen_socket): number;
}

export interface UwsBuild {
  readonly uws: UwsModule;
  readonly info: SocketEngine;
}

export type UwsKind = 'uws' | 'uws-old';

/** A build, or why none loads: one line. */
export type Found = UwsBuild | { readonly missing: string };

/** The release that the tests of this folder run against; what they ask for was not there yet in 2023. */
const TESTED = [20, 57];

const FAULTS = 'it answers 505 to a request head that comes in pieces, and is silent to one with 50 headers';
const CURE =
  'Node 22 or 24 on a system with glibc 2.36 or later (Debian 12, Ubuntu 24.04) gets a build of today; ocpp.transport: ws works everywhere and takes more memory and processor time';

/** In order: the official package where somebody installed it, a build of today, one for older systems. */
const BUILDS: readonly { readonly name: string; readonly kind: UwsKind }[] = [
  { name: 'uWebSockets.js', kind: 'uws' },
  { name: '@btc-vision/uwebsockets.js', kind: 'uws' },
  { name: '@rjweb/uws', kind: 'uws-old' },
];

const require = createRequire(import.meta.url);
const found = new Map<UwsKind, Found>();

/** The first build that loads; with `uws-old` only the one for older systems is tried. */
export function findUws(kind: UwsKind): Found {
  const known = found.get(kind) ?? firstOf(BUILDS.filter((build) => kind === 'uws' || build.kind === kind));
  found.set(kind, known);
  return known;
}

function firstOf(builds: typeof BUILDS): Found {
  const reasons: string[] = [];
  for (const { name, kind } of builds) {
    let main: string;
    try {
      main = require.resolve(name);
    } catch {
      reasons.push(`${name} is not installed`);
      continue;
    }
    try {
      return load(name, kind, main);
    } catch (error) {
      reasons.push(`${name}: ${lastLine(error)}`);
    }
  }
  return { missing: reasons.join('; ') };
}

function load(name: string, kind: UwsKind, main: string): UwsBuild {
  const folder = dirname(main);
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  let adapted = false;
  let module: unknown;
  try {
    module = require(main);
  } catch (error) {
    if (!lacksC23(error)) throw error;
    const { platform, arch, versions } = process;
    module = loadOnOlderGlibc(join(folder, `uws_${platform}_${arch}_${versions.modules}.node`));
    adapted = true;
  }
  const faulty = kind === 'uws-old' || isBefore(version, TESTED);
  return {
    uws: named(module),
    info: { kind, package: name, version, adapted, ...(faulty && { faults: FAULTS, cure: CURE }) },
  };
}

function named(module: unknown): UwsModule {
  const uws = module as UwsModule & {
    closeSocket?: UwsModule['us_listen_socket_close'];
    getSocketPort?: UwsModule['us_socket_local_port'];
  };
  const close = uws.us_listen_socket_close ?? uws.closeSocket;
  const port = uws.us_socket_local_port ?? uws.getSocketPort;
  if (!close || !port) throw new Error('not a version that Farad knows');
  return {
    App: () => uws.App(),
    SSLApp: (options) => uws.SSLApp(options),
    DISABLED: uws.DISABLED,
    LIBUS_LISTEN_EXCLUSIVE_PORT: uws.LIBUS_LISTEN_EXCLUSIVE_PORT,
    us_listen_socket_close: close,
    us_socket_local_port: port,
  };
}

/** Whether a version (`20.57.0`) comes before the numbers; an unreadable one does not. */
export function isBefore(version: string, numbers: readonly number[]): boolean {
  const parts = version.split('.').map(Number);
  for (const [index, number] of numbers.entries()) {
    const part = parts[index] ?? 0;
    if (part !== number) return part < number;
  }
  return false;
}

function lastLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim().split('\n').at(-1) ?? text;
}
