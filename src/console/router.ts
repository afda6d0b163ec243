import { computed, signal } from '@preact/signals';

export interface Place {
  readonly path: string;
  /** Parts of the path, decoded. */
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
}

function here(): Place {
  const { pathname, search } = location;
  const parts = pathname.split('/').filter(Boolean).map(decodePart);
  return { path: pathname, parts, query: new URLSearchParams(search) };
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // A hand-written address: shown as it is, and not found.
  }
}

/** Where the console is: the URL carries the whole state of a view. */
export const place = signal<Place>(here());
export const path = computed(() => place.value.path);

/** A parameter of the present address; undefined where it is not there. */
export function queried(name: string): string | undefined {
  return place.value.query.get(name) ?? undefined;
}

addEventListener('popstate', () => {
  place.value = here();
});

export function go(url: string, how: 'push' | 'replace' = 'push'): void {
  if (url === location.pathname + location.search) return;
  if (how === 'push') history.pushState(null, '', url);
  else history.replaceState(null, '', url);
  const before = place.value.path;
  place.value = here();
  if (how === 'push' && before !== place.value.path) scrollTo(0, 0);
}

/**
 * Changes parameters of the present view; undefined or '' takes one away. Replaces by default: filters are no
 * steps back.
 */
export function setQuery(
  changes: Readonly<Record<string, string | undefined>>,
  how: 'push' | 'replace' = 'replace',
): void {
  const query = new URLSearchParams(place.value.query);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === '') query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  go(place.value.path + (text ? `?${text}` : ''), how);
}

/**
 * Lets plain clicks on links of the console stay in the page; new tabs and foreign links are the browser's.
 */
export function followLinks(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey)
    return;
  const link = (event.target as Element | null)?.closest?.('a');
  if (!link || link.origin !== location.origin || link.target || link.hasAttribute('download')) return;
  if (/^\/(api|docs|metrics|healthz|readyz)\b/.test(link.pathname)) return;
  if (link.hash && link.pathname === location.pathname) return;
  event.preventDefault();
  go(link.pathname + link.search);
}

export const urlOf = {
  chargePoint: (id: string) => `/charge-points/${encodeURIComponent(id)}`,
  configuration: (id: string) => `/charge-points/${encodeURIComponent(id)}?tab=configuration`,
  template: (id: string) => `/configuration/${encodeURIComponent(id)}`,
  transaction: (id: number) => `/transactions/${id}`,
  token: (idTag: string) => `/tokens/${encodeURIComponent(idTag)}`,
};
