import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Functions of glibc that a compiler on Ubuntu 24.04 asks for under their names of C23. They differ from the
 * older ones of the name behind the prefix in one thing: they also read binary numbers (`0b101`).
 */
const C23_NAMES = ['__isoc23_sscanf', '__isoc23_strtol', '__isoc23_strtoul', '__isoc23_strtoull'];
const C23_PREFIX = '__isoc23_'.length;
const NEWER_GLIBC = 'GLIBC_2.38';

/** Whether an addon did not load for nothing but these functions. */
export function lacksC23(error: unknown): boolean {
  return String(error).includes(`version \`${NEWER_GLIBC}' not found`);
}

/**
 * Loads an addon that was built for glibc 2.38 on a system with 2.36 or 2.37: from a copy whose imports of
 * these functions name the older ones. Nothing else is changed, the package least of all. Throws where the
 * addon needs more than that, or the copy cannot be loaded.
 */
export function loadOnOlderGlibc(file: string): unknown {
  const addon = readFileSync(file);
  importOlderNames(addon);
  const directory = mkdtempSync(join(tmpdir(), 'farad-addon-'));
  try {
    const copy = join(directory, 'addon.node');
    writeFileSync(copy, addon, { mode: 0o500 });
    const loaded = { exports: {} as unknown };
    process.dlopen(loaded, copy);
    return loaded.exports;
  } finally {
    // What is mapped stays mapped.
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Tags of the dynamic section (System V ABI, and the GNU extensions for versions of symbols). */
const STRINGS = 5n;
const SYMBOLS = 6n;
const GNU_HASH = 0x6ffffef5n;
const SYMBOL_VERSIONS = 0x6ffffff0n;
const NEEDED_VERSIONS = 0x6ffffffen;

const SYMBOL_BYTES = 24;
/** "Any version": what an import names that asks for none. */
const UNVERSIONED = 1;
/** A needed version that may be absent. */
const WEAK = 2;

/**
 * Changes the imports of a 64-bit little-endian ELF file in place. Throws where another function of the newer
 * glibc is among them.
 */
export function importOlderNames(elf: Buffer): void {
  if (elf.readUInt32BE(0) !== 0x7f454c46 || elf[4] !== 2 || elf[5] !== 1) {
    throw new Error('not a 64-bit little-endian ELF file');
  }
  const table = dynamicTables(elf);
  const text = (offset: number): string => {
    const start = table(STRINGS) + offset;
    return elf.toString('latin1', start, elf.indexOf(0, start));
  };
  const needed = findNeeded(elf, table(NEEDED_VERSIONS), (offset) => text(offset) === NEWER_GLIBC);
  const wanted = elf.readUInt16LE(needed + 6);
  // Imports stand before the first symbol that the hash table knows.
  const imports = elf.readUInt32LE(table(GNU_HASH) + 4);
  for (let index = 1; index < imports; index++) {
    const version = table(SYMBOL_VERSIONS) + 2 * index;
    if ((elf.readUInt16LE(version) & 0x7fff) !== wanted) continue;
    const symbol = table(SYMBOLS) + SYMBOL_BYTES * index;
    const name = elf.readUInt32LE(symbol);
    if (!C23_NAMES.includes(text(name))) throw new Error(`needs ${text(name)} of ${NEWER_GLIBC}`);
    elf.writeUInt32LE(name + C23_PREFIX, symbol);
    elf.writeUInt16LE(UNVERSIONED, version);
  }
  elf.writeUInt16LE(WEAK, needed + 4);
}

/** Where the tables of the dynamic section lie in the file, by their tags. */
function dynamicTables(elf: Buffer): (tag: bigint) => number {
  const headers = Array.from({ length: elf.readUInt16LE(56) }, (_, index) => {
    const at = Number(elf.readBigUInt64LE(32)) + index * elf.readUInt16LE(54);
    return {
      type: elf.readUInt32LE(at),
      offset: Number(elf.readBigUInt64LE(at + 8)),
      address: Number(elf.readBigUInt64LE(at + 16)),
      size: Number(elf.readBigUInt64LE(at + 32)),
    };
  });
  const dynamic = headers.find(({ type }) => type === 2);
  const entries = new Map<bigint, number>();
  for (let at = dynamic?.offset ?? 0; at < (dynamic ? dynamic.offset + dynamic.size : 0); at += 16) {
    entries.set(elf.readBigUInt64LE(at), Number(elf.readBigUInt64LE(at + 8)));
  }
  return (tag) => {
    const address = entries.get(tag);
    const segment = headers.find(
      ({ type, address: start, size }) =>
        type === 1 && address !== undefined && address >= start && address < start + size,
    );
    if (!segment || address === undefined) throw new Error('not an addon with versions of its imports');
    return segment.offset + address - segment.address;
  };
}

/** The entry of a needed version (Elf64_Vernaux) in the list of all libraries. Throws where there is none. */
function findNeeded(elf: Buffer, first: number, matches: (name: number) => boolean): number {
  for (let library = first; ; library += elf.readUInt32LE(library + 12)) {
    let entry = library + elf.readUInt32LE(library + 8);
    for (let left = elf.readUInt16LE(library + 2); left > 0; left--) {
      if (matches(elf.readUInt32LE(entry + 8))) return entry;
      entry += elf.readUInt32LE(entry + 12);
    }
    if (elf.readUInt32LE(library + 12) === 0) throw new Error(`does not need ${NEWER_GLIBC}`);
  }
}
