import { writeTimestamp } from '../protocol/timestamp.ts';
import type { Reason } from '../protocol/v16/generated/messages.ts';
import type { Call, Failure } from './call-line.ts';
import type { Charge } from './charge.ts';
import { type MeterValueText, readRegister } from './meter-values.ts';
import type { Recorder } from './recorder.ts';

/** One transaction as the charge point knows it. */
export class Session {
  readonly connectorId: number;
  readonly idTag: string;
  readonly charge: Charge;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly meterStartWh: number;
  readonly reservationId: number | undefined;
  /** First reading, for transactionData. */
  readonly begin: MeterValueText;
  /** From StartTransaction.conf; undefined until then. */
  transactionId: number | undefined;

  constructor(
    connectorId: number,
    idTag: string,
    charge: Charge,
    startedAt: number,
    reservationId: number | undefined,
  ) {
    this.connectorId = connectorId;
    this.idTag = idTag;
    this.charge = charge;
    this.startedAt = startedAt;
    this.meterStartWh = Math.round(charge.registerWh);
    this.reservationId = reservationId;
    this.begin = readRegister(charge, writeTimestamp(startedAt), 'Transaction.Begin');
  }

  /** What the wire gets where StartTransaction was never answered (errata 3.18). */
  get wireTransactionId(): number {
    return this.transactionId ?? -1;
  }
}

/**
 * StartTransaction: the same content at each repetition, so that the Central System can tell that it is one.
 */
export class StartTransactionCall implements Call {
  readonly action = 'StartTransaction';
  readonly kept = true;
  readonly dueAt: number;
  readonly #session: Session;
  readonly #text: string;
  readonly onResult: (payload: unknown) => void;

  constructor(session: Session, dueAt: number, onResult: (payload: unknown) => void) {
    this.dueAt = dueAt;
    this.#session = session;
    this.onResult = onResult;
    this.#text = JSON.stringify({
      connectorId: session.connectorId,
      idTag: session.idTag,
      meterStart: this.#session.meterStartWh,
      ...(session.reservationId === undefined ? {} : { reservationId: session.reservationId }),
      timestamp: writeTimestamp(session.startedAt),
    });
  }

  payload(): string {
    return this.#text;
  }
}

/** Where the end of a transaction is reported. */
export interface SessionEnd {
  /** Epoch ms. */
  readonly stoppedAt: number;
  readonly meterStopWh: number;
  /** Absent means Local (OCPP 1.6 ed. 2 §4.10). */
  readonly reason: Reason | undefined;
  readonly withTransactionData: boolean;
}

export class StopTransactionCall implements Call {
  readonly action = 'StopTransaction';
  readonly kept = true;
  readonly dueAt: number;
  readonly #session: Session;
  readonly #end: SessionEnd;
  readonly #endReading: MeterValueText;
  readonly #chargePoint: number;
  readonly #recorder: Recorder;

  constructor(session: Session, end: SessionEnd, dueAt: number, chargePoint: number, recorder: Recorder) {
    this.dueAt = dueAt;
    this.#session = session;
    this.#end = end;
    this.#endReading = readRegister(session.charge, writeTimestamp(end.stoppedAt), 'Transaction.End');
    this.#chargePoint = chargePoint;
    this.#recorder = recorder;
  }

  payload(): string {
    const { stoppedAt, meterStopWh, reason, withTransactionData } = this.#end;
    const head = JSON.stringify({
      idTag: this.#session.idTag,
      meterStop: meterStopWh,
      ...(reason === undefined ? {} : { reason }),
      timestamp: writeTimestamp(stoppedAt),
      transactionId: this.#session.wireTransactionId,
    });
    if (!withTransactionData) return head;
    return `${head.slice(0, -1)},"transactionData":[${this.#session.begin.text},${this.#endReading.text}]}`;
  }

  onResult(): void {
    const { stoppedAt, meterStopWh, withTransactionData } = this.#end;
    const session = this.#session;
    this.#recorder.transactionStopped(this.#chargePoint, meterStopWh - session.meterStartWh, stoppedAt);
    if (!withTransactionData) return;
    this.#recorder.samplesConfirmed(this.#chargePoint, {
      count: session.begin.count + this.#endReading.count,
      sum: session.begin.sum + this.#endReading.sum,
      firstAt: session.startedAt,
      lastAt: stoppedAt,
    });
  }

  onRepeat(): void {
    if (!this.#end.withTransactionData) return;
    this.#recorder.samplesRepeated(this.#chargePoint, this.#session.begin.count + this.#endReading.count);
  }
}

/** MeterValues of one connector: kept like other transaction messages if it belongs to a transaction. */
export class MeterValuesCall implements Call {
  readonly action = 'MeterValues';
  readonly kept: boolean;
  readonly early: boolean;
  readonly dueAt: number;
  readonly #connectorId: number;
  readonly #session: Session | undefined;
  readonly #reading: MeterValueText;
  readonly #readAt: number;
  readonly #chargePoint: number;
  readonly #recorder: Recorder;

  constructor(
    connectorId: number,
    session: Session | undefined,
    reading: MeterValueText,
    readAt: number,
    dueAt: number,
    chargePoint: number,
    recorder: Recorder,
  ) {
    this.kept = session !== undefined;
    this.early = session === undefined;
    this.dueAt = dueAt;
    this.#connectorId = connectorId;
    this.#session = session;
    this.#reading = reading;
    this.#readAt = readAt;
    this.#chargePoint = chargePoint;
    this.#recorder = recorder;
  }

  payload(): string {
    const transaction =
      this.#session === undefined ? '' : `"transactionId":${this.#session.wireTransactionId},`;
    return `{"connectorId":${this.#connectorId},${transaction}"meterValue":[${this.#reading.text}]}`;
  }

  onResult(): void {
    const { count, sum } = this.#reading;
    this.#recorder.samplesConfirmed(this.#chargePoint, {
      count,
      sum,
      firstAt: this.#readAt,
      lastAt: this.#readAt,
    });
  }

  onRepeat(): void {
    this.#recorder.samplesRepeated(this.#chargePoint, this.#reading.count);
  }

  onFailure(_failure: Failure): void {
    // Outside a transaction nobody waits for it; the next reading is as good.
  }
}
