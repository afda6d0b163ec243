import { useResource } from '../../resource.ts';

interface System {
  readonly edges: readonly { readonly endpoints: readonly { readonly url: string }[] }[];
}

/**
 * Where charge points connect, as far as Farad knows: the ports that it listens at, those with TLS first, at
 * the host that the console is seen at. Undefined while it is not known.
 */
export function useAddresses(): readonly string[] | undefined {
  const { data } = useResource<System>('/system');
  if (!data) return undefined;
  const urls = data.edges.flatMap(({ endpoints }) => endpoints.map(({ url }) => seenFromHere(url)));
  return [...new Set(urls)].sort(
    (one, other) => Number(other.startsWith('wss:')) - Number(one.startsWith('wss:')),
  );
}

/** What Farad binds to is often no address that others could use. */
function seenFromHere(url: string): string {
  const here = new URL(url);
  here.hostname = location.hostname;
  return here.href.replace(/\/$/, '');
}

/** Where one charge point connects. */
export function urlOfChargePoint(address: string, id: string): string {
  return `${address.trim().replace(/\/+$/, '')}/${encodeURIComponent(id)}`;
}
