import { Failure, request } from './api.ts';
import { t } from './words/words.ts';

interface Written {
  readonly version?: number;
  readonly settings?: { readonly version: number } | null;
}

/**
 * Writes what was read at `version`, or creates it where there was none, and never over what somebody else
 * has written meanwhile; returns its new version. Throws Failure.
 */
export async function save(
  path: string,
  body: unknown,
  version: number | undefined,
): Promise<number | undefined> {
  const headers = version === undefined ? { 'if-none-match': '*' } : { 'if-match': `"${version}"` };
  try {
    const written = await request<Written>('PUT', path, { body, headers });
    return written.version ?? written.settings?.version;
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'changed_meanwhile') throw error;
    const message =
      version === undefined
        ? t('There is one of this name already.')
        : t(
            'Somebody has changed it since you opened it. Close this, look at it again, and repeat your change.',
          );
    throw new Failure(error.status, error.code, message, error.details);
  }
}
