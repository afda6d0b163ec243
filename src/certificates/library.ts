import type * as X509 from '@peculiar/x509';

export type { X509 };

let loading: Promise<typeof X509> | undefined;

/**
 * Returns the library that reads and writes X.509, loaded at its first use: it takes 20 MB and some tenths of
 * a second, and few processes ever need it.
 */
export function loadX509(): Promise<typeof X509> {
  loading ??= load();
  return loading;
}

async function load(): Promise<typeof X509> {
  // One of its parts demands this polyfill of whoever loads it.
  await import('reflect-metadata');
  return import('@peculiar/x509');
}
