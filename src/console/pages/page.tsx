import type { ComponentChild } from 'preact';
import { useEffect } from 'preact/hooks';
import { onDemand } from '../parts/on-demand.tsx';
import { Empty } from '../parts/states.tsx';
import { place } from '../router.ts';
import { isComplete, readAllWords } from '../words/choice.ts';
import { rich, t } from '../words/words.ts';
import { ChargePointPage } from './charge-point/charge-point-page.tsx';
import { ChargePointsPage } from './charge-points.tsx';
import { OverviewPage } from './overview/overview-page.tsx';
import { TokenPage } from './tokens/token-page.tsx';
import { TokensPage } from './tokens/tokens-page.tsx';
import { TransactionPage } from './transaction/transaction-page.tsx';
import { TransactionsPage } from './transactions.tsx';

// What a duty operator opens first comes with the console, the rest a moment later.
const AlarmsPage = onDemand(async () => (await import('./alarms/alarms-page.tsx')).AlarmsPage);
const AnalyticsPage = onDemand(async () => (await import('./analytics/analytics-page.tsx')).AnalyticsPage);
const CampaignPage = onDemand(async () => (await import('./campaign.tsx')).CampaignPage);
const CampaignsPage = onDemand(async () => (await import('./campaigns.tsx')).CampaignsPage);
const TemplatePage = onDemand(async () => (await import('./configuration/template-page.tsx')).TemplatePage);
const TemplatesPage = onDemand(
  async () => (await import('./configuration/templates-page.tsx')).TemplatesPage,
);
const SecurityPage = onDemand(async () => (await import('./security/security-page.tsx')).SecurityPage);
const SitePage = onDemand(async () => (await import('./sites/site-page.tsx')).SitePage);
const SitesPage = onDemand(async () => (await import('./sites/sites-page.tsx')).SitesPage);
const SystemPage = onDemand(async () => (await import('./system.tsx')).SystemPage);

/** Until the words of other pages than the overview are there. */
const OtherWords = onDemand(async () => {
  await readAllWords();
  return () => null;
});

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
  return isComplete.value || place.value.parts.length === 0 ? page : <OtherWords />;
}

function viewOf([section, id, ...rest]: readonly string[]): View {
  if (rest.length > 0) return nothing();
  switch (section) {
    case undefined:
      return { title: t('Overview'), page: <OverviewPage /> };
    case 'charge-points':
      if (id === undefined) return { title: t('Charge points'), page: <ChargePointsPage /> };
      return { title: id, page: <ChargePointPage id={id} key={id} /> };
    case 'transactions':
      if (id === undefined) return { title: t('Transactions'), page: <TransactionsPage /> };
      return { title: t('Transaction {id}', { id }), page: <TransactionPage id={id} key={id} /> };
    case 'tokens':
      if (id === undefined) return { title: t('Tokens'), page: <TokensPage /> };
      return { title: id, page: <TokenPage idTag={id} key={id} /> };
    case 'sites':
      if (id === undefined) return { title: t('Sites'), page: <SitesPage /> };
      return { title: id, page: <SitePage id={id} key={id} /> };
    case 'campaigns':
      if (id === undefined) return { title: t('Campaigns'), page: <CampaignsPage /> };
      return { title: t('Campaign'), page: <CampaignPage id={id} key={id} /> };
    case 'configuration':
      if (id === undefined) return { title: t('Configuration templates'), page: <TemplatesPage /> };
      return { title: id, page: <TemplatePage id={id} key={id} /> };
    case 'alarms':
      return id === undefined ? { title: t('Alarms'), page: <AlarmsPage /> } : nothing();
    case 'security':
      return id === undefined ? { title: t('Security'), page: <SecurityPage /> } : nothing();
    case 'analytics':
      return id === undefined ? { title: t('Analytics'), page: <AnalyticsPage /> } : nothing();
    case 'system':
      return id === undefined ? { title: t('System'), page: <SystemPage /> } : nothing();
    default:
      return nothing();
  }
}

const nothing = (): View => ({
  title: t('Not found'),
  page: (
    <Empty title={t('There is no such page')}>
      <p>
        {rich('{link}, or press {key} to find something.', {
          link: <a href="/">{t('Go to the overview')}</a>,
          key: <kbd>/</kbd>,
        })}
      </p>
    </Empty>
  ),
});
