import { When } from '../../../parts/when.tsx';
import type { HashData } from '../../../security.ts';

/** What the roots of a type are for. */
export const ROOT_TYPES: Readonly<Record<string, string>> = {
  CentralSystemRootCertificate: 'Central System',
  ManufacturerRootCertificate: 'manufacturer',
};

/** A root that a charge point has told of. */
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
    <div class="scroll">
      <table class="table cards">
        <thead>
          <tr>
            <th scope="col">Serial number</th>
            <th scope="col">Of the</th>
            <th scope="col">Subject</th>
            <th scope="col">Told</th>
            <th scope="col">
              <span class="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {roots.map((root) => (
            <Row key={JSON.stringify(root.hashData)} root={root} onDelete={onDelete} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ root, onDelete }: { readonly root: Root } & Pick<RootTableProps, 'onDelete'>) {
  const { hashData, subject, certificateType, toldAt, changedSince } = root;
  return (
    <tr>
      <td class="id">
        <code>{hashData.serialNumber}</code>
      </td>
      <td data-label="Of the">{ROOT_TYPES[certificateType] ?? certificateType}</td>
      <td data-label="Subject">{subject ?? <span class="soft">unknown to Farad</span>}</td>
      <td data-label="Told">
        <When at={toldAt} /> {changedSince && <span class="tone-attention">changed since: ask again</span>}
      </td>
      <td class="number">
        <button
          type="button"
          class="link"
          disabled={!onDelete}
          aria-label={`Delete root ${hashData.serialNumber}`}
          onClick={() => onDelete?.(root)}
        >
          Delete
        </button>
      </td>
    </tr>
  );
}
