import { useState } from 'preact/hooks';

import { channelsInWords } from '../../alarm-words.ts';
import { request } from '../../api.ts';
import type { AlarmRule, AlarmTest } from '../../model.ts';
import { Refusal, useDoing } from '../../parts/action.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Status } from '../../parts/status.tsx';
import { t } from '../../words/words.ts';

interface TestRuleProps {
  readonly rule: AlarmRule;
  readonly onClose: () => void;
}

/** Sends a test message on every channel of a rule, and says what came of it. */
export function TestRule({ rule, onClose }: TestRuleProps) {
  const doing = useDoing();
  const [outcome, setOutcome] = useState<AlarmTest | undefined>();
  const send = () =>
    doing.run(async () => {
      setOutcome(undefined);
      setOutcome(await request<AlarmTest>('POST', `/alarm-rules/${encodeURIComponent(rule.id)}/test`));
    });
  return (
    <Dialog title={t('Send a test of {id}', { id: rule.id })} onClose={onClose}>
      <p>
        {t('A message that says that it is a test goes to {rule}, also in quiet hours.', {
          rule: channelsInWords(rule),
        })}
      </p>
      <Refusal failure={doing.failure} />
      <ul role="status">
        {outcome?.channels.map(({ channel, arrived, problem }) => (
          <li key={channel}>
            <Status
              status={arrived ? 'Accepted' : 'Rejected'}
              word={arrived ? t('{channel}: sent', { channel }) : t('{channel}: failed', { channel })}
            />{' '}
            {problem}
          </li>
        ))}
      </ul>
      <div class="actions">
        <button type="button" onClick={onClose}>
          {t('Close')}
        </button>
        <button
          type="button"
          class="primary"
          disabled={doing.busy || channelsInWords(rule) === 'nobody'}
          onClick={() => void send()}
        >
          {t('Send test')}
        </button>
      </div>
    </Dialog>
  );
}
