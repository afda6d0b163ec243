import { currentTab, Tabs } from '../../parts/tabs.tsx';
import { t } from '../../words/words.ts';
import { Authorities } from './authorities.tsx';
import { Expiring } from './expiring.tsx';
import { FleetEvents } from './fleet-events.tsx';
import { Manufacturers } from './manufacturers.tsx';
import { Profiles } from './profiles.tsx';
import { Requests } from './requests.tsx';

const TABS = [
  ['', 'Profiles'],
  ['certificates', 'Expiring certificates'],
  ['requests', 'Requests'],
  ['events', 'Events'],
  ['authority', 'Authority'],
  ['manufacturers', 'Manufacturers'],
] as const;

/** How the fleet authenticates, and what has to be done about it. */
export function SecurityPage() {
  const tab = currentTab(TABS);
  return (
    <>
      <h1>{t('Security')}</h1>
      <Tabs label={t('Parts of security')} root="/security" tabs={TABS} />
      {tab === '' && <Profiles />}
      {tab === 'certificates' && <Expiring />}
      {tab === 'requests' && <Requests />}
      {tab === 'events' && <FleetEvents />}
      {tab === 'authority' && <Authorities />}
      {tab === 'manufacturers' && <Manufacturers />}
    </>
  );
}
