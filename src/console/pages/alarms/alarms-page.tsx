import { currentTab, Tabs } from '../../parts/tabs.tsx';
import { t } from '../../words/words.ts';
import { AlarmRules } from './alarm-rules.tsx';
import { AlarmHistory, StandingAlarms } from './standing-alarms.tsx';

const TABS = [
  ['', 'Standing'],
  ['history', 'History'],
  ['rules', 'Rules'],
] as const;

/** What is wrong, what was, and who is told. */
export function AlarmsPage() {
  const tab = currentTab(TABS);
  return (
    <>
      <h1>{t('Alarms')}</h1>
      <Tabs label={t('Parts of alarms')} root="/alarms" tabs={TABS} />
      {tab === '' && <StandingAlarms />}
      {tab === 'history' && <AlarmHistory />}
      {tab === 'rules' && <AlarmRules />}
    </>
  );
}
