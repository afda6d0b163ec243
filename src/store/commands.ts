import type { Table } from '../journal/environment.ts';
import {
  type CommandInput,
  type CommandRecord,
  type Consequence,
  MAX_CONSEQUENCES,
} from './command-record.ts';
import { allOf, keyOf } from './keys.ts';
import { versionAfter } from './record-version.ts';
import type { StatePath } from './state-path.ts';

/**
 * What operators had charge points do, and what followed. In `state`; the newest of each charge point only.
 */
export interface Commands {
  get(chargePointId: string, messageId: string): CommandRecord | undefined;
  /** All that are kept of a charge point, newest first. */
  of(chargePointId: string): CommandRecord[];
  /** Those for which something may still follow, oldest first. */
  awaited(chargePointId: string, now: number): CommandRecord[];
  /** Keeps a command once its answer is there; the oldest that nothing is awaited for make room. */
  add(command: CommandInput): Promise<CommandRecord>;
  /**
   * A message followed; `complete` if it was the last one. Undefined where the command is not kept any more.
   * `also` is run within the same write transaction in any case.
   */
  followed(
    chargePointId: string,
    messageId: string,
    consequence: Consequence,
    complete: boolean,
    also?: () => void,
  ): Promise<CommandRecord | undefined>;
  /** As `followed`, within the write transaction that is running. */
  followedWithin(
    chargePointId: string,
    messageId: string,
    consequence: Consequence,
    complete: boolean,
  ): CommandRecord | undefined;
  /** Nothing is to follow it any more, because of another command. */
  giveUp(chargePointId: string, messageId: string, at: number): Promise<void>;
}

/** Commands kept of one charge point; beyond them only those for which something is awaited. */
export const KEPT_COMMANDS = 50;

/** Commands kept of one charge point in any case. */
const MOST_COMMANDS = 4 * KEPT_COMMANDS;

export class CommandTable implements Commands {
  private readonly path: StatePath;
  /** By time of sending. */
  private readonly table: Table<CommandRecord>;
  /** Time of sending by messageId. */
  private readonly byId: Table<number>;
  /** `awaitedUntil` by messageId, of those that are not complete. */
  private readonly waiting: Table<{ readonly messageId: string; readonly until: number }>;

  constructor(path: StatePath) {
    this.path = path;
    this.table = path.records('commands');
    this.byId = path.records('commands-by-id');
    this.waiting = path.records('awaited-commands');
  }

  get(chargePointId: string, messageId: string): CommandRecord | undefined {
    const sentAt = this.byId.get(keyOf(chargePointId, messageId));
    return sentAt === undefined ? undefined : this.table.get(keyOf(chargePointId, sentAt, messageId));
  }

  of(chargePointId: string): CommandRecord[] {
    return Array.from(this.table.getRange(allOf(chargePointId)), ({ value }) => value).reverse();
  }

  awaited(chargePointId: string, now: number): CommandRecord[] {
    const commands: CommandRecord[] = [];
    for (const { value } of this.waiting.getRange(allOf(chargePointId))) {
      const command = value.until > now ? this.get(chargePointId, value.messageId) : undefined;
      if (command) commands.push(command);
    }
    return commands.sort((a, b) => a.sentAt - b.sentAt);
  }

  add(input: CommandInput): Promise<CommandRecord> {
    return this.path.transact(input.chargePointId, () => {
      const { chargePointId, messageId, sentAt, awaitedUntil, answeredAt } = input;
      const command: CommandRecord = {
        ...input,
        consequences: [],
        complete: false,
        version: versionAfter(undefined),
      };
      this.byId.put(keyOf(chargePointId, messageId), sentAt);
      this.table.put(keyOf(chargePointId, sentAt, messageId), command);
      if (awaitedUntil !== null) {
        this.waiting.put(keyOf(chargePointId, messageId), { messageId, until: awaitedUntil });
      }
      this.makeRoom(chargePointId, answeredAt);
      return command;
    });
  }

  followed(
    chargePointId: string,
    messageId: string,
    consequence: Consequence,
    complete: boolean,
    also: () => void = () => undefined,
  ): Promise<CommandRecord | undefined> {
    return this.path.transact(chargePointId, () => {
      const command = this.followedWithin(chargePointId, messageId, consequence, complete);
      also();
      return command;
    });
  }

  followedWithin(
    chargePointId: string,
    messageId: string,
    consequence: Consequence,
    complete: boolean,
  ): CommandRecord | undefined {
    const known = this.get(chargePointId, messageId);
    if (known === undefined) return undefined;
    const consequences =
      known.consequences.length < MAX_CONSEQUENCES
        ? [...known.consequences, consequence]
        : known.consequences;
    const command = { ...known, consequences, complete, version: versionAfter(known) };
    this.table.put(keyOf(chargePointId, known.sentAt, messageId), command);
    if (complete) this.waiting.remove(keyOf(chargePointId, messageId));
    return command;
  }

  async giveUp(chargePointId: string, messageId: string, at: number): Promise<void> {
    await this.path.transact(chargePointId, () => {
      const known = this.get(chargePointId, messageId);
      if (known === undefined || known.complete) return;
      const command = { ...known, awaitedUntil: at, version: versionAfter(known) };
      this.table.put(keyOf(chargePointId, known.sentAt, messageId), command);
      this.waiting.remove(keyOf(chargePointId, messageId));
    });
  }

  /** Within a write transaction. */
  removeAllOf(chargePointId: string): void {
    for (const command of this.of(chargePointId)) this.remove(command);
  }

  private makeRoom(chargePointId: string, now: number): void {
    let surplus = this.table.getCount(allOf(chargePointId)) - KEPT_COMMANDS;
    if (surplus <= 0) return;
    const beyondAll = surplus + KEPT_COMMANDS - MOST_COMMANDS;
    let removed = 0;
    for (const command of this.of(chargePointId).reverse()) {
      if (surplus === 0) return;
      const isAwaited = !command.complete && (command.awaitedUntil ?? 0) > now;
      if (isAwaited && removed >= beyondAll) continue;
      this.remove(command);
      surplus--;
      removed++;
    }
  }

  private remove({ chargePointId, messageId, sentAt }: CommandRecord): void {
    this.table.remove(keyOf(chargePointId, sentAt, messageId));
    this.byId.remove(keyOf(chargePointId, messageId));
    this.waiting.remove(keyOf(chargePointId, messageId));
  }
}
