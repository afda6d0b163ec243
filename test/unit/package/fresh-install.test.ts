import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { OTHER_NODES } from '../../../scripts/other-nodes.mjs';

const { satisfies, minVersion } = createRequire(import.meta.url)('semver') as {
  satisfies(version: string, range: string): boolean;
  minVersion(range: string): { version: string };
};

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly optional?: boolean;
  readonly link?: boolean;
  readonly os?: readonly string[];
  readonly engines?: { readonly node?: string };
  readonly hasInstallScript?: boolean;
}

const read = <Content>(file: string): Content =>
  JSON.parse(readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8')) as Content;

const { packages } = read<{ packages: Record<string, Locked> }>('package-lock.json');
const { engines, allowScripts } = read<{
  engines: { node: string };
  allowScripts: Record<string, boolean>;
}>('package.json');
const installed = Object.entries(packages).filter(([place]) => place !== '');
const nameOf = (place: string): string => place.slice(place.lastIndexOf('node_modules/') + 13);

/** Packages that want a newer Node and run on the oldest: their tests run there, too. */
const EXCEPTIONS: readonly string[] = ['@nats-io/nuid'];

/** The oldest Node that Farad takes, and the others that it is tested on. */
const nodes = [minVersion(engines.node).version, ...OTHER_NODES];

test.each(nodes)('on Node %s no package warns that it wants another one', (node) => {
  const unhappy = installed
    // npm leaves an optional package out where it does not fit, without a word.
    .filter(([, { engines: wanted, optional }]) => wanted?.node && !optional && !satisfies(node, wanted.node))
    .filter(([place]) => !EXCEPTIONS.includes(nameOf(place)))
    .map(([place, { version, engines: wanted }]) => `${nameOf(place)}@${version} wants ${wanted?.node}`);
  expect(unhappy).toEqual([]);
});

test('every install script is allowed or denied by name, and none is named that is not there', () => {
  const scripted = installed
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([place]) => nameOf(place));
  expect(Object.keys(allowScripts).sort()).toEqual([...new Set(scripted)].sort());
});

test('every package is pinned by its hash, and none to the address of a registry', () => {
  const loose = installed.filter(
    // npm writes no hash of a binary for another platform than the one where the lock was written.
    ([, { integrity, resolved, link, optional, os }]) => resolved || link || !(integrity || (optional && os)),
  );
  expect(loose.map(([place]) => place)).toEqual([]);
});

test('the WebSocket engines are exactly these', () => {
  const { dependencies, optionalDependencies } = read<Record<string, Record<string, string>>>('package.json');
  expect(dependencies?.['@btc-vision/uwebsockets.js']).toBe('20.57.0');
  expect(optionalDependencies?.['@rjweb/uws']).toBe('1.5.0');
});
