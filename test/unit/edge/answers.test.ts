import { expect, test } from 'vitest';
import { refuse } from '../../../src/central-system/decision.ts';
import { Answers } from '../../../src/edge/answers.ts';
import { EdgeMetrics } from '../../../src/edge/edge-metrics.ts';
import { MessageLog } from '../../../src/edge/message-log.ts';
import { ocpp16 } from '../../../src/protocol/v16/dialect.ts';
import { createRegistry } from '../../../src/telemetry/metrics.ts';
import { fakeSession } from './fake-session.ts';

test('an error is written as the version of the connection spells it', () => {
  const answers = new Answers({
    messageLog: new MessageLog({
      enabled: false,
      excluded: [],
      maxPayload: 100,
      rows: { add: () => undefined, exchange: () => undefined },
      level: () => 'normal',
    }),
    metrics: new EdgeMetrics(createRegistry({ process: 'test' })),
    log: { warn: () => undefined, error: () => undefined },
  });
  const errorCodes = { ...ocpp16.errorCodes, FormationViolation: 'FormatViolation' };
  for (const dialect of [ocpp16, { ...ocpp16, errorCodes }]) {
    const { session, sent } = fakeSession({ dialect });
    answers.give(session, '7', 'Heartbeat', refuse('FormationViolation', 'why'), 0);
    expect(sent).toEqual([`[4,"7","${dialect.errorCodes.FormationViolation}","why",{}]`]);
  }
});
