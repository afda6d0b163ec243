import { useState } from 'preact/hooks';
import { request } from '../api.ts';
import { count } from '../format.ts';
import type { ChargePoint, Page } from '../model.ts';
import { Refusal, useDoing } from '../parts/action.tsx';
import { go } from '../router.ts';
import { plural, t } from '../words/words.ts';
import { NewCampaign } from './new-campaign.tsx';

/** Most charge points that a campaign names. */
const MOST = 50_000;
/** Of a request. */
const PER_PAGE = 1000;

interface PickedBarProps {
  readonly picked: ReadonlySet<string>;
  readonly onPicked: (picked: ReadonlySet<string>) => void;
  /** How many the list has, all its pages together. */
  readonly total: number;
  /** Path of a page of the list. */
  readonly pathOf: (page: { readonly limit: number; readonly cursor?: string }) => string;
}

/** What can be done with rows that were picked by hand, on whichever pages they are. */
export function PickedBar({ picked, onPicked, total, pathOf }: PickedBarProps) {
  const doing = useDoing();
  const [isBeginning, setBeginning] = useState(false);
  const pickAll = () =>
    doing.run(async () => {
      const ids = new Set<string>();
      for (let cursor: string | null = null; ; ) {
        const path = pathOf({ limit: PER_PAGE, ...(cursor !== null && { cursor }) });
        const page: Page<ChargePoint> = await request<Page<ChargePoint>>('GET', path);
        for (const { id } of page.items) ids.add(id);
        cursor = page.next;
        if (cursor === null || ids.size >= MOST) break;
      }
      onPicked(ids);
    });
  return (
    <section class="panel picked row" aria-label={t('Chosen charge points')}>
      <b role="status">{plural(picked.size, '{n} charge point chosen', '{n} charge points chosen')}</b>
      {picked.size < total && (
        <button type="button" class="link" disabled={doing.busy} onClick={() => void pickAll()}>
          {doing.busy
            ? t('Choosing…')
            : t('Choose all {total} that match', { total: count(Math.min(total, MOST)) })}
        </button>
      )}
      <button type="button" class="link" onClick={() => onPicked(new Set())}>
        {t('Choose none')}
      </button>
      <button type="button" class="primary end" onClick={() => setBeginning(true)}>
        {plural(picked.size, 'New campaign for {n} charge point', 'New campaign for {n} charge points')}
      </button>
      <Refusal failure={doing.failure} />
      {isBeginning && (
        <NewCampaign
          ids={[...picked]}
          onClose={() => setBeginning(false)}
          onCreated={(id) => go(`/campaigns/${encodeURIComponent(id)}`)}
        />
      )}
    </section>
  );
}
