import { Packr } from 'msgpackr';
import type { ForeignAnswer, ForeignCall } from '../link/methods.ts';

/** What travels between nodes; raised with every change that an older release could not read. */
const FORMAT = 1;

const packr = new Packr({ useRecords: false, moreTypes: true });

export interface Question {
  readonly chargePointId: string;
  /** The node that asks. */
  readonly from: string;
}

/** `node/process` that holds the charge point's socket. */
export interface Found {
  readonly process: string;
}

type Message = Omit<ForeignCall, 'to'> | ForeignAnswer | Question | Found;

export function pack(message: Message): Uint8Array {
  return packr.pack({ ...message, format: FORMAT });
}

/** Throws TypeError for bytes that are not a message of Farad, and for one of a newer format. */
export function unpack<Shape extends Message>(bytes: Uint8Array): Shape {
  const message = read(bytes);
  const isMessage = typeof message === 'object' && message !== null && 'format' in message;
  if (!isMessage) throw new TypeError('this is not a message of Farad');
  if (message.format !== FORMAT) throw new TypeError(`format ${String(message.format)} cannot be read here`);
  return message as unknown as Shape;
}

function read(bytes: Uint8Array): unknown {
  try {
    return packr.unpack(bytes);
  } catch (error) {
    throw new TypeError('this is not a message of Farad', { cause: error });
  }
}
