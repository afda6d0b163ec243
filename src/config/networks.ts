import { BlockList, isIP } from 'node:net';
import { ConfigError } from './config-error.ts';

/** `10.0.0.0/8`, `2001:db8::/32`, `192.0.2.1` */
const FORM = /^([0-9A-Fa-f:.]+)(?:\/(\d{1,3}))?$/;

/**
 * Whether an address lies in one of the networks that the setting `name` lists. Throws ConfigError for an
 * entry that is neither an address nor a network.
 */
export function networksOf(name: string, entries: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const entry of entries) {
    const [, address = '', digits] = FORM.exec(entry) ?? [];
    const version = isIP(address);
    const bits = version === 6 ? 128 : 32;
    const prefix = digits === undefined ? bits : Number(digits);
    if (version === 0 || prefix > bits) {
      throw new ConfigError(
        name,
        `${name}: ${JSON.stringify(entry)} is neither an address nor a network such as 10.0.0.0/8`,
      );
    }
    list.addSubnet(address, prefix, version === 6 ? 'ipv6' : 'ipv4');
  }
  if (entries.length === 0) return () => false;
  return (address) => {
    const version = isIP(address);
    return version !== 0 && list.check(address, version === 6 ? 'ipv6' : 'ipv4');
  };
}
