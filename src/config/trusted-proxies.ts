import { networksOf } from './networks.ts';

/**
 * Whether an address is that of a proxy of `trustedProxies`: what its headers say about the other end is
 * believed. Throws ConfigError for an entry that is neither an address nor a network.
 */
export function trustedProxies(entries: readonly string[]): (address: string) => boolean {
  return networksOf('trustedProxies', entries);
}
