import type { CentralSystem } from '../central-system/central-system.ts';
import type { Store } from '../store/store.ts';
import type { Conversation } from './conversation.ts';
import type { Sessions } from './sessions.ts';

export interface DeparturesOptions {
  readonly sessions: Pick<Sessions, 'disconnect'>;
  readonly conversation: Pick<Conversation, 'settledOf'>;
  readonly centralSystem: Pick<CentralSystem, 'closeTransactionsOf' | 'settled'>;
  readonly chargePoints: Pick<Store['chargePoints'], 'remove'>;
}

/** Has charge points forgotten that operators delete. */
export class Departures {
  private readonly options: DeparturesOptions;
  /** How many deletions of each are under way. */
  private readonly underWay = new Map<string, number>();

  constructor(options: DeparturesOptions) {
    this.options = options;
  }

  /** Whether the charge point is being forgotten: until that is done it may not come back. */
  has(chargePointId: string): boolean {
    return this.underWay.has(chargePointId);
  }

  /**
   * Closes the charge point's socket, ends its open transactions and removes what the protocol learned about
   * it, all after what it sent before is decided and stored: a start or a boot that is decided later would
   * bring something of it back. `by` names who deletes it. Returns whether it had a socket.
   */
  async forget(chargePointId: string, reason: string, by: string): Promise<boolean> {
    const { sessions, conversation, centralSystem, chargePoints } = this.options;
    this.underWay.set(chargePointId, (this.underWay.get(chargePointId) ?? 0) + 1);
    try {
      const closed = await sessions.disconnect(chargePointId, reason);
      await conversation.settledOf(chargePointId);
      await centralSystem.settled(chargePointId);
      // First: whoever learns that the charge point is gone can count on its drivers being free.
      await centralSystem.closeTransactionsOf(chargePointId, by);
      await chargePoints.remove(chargePointId);
      return closed;
    } finally {
      const others = (this.underWay.get(chargePointId) ?? 0) - 1;
      if (others > 0) this.underWay.set(chargePointId, others);
      else this.underWay.delete(chargePointId);
    }
  }
}
