import { currentTab, Tabs } from '../parts/tabs.tsx';
import { EnergyReport } from './energy-report.tsx';
import { SampleReport } from './sample-report.tsx';

const TABS = [
  ['', 'Energy'],
  ['samples', 'Meter samples'],
] as const;

/** Questions to the meter data, with charts and files. */
export function AnalyticsPage() {
  const tab = currentTab(TABS);
  return (
    <>
      <h1>Analytics</h1>
      <Tabs label="Reports" root="/analytics" tabs={TABS} />
      {tab === '' && <EnergyReport />}
      {tab === 'samples' && <SampleReport />}
    </>
  );
}
