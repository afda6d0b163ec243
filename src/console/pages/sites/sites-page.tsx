import { useState } from 'preact/hooks';
import type { Page } from '../../model.ts';
import { Empty, Shown } from '../../parts/states.tsx';
import { useResource } from '../../resource.ts';
import { go } from '../../router.ts';
import { may } from '../../session.ts';
import type { Site } from './site-document.ts';
import { SiteEditor } from './site-editor.tsx';

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
