import { createPrivateKey, type KeyObject, randomBytes, sign } from 'node:crypto';
import { BIT_STRING, readSequence, SEQUENCE } from '../../src/certificates/der.ts';
import { readPem, writePem } from '../../src/certificates/pem.ts';
import { serialNumberOf } from '../../src/simulator/hardware.ts';
import type { ClientCertificate } from '../../src/simulator/security.ts';

/**
 * What certificates of a whole fleet are made of. One key pair serves all of them, so that each costs a
 * signature and nothing else.
 */
export interface CertificateMold {
  /** Certificate of charge point `MOLD_INDEX`, PEM, signed with ECDSA and SHA-256. */
  readonly template: string;
  /** Of the authority, PEM. */
  readonly signingKey: string;
  /** Of the charge points, PEM. */
  readonly key: string;
}

export const MOLD_INDEX = 99_999_999;

/**
 * Bytes of the serial number of a certificate; the first one has no highest bit, so that it stays positive.
 */
export const SERIAL_BYTES = 8;

/** Position of the serial number within what is signed (RFC 5280 §4.1). */
const SERIAL_MEMBER = 1;

/** Makes certificates that differ in serial number and CN, some 50 µs each. */
export class ClientCertificates {
  readonly #toBeSigned: Buffer;
  readonly #algorithm: Uint8Array;
  readonly #serialAt: number;
  readonly #nameAt: number;
  readonly #signingKey: KeyObject;
  readonly #key: string;

  /** Throws TypeError for a template that is none. */
  constructor({ template, signingKey, key }: CertificateMold) {
    const [der = new Uint8Array(0)] = readPem(template, 'CERTIFICATE');
    const [toBeSigned, algorithm] = readSequence(der) ?? [];
    const serial = toBeSigned && readSequence(toBeSigned.bytes)?.[SERIAL_MEMBER];
    if (!toBeSigned || !algorithm || serial?.content.length !== SERIAL_BYTES)
      throw new TypeError('the template is no certificate');
    this.#toBeSigned = Buffer.from(toBeSigned.bytes);
    this.#algorithm = algorithm.bytes;
    this.#serialAt = serial.content.byteOffset - toBeSigned.bytes.byteOffset;
    this.#nameAt = this.#toBeSigned.indexOf(serialNumberOf(MOLD_INDEX));
    this.#signingKey = createPrivateKey(signingKey);
    this.#key = key;
  }

  /** The certificate of a charge point: CN is its serial number. */
  make(index: number): ClientCertificate {
    const toBeSigned = Buffer.from(this.#toBeSigned);
    const serial = randomBytes(SERIAL_BYTES);
    serial.writeUInt8(0x40 | (serial.readUInt8(0) & 0x3f), 0);
    serial.copy(toBeSigned, this.#serialAt);
    toBeSigned.write(serialNumberOf(index), this.#nameAt, 'latin1');
    const signature = sign('sha256', toBeSigned, this.#signingKey);
    const der = element(
      SEQUENCE,
      Buffer.concat([
        toBeSigned,
        this.#algorithm,
        element(BIT_STRING, Buffer.concat([Buffer.of(0), signature])),
      ]),
    );
    return { certificate: writePem('CERTIFICATE', der), key: this.#key };
  }
}

function element(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const head =
    length < 0x80
      ? [tag, length]
      : length < 0x100
        ? [tag, 0x81, length]
        : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}
