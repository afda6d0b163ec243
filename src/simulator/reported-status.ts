import { writeTimestamp } from '../protocol/timestamp.ts';
import type { ChargePointErrorCode, ChargePointStatus } from '../protocol/v16/generated/messages.ts';
import type { Site } from './site.ts';

/**
 * The status of a connector, or of the whole charge point as connector 0, and whether the Central System
 * knows it.
 */
export class ReportedStatus {
  readonly #site: Site;
  readonly #connectorId: number;
  #status: ChargePointStatus = 'Available';
  #errorCode: ChargePointErrorCode = 'NoError';
  #info = '';
  /** What the Central System has last confirmed; empty: nothing. */
  #announced = '';

  constructor(site: Site, connectorId: number) {
    this.#site = site;
    this.#connectorId = connectorId;
  }

  get value(): ChargePointStatus {
    return this.#status;
  }

  /** Changes the status and says so. */
  set(status: ChargePointStatus, errorCode: ChargePointErrorCode = 'NoError', info = ''): void {
    this.#status = status;
    this.#errorCode = errorCode;
    this.#info = info;
    this.#send(false);
  }

  /** The charge point has lost its power: it begins anew and nobody has been told anything. */
  reset(status: ChargePointStatus): void {
    this.#status = status;
    this.#errorCode = 'NoError';
    this.#info = '';
    this.#announced = '';
  }

  /**
   * Says the status.
   * @param again also if the Central System has confirmed this very one.
   * @param early it was triggered, so it may go before the charge point is accepted.
   */
  announce(again: boolean, early = false): void {
    if (again || this.#announced !== this.#key) this.#send(early);
  }

  get #key(): string {
    return `${this.#status} ${this.#errorCode}`;
  }

  #send(early: boolean): void {
    const { scheduler } = this.#site.world;
    const key = this.#key;
    this.#site.send(
      'StatusNotification',
      {
        connectorId: this.#connectorId,
        errorCode: this.#errorCode,
        ...(this.#info === '' ? {} : { info: this.#info }),
        status: this.#status,
        timestamp: writeTimestamp(scheduler.epochMs(scheduler.now())),
      },
      {
        early,
        onResult: () => {
          this.#announced = key;
        },
      },
    );
  }
}
