import type { Store } from '../store/store.ts';

/** When each API key was used last, by itself or by a log-in with it. */
export class KeyUses {
  private readonly store: Pick<Store, 'apiKeys'>;
  private readonly now: () => number;
  /** Uses that are not on the disk yet, epoch ms, by id. */
  private unsaved = new Map<string, number>();

  constructor(store: Pick<Store, 'apiKeys'>, now: () => number = Date.now) {
    this.store = store;
    this.now = now;
  }

  note(id: string): void {
    this.unsaved.set(id, this.now());
  }

  /** Epoch ms; undefined where it was never used. */
  lastOf(id: string): number | undefined {
    return this.unsaved.get(id) ?? this.store.apiKeys.get(id)?.lastUsedAt;
  }

  /** Writes down what is new: now and then, as a use is worth no write of its own. */
  async save(): Promise<void> {
    const uses = this.unsaved;
    if (uses.size === 0) return;
    this.unsaved = new Map();
    try {
      await this.store.apiKeys.used(uses);
    } catch (error) {
      this.unsaved = new Map([...uses, ...this.unsaved]);
      throw error;
    }
  }
}
