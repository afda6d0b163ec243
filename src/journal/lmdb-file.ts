import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Magic number and format of the files that this LMDB writes (lmdb.h, `MDB_MAGIC`, `MDB_DATA_VERSION`). */
const MAGIC = 0xbeefc0de;
const FORMAT = 2;

/**
 * Layout of a page header, and of a meta page behind it (mdb.c, `MDB_page`, `MDB_meta`). All numbers are
 * little-endian.
 */
const HEADER_BYTES = 24;
const FLAGS_AT = 18;
const LOWER_AT = 20;
const META = {
  magic: 24,
  format: 28,
  pageSize: 48,
  freeRoot: 88,
  mainRoot: 136,
  lastPage: 144,
  transaction: 152,
};
const META_BYTES = 168;

/** Root of a table within its description in a leaf (`MDB_db`), and the length of that. */
const TABLE_ROOT_AT = 40;
const TABLE_BYTES = 48;

const BRANCH = 0x01;
const LEAF = 0x02;
const OVERFLOW = 0x04;

/** Flags of a node in a leaf: its value lies on pages of its own; its value describes a table. */
const BIG = 0x01;
const TABLE = 0x02;
const NODE_HEADER_BYTES = 8;

const NO_PAGE = 0xffff_ffff_ffff_ffffn;
const PAGE_SIZES = new Set([512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536]);

interface Page {
  readonly number: bigint;
  readonly kind: 'tree' | 'overflow';
}

/**
 * Says what is wrong with `data.mdb` of an LMDB environment, undefined where nothing is: the environment ends
 * the process that opens it with a segmentation fault when its pages are not what they should be. Follows the
 * trees through at most `mostPages` pages, from their roots on. Nobody may write to the environment
 * meanwhile. Throws what opening and reading the file throws.
 */
export function damageOf(file: string, mostPages: number): string | undefined {
  const descriptor = openSync(file, 'r');
  try {
    return new Inspection(descriptor, fstatSync(descriptor).size).run(mostPages);
  } finally {
    closeSync(descriptor);
  }
}

class Inspection {
  private readonly descriptor: number;
  private readonly size: number;
  private pageSize = 0;
  private readonly waiting: Page[] = [];

  constructor(descriptor: number, size: number) {
    this.descriptor = descriptor;
    this.size = size;
  }

  run(mostPages: number): string | undefined {
    if (this.size === 0) return 'is empty';
    const first = this.metaAt(0);
    if (typeof first === 'string') return first;
    this.pageSize = first.readUInt32LE(META.pageSize);
    if (!PAGE_SIZES.has(this.pageSize)) return 'is no database: its page size is none';
    const second = this.metaAt(this.pageSize);
    if (typeof second === 'string') return second;
    const newest = [first, second].reduce((a, b) =>
      b.readBigUInt64LE(META.transaction) > a.readBigUInt64LE(META.transaction) ? b : a,
    );
    this.enter(newest.readBigUInt64LE(META.freeRoot));
    this.enter(newest.readBigUInt64LE(META.mainRoot));
    const lastPage = newest.readBigUInt64LE(META.lastPage);
    // LMDB leaves out last pages that it does not use, so such a file may still be whole: then every page
    // that is in use is there.
    const isShort = (Number(lastPage) + 1) * this.pageSize > this.size;
    for (let looked = 0; isShort || looked < mostPages; looked++) {
      const page = this.waiting.shift();
      if (page === undefined) return undefined;
      if (page.number > lastPage || page.number < 2n) return damagedAt(page.number);
      const problem = this.look(page);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  private enter(root: bigint): void {
    if (root !== NO_PAGE) this.waiting.push({ number: root, kind: 'tree' });
  }

  private metaAt(offset: number): Buffer | string {
    if (offset + META_BYTES > this.size) return this.cutOff();
    const meta = this.read(offset, META_BYTES);
    if (meta.readUInt32LE(META.magic) !== MAGIC) return 'is no database, or its beginning was overwritten';
    const format = meta.readUInt32LE(META.format) & 0xffff;
    return format === FORMAT ? meta : `is a database of format ${format}, which this version cannot read`;
  }

  private look({ number, kind }: Page): string | undefined {
    const offset = Number(number) * this.pageSize;
    if (offset + this.pageSize > this.size) return this.cutOff();
    const page = this.read(offset, kind === 'overflow' ? HEADER_BYTES : this.pageSize);
    if (page.readBigUInt64LE(0) !== number) return damagedAt(number);
    const flags = page.readUInt16LE(FLAGS_AT);
    if (kind === 'overflow') {
      if ((flags & OVERFLOW) === 0) return damagedAt(number);
      const end = offset + page.readUInt32LE(LOWER_AT) * this.pageSize;
      return end > this.size ? this.cutOff() : undefined;
    }
    if ((flags & (BRANCH | LEAF)) === 0) return damagedAt(number);
    const count = page.readUInt16LE(LOWER_AT) >> 1;
    for (let index = 0; index < count; index++) {
      const pointer = HEADER_BYTES + index * 2;
      if (pointer + 2 > this.pageSize) return damagedAt(number);
      const node = page.readUInt16LE(pointer) + HEADER_BYTES;
      if (node + NODE_HEADER_BYTES > this.pageSize) return damagedAt(number);
      if (!this.follow(page, node, (flags & BRANCH) !== 0)) return damagedAt(number);
    }
    return undefined;
  }

  /** Notes the page that a node leads to; false where the node does not fit into its page. */
  private follow(page: Buffer, node: number, isBranch: boolean): boolean {
    const low = page.readUInt32LE(node);
    const flags = page.readUInt16LE(node + 4);
    const keyBytes = page.readUInt16LE(node + 6);
    const value = node + NODE_HEADER_BYTES + keyBytes;
    if (isBranch) {
      this.waiting.push({ number: (BigInt(flags) << 32n) | BigInt(low), kind: 'tree' });
      return value <= this.pageSize;
    }
    if ((flags & BIG) !== 0) {
      if (value + 8 > this.pageSize) return false;
      this.waiting.push({ number: page.readBigUInt64LE(value), kind: 'overflow' });
    } else if ((flags & TABLE) !== 0 && low === TABLE_BYTES) {
      if (value + TABLE_BYTES > this.pageSize) return false;
      this.enter(page.readBigUInt64LE(value + TABLE_ROOT_AT));
    } else if (value + low > this.pageSize) return false;
    return true;
  }

  private read(offset: number, bytes: number): Buffer {
    const buffer = Buffer.alloc(bytes);
    readSync(this.descriptor, buffer, 0, bytes, offset);
    return buffer;
  }

  private cutOff(): string {
    return `was cut off after ${this.size} bytes`;
  }
}

function damagedAt(page: bigint): string {
  return `is damaged at its page ${page}`;
}
