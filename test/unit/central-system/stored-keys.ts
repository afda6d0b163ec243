import { join } from 'node:path';
import { open } from 'lmdb';
import { Environment } from '../../../src/journal/environment.ts';
import { keyOf } from '../../../src/store/keys.ts';
import type { KeyPart, KeysOf, Scope } from '../../../src/store/tables.ts';
import { TRANSACTION_LAYOUTS } from '../../../src/store/transaction-record.ts';

/** Names of tables that an environment of a data directory has. */
export async function tablesOf(dataDir: string, name: 'directory' | 'state'): Promise<string[]> {
  const root = open<unknown, Buffer>({
    path: join(dataDir, name),
    keyEncoding: 'binary',
    noSubdir: false,
    readOnly: true,
    maxDbs: 64,
  });
  const names = [...root.getKeys({})].map((key) => Buffer.from(key).toString().replace('\0', ''));
  await root.close();
  return names;
}

/** What a key belongs to: a charge point, or a scope of another kind. */
export type Owner = { readonly chargePointId: string } | Scope;

/** The keys of an environment, with what each of them belongs to and the bytes of its value. */
export class StoredKeys {
  private readonly environment: Environment;
  private readonly tables: Readonly<Record<string, KeysOf>>;
  /** Whose transactions are or were there. */
  private readonly ofTransactions = new Map<number, string>();

  constructor(dataDir: string, name: 'directory' | 'state', tables: Readonly<Record<string, KeysOf>>) {
    this.environment = new Environment(join(dataDir, name));
    this.tables = tables;
  }

  close(): Promise<void> {
    return this.environment.close();
  }

  /** Every key of every table, as hexadecimal text behind the name of the table, with its value. */
  all(): Map<string, Buffer> {
    this.environment.endRead();
    if ('transactions' in this.tables) this.noteTransactions();
    const found = new Map<string, Buffer>();
    for (const table of Object.keys(this.tables))
      for (const { key, value } of this.environment.bytes(table).getRange({}))
        found.set(`${table} ${Buffer.from(key).toString('hex')}`, Buffer.from(value));
    return found;
  }

  /** Those of `before` that are gone or have another value now, and those that were not there. */
  changedSince(before: ReadonlyMap<string, Buffer>): string[] {
    const now = this.all();
    return [...new Set([...before.keys(), ...now.keys()])].filter(
      (entry) => !before.get(entry)?.equals(now.get(entry) ?? Buffer.alloc(0)),
    );
  }

  /** Throws where the key does not look as its table declares. */
  ownerOf(entry: string): Owner {
    const [table = '', hex = ''] = entry.split(' ');
    const declared = this.tables[table];
    const key = Buffer.from(hex, 'hex');
    if (typeof declared === 'string') return declared;
    if (isParts(declared)) return { chargePointId: this.chargePointIn(entry, table, key, declared) };
    const scope = declared?.[key.toString()];
    if (scope === undefined) throw new Error(`${table} does not declare "${key}"`);
    return scope;
  }

  private noteTransactions(): void {
    for (const { value } of this.environment.records('transactions', TRANSACTION_LAYOUTS).getRange({}))
      this.ofTransactions.set(value.transactionId, value.chargePointId);
  }

  private chargePointIn(entry: string, table: string, key: Buffer, parts: readonly KeyPart[]): string {
    if (parts[0] === 'identity')
      return this.holderOf(entry, this.environment.records<number>(table).get(key));
    const read = readKey(key, parts);
    const index = parts.indexOf('charge point');
    if (index >= 0) return String(read[index]);
    return this.holderOf(entry, Number(read[parts.indexOf('transaction')]));
  }

  private holderOf(entry: string, transactionId = 0): string {
    const holder = this.ofTransactions.get(transactionId);
    if (holder === undefined) throw new Error(`${entry} is of an unknown transaction ${transactionId}`);
    return holder;
  }
}

function isParts(declared: KeysOf | undefined): declared is readonly KeyPart[] {
  return Array.isArray(declared);
}

/** Takes the parts of a key apart; throws where it has others. */
function readKey(key: Buffer, parts: readonly KeyPart[]): (string | number)[] {
  let at = 0;
  const read = parts.map((part) => {
    if (part === 'number' || part === 'transaction') {
      at += 8;
      return numberIn(key.subarray(at - 8, at));
    }
    const end = key.indexOf(0, at);
    const text = textIn(key.subarray(at, end));
    at = end + 1;
    return text;
  });
  if (!keyOf(...read).equals(key)) throw new Error(`${key.toString('hex')} is not ${parts.join(', ')}`);
  return read;
}

function textIn(bytes: Buffer): string {
  const plain: number[] = [];
  for (let index = 0; index < bytes.length; index++)
    plain.push(bytes[index] === 1 ? (bytes[++index] as number) - 1 : (bytes[index] as number));
  return Buffer.from(plain).toString();
}

function numberIn(bytes: Buffer): number {
  const isPositive = ((bytes[0] as number) & 0x80) !== 0;
  const bits = Buffer.from(
    bytes.map((byte, index) => (isPositive ? byte ^ (index === 0 ? 0x80 : 0) : ~byte)),
  );
  return bits.readDoubleBE(0);
}
