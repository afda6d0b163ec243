import { useState } from 'preact/hooks';
import type { Page } from '../model.ts';
import { DocumentEditor } from '../parts/document-editor.tsx';
import { Empty, Shown } from '../parts/states.tsx';
import { useResource } from '../resource.ts';
import { go } from '../router.ts';
import { may } from '../session.ts';

export interface Site {
  readonly id: string;
  readonly sharing: string;
  readonly note: string | null;
  readonly groups: readonly {
    readonly id: string;
    readonly parent: string | null;
    readonly limit: unknown;
  }[];
  readonly members: readonly { readonly chargePointId: string; readonly connectorId: number }[];
}

const urlOfSite = (id: string) => `/sites/${encodeURIComponent(id)}`;

export function SitesPage() {
  const list = useResource<Page<Site>>('/sites?limit=200', { everyMs: 15_000 });
  const [adding, setAdding] = useState(false);
  return (
    <>
      <div class="row">
        <h1>Sites</h1>
        {may('operator') && (
          <button type="button" class="primary end" onClick={() => setAdding(true)}>
            New site
          </button>
        )}
      </div>
      <div class="panel">
        <Shown of={list} what="sites" lines={5}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="No site yet">
                <p>
                  A site shares the power of a building's connection among its connectors, with a limit for
                  each part of it.
                </p>
              </Empty>
            ) : (
              <div class="scroll">
                <table class="table cards">
                  <thead>
                    <tr>
                      <th scope="col">Site</th>
                      <th scope="col">Groups</th>
                      <th scope="col" class="number">
                        Connectors
                      </th>
                      <th scope="col">Sharing</th>
                      <th scope="col">Note</th>
                    </tr>
                  </thead>
                  <tbody>
                    {items.map((site) => (
                      <tr key={site.id}>
                        <td class="id">
                          <a href={urlOfSite(site.id)}>{site.id}</a>
                        </td>
                        <td data-label="Groups">{site.groups.map(({ id }) => id).join(', ')}</td>
                        <td data-label="Connectors" class="number">
                          {site.members.length}
                        </td>
                        <td data-label="Sharing">{site.sharing}</td>
                        <td data-label="Note">{site.note ?? <span class="soft">–</span>}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )
          }
        </Shown>
      </div>
      {adding && <SiteEditor onClose={() => setAdding(false)} onSaved={(id) => go(urlOfSite(id))} />}
    </>
  );
}

const EXAMPLE = {
  sharing: 'equal',
  groups: [{ id: 'connection', parent: null, limit: { unit: 'A', perPhase: 63 } }],
  members: [
    { chargePointId: 'CP-17', connectorId: 1, group: 'connection', phases: ['L1', 'L2', 'L3'], rating: 32 },
  ],
};

interface SiteEditorProps {
  readonly site?: Site;
  readonly onClose: () => void;
  readonly onSaved: (id: string) => void;
}

/** A site as its document: groups with limits, members with their phases and ratings. */
export function SiteEditor({ site, ...rest }: SiteEditorProps) {
  return (
    <DocumentEditor
      what="site"
      path="/sites"
      {...(site && { id: site.id })}
      document={site ? documentOf(site) : EXAMPLE}
      hint="Limits per phase in A or W, constant or as a schedule."
      docs="/docs#putSite"
      {...rest}
    />
  );
}

/** Without what the server adds. */
function documentOf(site: Site): Record<string, unknown> {
  const { id: _, ...rest } = site as Site & { version?: number };
  delete rest.version;
  return rest;
}
