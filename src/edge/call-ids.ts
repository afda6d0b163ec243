import { randomBytes } from 'node:crypto';

/**
 * Ids of our CALLs: unique over all connections of a charge point and all restarts of Farad (OCPP-J errata
 * 3.1), at most 36 characters. The start of the process and a random number make the first part, a counter
 * the second.
 */
export class CallIds {
  private readonly prefix: string;
  private count = 0;

  constructor(startedAt: number = Date.now(), random: Buffer = randomBytes(6)) {
    this.prefix = `${startedAt.toString(36)}-${random.toString('hex')}-`;
  }

  next(): string {
    this.count++;
    return this.prefix + this.count.toString(36);
  }
}
