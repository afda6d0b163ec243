import { queryOf } from '../../api.ts';
import { t } from '../../words/words.ts';

const FORMATS = [
  ['csv', 'CSV'],
  ['ndjson', 'NDJSON'],
  ['parquet', 'Parquet'],
] as const;

interface ExportLinksProps {
  /** What follows `/api/v1`. */
  readonly path: string;
  readonly question: Readonly<Record<string, string | number | undefined>>;
  readonly none: boolean;
  /** Other files are not made of it. */
  readonly isCsvOnly?: boolean;
}

/** All rows of a query as a file, whatever page is on the screen. */
export function ExportLinks({ path, question, none, isCsvOnly = false }: ExportLinksProps) {
  const formats = isCsvOnly ? FORMATS.slice(0, 1) : FORMATS;
  return (
    <span class="end row tight">
      <span class="small soft">{t('Export')}</span>
      {formats.map(([format, word]) =>
        none ? (
          <button key={format} type="button" disabled>
            {word}
          </button>
        ) : (
          <a
            key={format}
            class="button"
            href={`/api/v1${path}${queryOf({ ...question, format })}`}
            download
            aria-label={t('Export as {word}', { word })}
          >
            {word}
          </a>
        ),
      )}
    </span>
  );
}
