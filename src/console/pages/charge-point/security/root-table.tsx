import { type Column, Table } from '../../../parts/list-page.tsx';
import { When } from '../../../parts/when.tsx';
import type { HashData } from '../../../security.ts';
import { type Plain, t } from '../../../words/words.ts';

/** What the roots of a type are for. */
export const ROOT_TYPES: Readonly<Record<string, Plain>> = {
  CentralSystemRootCertificate: 'the Central System',
  ManufacturerRootCertificate: 'the manufacturer',
};

/** A type of roots in words. */
export function rootType(name: string): string {
  const word = ROOT_TYPES[name];
  return word === undefined ? name : t(word);
}

/** A root that a charge point has reported. */
export interface Root {
  readonly hashData: HashData;
  readonly subject: string | null;
  readonly certificateType: string;
  readonly toldAt: string | null;
  readonly changedSince: boolean;
}

interface RootTableProps {
  readonly roots: readonly Root[];
  /** Absent: nobody here may delete one now. */
  readonly onDelete: ((root: Root) => void) | undefined;
}

export function RootTable({ roots, onDelete }: RootTableProps) {
  return (
    <Table items={roots} columns={columns(onDelete)} keyOf={({ hashData }) => JSON.stringify(hashData)} />
  );
}

const columns = (onDelete: RootTableProps['onDelete']): readonly Column<Root>[] => [
  { label: 'Serial number', kind: 'id', cell: ({ hashData }) => <code>{hashData.serialNumber}</code> },
  { label: 'Of the', cell: ({ certificateType }) => rootType(certificateType) },
  { label: 'Subject', cell: ({ subject }) => subject ?? <span class="soft">{t('unknown to Farad')}</span> },
  {
    label: 'Told',
    cell: ({ toldAt, changedSince }) => (
      <>
        <When at={toldAt} />{' '}
        {changedSince && <span class="tone-attention">{t('changed since: ask again')}</span>}
      </>
    ),
  },
  {
    label: 'Actions',
    kind: 'actions',
    cell: (root) => (
      <button
        type="button"
        class="link"
        disabled={!onDelete}
        aria-label={t('Delete root {serialNumber}', { serialNumber: root.hashData.serialNumber })}
        onClick={() => onDelete?.(root)}
      >
        {t('Delete')}
      </button>
    ),
  },
];
