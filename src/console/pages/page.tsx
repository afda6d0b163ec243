import type { ComponentChild } from 'preact';
import { useEffect } from 'preact/hooks';
import { Empty } from '../parts/states.tsx';
import { place } from '../router.ts';
import { ChargePointPage } from './charge-point/charge-point-page.tsx';
import { ChargePointsPage } from './charge-points.tsx';
import { OverviewPage } from './overview.tsx';

interface View {
  readonly title: string;
  readonly page: ComponentChild;
}

/** The view that belongs to the address. */
export function Page() {
  const { title, page } = viewOf(place.value.parts);
  useEffect(() => {
    document.title = `${title} · Farad`;
  }, [title]);
  return page;
}

function viewOf([section, id, ...rest]: readonly string[]): View {
  if (rest.length > 0) return nothing;
  switch (section) {
    case undefined:
      return { title: 'Overview', page: <OverviewPage /> };
    case 'charge-points':
      if (id === undefined) return { title: 'Charge points', page: <ChargePointsPage /> };
      return { title: id, page: <ChargePointPage id={id} key={id} /> };
    default:
      return nothing;
  }
}

const nothing: View = {
  title: 'Not found',
  page: (
    <Empty title="There is no such page">
      <p>
        <a href="/">Go to the overview</a>, or press <kbd>/</kbd> to find something.
      </p>
    </Empty>
  ),
};
