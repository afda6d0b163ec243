import type { Config } from '../config/schema.ts';
import type { OutboundCalls } from './outbound-calls.ts';
import type { Sessions } from './sessions.ts';

export interface BootRequestsOptions {
  readonly askForBoot: Config['ocpp']['askForBoot'];
  readonly sessions: Pick<Sessions, 'get'>;
  readonly calls: Pick<OutboundCalls, 'call'>;
}

/**
 * Asks charge points for the BootNotification that they never sent, by TriggerMessage (OCPP 1.6 ed. 2 §5.17),
 * once per connection and only where `ocpp.askForBoot` says so. One that moved here from another system boots
 * at its next restart only, perhaps in months, and until then everything it says is refused (§4.2).
 */
export class BootRequests {
  private readonly options: BootRequestsOptions;

  constructor(options: BootRequestsOptions) {
    this.options = options;
  }

  /**
   * Resolves when the request was answered or lost (the message log shows it), at once where none is sent.
   */
  async ask(chargePointId: string): Promise<void> {
    const { askForBoot, sessions, calls } = this.options;
    const session = sessions.get(chargePointId);
    if (askForBoot === 'never' || session === undefined || session.askedForBoot) return;
    session.askedForBoot = true;
    await calls.call(session, { chargePointId, ...session.dialect.orders.askForBoot() });
  }
}
