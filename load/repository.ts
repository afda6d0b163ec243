import { fileURLToPath } from 'node:url';

/**
 * Returns the path of a file of the repository, by its place in it: from load/ and from build/load/ alike.
 */
export function repositoryFile(place: string): string {
  const up = import.meta.url.includes('/build/load/') ? '../../' : '../';
  return fileURLToPath(new URL(up + place, import.meta.url));
}
