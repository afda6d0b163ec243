import { useState } from 'preact/hooks';
import { rounded } from '../../format.ts';
import { DeleteDialog } from '../../parts/delete-dialog.tsx';
import { Empty, Shown } from '../../parts/states.tsx';
import { When } from '../../parts/when.tsx';
import { useResource } from '../../resource.ts';
import { go, urlOf } from '../../router.ts';
import { may } from '../../session.ts';
import { rich, t } from '../../words/words.ts';
import { LiveSum } from './live-sum.tsx';
import { type Group, PHASES, type Plan, type PlannedConnector, SHARE_STATES, sharingWord } from './plan.ts';
import type { Site } from './site-document.ts';
import { SiteEditor } from './site-editor.tsx';

/** One site: its limits, what was shared out under them, and what vehicles take. */
export function SitePage({ id }: { readonly id: string }) {
  const path = `/sites/${encodeURIComponent(id)}`;
  const site = useResource<Site>(path);
  const plan = useResource<Plan>(`${path}/plan`, { everyMs: 2000 });
  const [dialog, setDialog] = useState<'edit' | 'delete' | undefined>();
  return (
    <Shown of={site} what={id} lines={8}>
      {(found) => (
        <>
          <header class="head">
            <div class="row">
              <h1>{id}</h1>
              <span class="tag">{sharingWord(found.sharing)}</span>
              {may('operator') && (
                <span class="end row tight">
                  <button type="button" disabled={site.loading} onClick={() => setDialog('edit')}>
                    {t('Change')}
                  </button>
                  <button type="button" class="danger" onClick={() => setDialog('delete')}>
                    {t('Delete')}
                  </button>
                </span>
              )}
            </div>
          </header>
          <Shown of={plan} what={t('the plan')} lines={8}>
            {({ at, groups, connectors }) => (
              <>
                <section class="panel" aria-labelledby="groups">
                  <header>
                    <h2 id="groups">{t('Under the limits, A per phase')}</h2>
                  </header>
                  <div class="body form">
                    {groups.map((group) => (
                      <GroupBars key={group.id} group={group} />
                    ))}
                    <p class="legend small soft">
                      <span>
                        <span class="swatch fill-charging" /> {t('what vehicles take by their meter values')}
                      </span>
                      <span>
                        <span class="swatch mark-swatch" /> {t('what was given out or is kept free')}
                      </span>
                    </p>
                  </div>
                </section>
                <RootSum site={found} groups={groups} at={at} />
                <Connectors connectors={connectors} />
              </>
            )}
          </Shown>
          {dialog === 'edit' && (
            <SiteEditor
              site={found}
              onClose={() => {
                setDialog(undefined);
                site.reload();
              }}
              onSaved={() => {
                setDialog(undefined);
                site.reload();
              }}
            />
          )}
          {dialog === 'delete' && <DeleteSite id={id} path={path} onClose={() => setDialog(undefined)} />}
        </>
      )}
    </Shown>
  );
}

function RootSum({
  site,
  groups,
  at,
}: {
  readonly site: Site;
  readonly groups: readonly Group[];
  readonly at: string;
}) {
  const root = site.groups.find(({ parent }) => parent === null);
  const group = groups.find(({ id }) => id === root?.id);
  return group ? <LiveSum siteId={site.id} group={group} at={Date.parse(at)} /> : null;
}

function GroupBars({ group: { id, limit, shared, reserved, measured } }: { readonly group: Group }) {
  return (
    <div class="group-bars">
      <h3>{id}</h3>
      {PHASES.map((phase, index) => {
        const top =
          limit[index] ?? Math.max(1, (shared[index] ?? 0) + (reserved[index] ?? 0), measured[index] ?? 0);
        const part = (value: number | undefined) => `${Math.min(100, (100 * (value ?? 0)) / (top || 1))}%`;
        return (
          <div class="phase" key={phase}>
            <span class="small soft">{phase}</span>
            <span class="track" aria-hidden="true">
              <span class="fill-charging" style={{ width: part(measured[index]) }} />
              <span class="mark-at" style={{ left: part((shared[index] ?? 0) + (reserved[index] ?? 0)) }} />
            </span>
            <span class="small">
              {givenOut(
                measured[index] ?? 0,
                (shared[index] ?? 0) + (reserved[index] ?? 0),
                limit[index] ?? null,
              )}
            </span>
          </div>
        );
      })}
    </div>
  );
}

/** What a phase takes, of what it was given, of its limit; A. */
function givenOut(takes: number, given: number, limit: number | null) {
  const values = { measured: <b>{rounded(takes)}</b>, shared: rounded(given) };
  return limit === null
    ? rich('{measured} taken, {shared} given out, no limit', values)
    : rich('{measured} taken, {shared} given out of {limit} A', { ...values, limit: rounded(limit) });
}

function Connectors({ connectors }: { readonly connectors: readonly PlannedConnector[] }) {
  if (connectors.length === 0) {
    return (
      <div class="panel">
        <Empty title={t('No connector belongs to it')} />
      </div>
    );
  }
  return (
    <div class="panel scroll">
      <table class="table cards">
        <thead>
          <tr>
            <th scope="col">{t('Connector')}</th>
            <th scope="col">{t('Group')}</th>
            <th scope="col">{t('State')}</th>
            <th scope="col" class="number">
              {t('Share')}
            </th>
            <th scope="col" class="number">
              {t('Takes')}
            </th>
            <th scope="col">{t('Since')}</th>
          </tr>
        </thead>
        <tbody>
          {connectors.map((one) => (
            <tr key={`${one.chargePointId} ${one.connectorId}`}>
              <td class="id">
                <a href={urlOf.chargePoint(one.chargePointId)}>{one.chargePointId}</a>{' '}
                <span class="soft">{t('connector {connectorId}', { connectorId: one.connectorId })}</span>
              </td>
              <td data-label={t('Group')}>{one.group}</td>
              <td data-label={t('State')}>
                <span
                  class={
                    one.state === 'charging'
                      ? 'tone-charging'
                      : one.state === 'paused'
                        ? 'tone-attention'
                        : ''
                  }
                >
                  {one.connected ? t(SHARE_STATES[one.state]) : t('offline')}
                </span>
                {one.refused && (
                  <span class="tone-fault"> {t('refused: {refused}', { refused: one.refused })}</span>
                )}
              </td>
              <td data-label={t('Share')} class="number">
                {one.share === null ? '–' : `${rounded(one.share)} A`}
              </td>
              <td data-label={t('Takes')} class="number">
                {one.measured === null ? '–' : `${rounded(one.measured)} A`}
              </td>
              <td data-label={t('Since')}>
                <When at={one.since} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function DeleteSite({
  id,
  path,
  onClose,
}: {
  readonly id: string;
  readonly path: string;
  readonly onClose: () => void;
}) {
  return (
    <DeleteDialog
      title={t('Delete site {id}?', { id })}
      name={id}
      path={path}
      onClose={onClose}
      onDeleted={() => go('/sites')}
    >
      {t('Its limits hold no longer: Farad clears the profiles that it set there.')}
    </DeleteDialog>
  );
}
