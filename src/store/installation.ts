import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Environment } from '../journal/environment.ts';
import { journalNames } from '../journal/journal.ts';
import { fingerprintOf, hasPepper, loadPepper } from './charge-point-key.ts';
import { TRANSACTION_ID_BLOCK, TransactionIdMark } from './transaction-id-mark.ts';
import { NEXT_BLOCK } from './transaction-ids.ts';
import { writeDurably } from './write-durably.ts';

/** Going on would lose or mix data: one line that names the part and what is wrong with it. */
export class InstallationError extends Error {
  override readonly name = 'InstallationError';
}

/** `<dataDir>/installation.json`: what belongs together. */
interface Installation {
  /** Every part carries it. */
  readonly id: string;
  /** Parts that exist: names of directories in the data directory. */
  readonly parts: readonly string[];
  /** By which the pepper is recognised; says nothing about it. */
  readonly pepper: string;
  /** How often the gateway has been started. */
  readonly starts: number;
  /** False while a start is being noted in `state`. */
  readonly settled: boolean;
}

export interface SettleOptions {
  readonly dataDir: string;
  /** Names of the edges that are about to start. */
  readonly edges: readonly string[];
  /** Whether the tables are in the data directory, too. */
  readonly tables: boolean;
  /** An operator's word that what is there is right, whatever is missing. */
  readonly adopt?: boolean;
  /** Hears of each part before it is opened. */
  readonly onOpen?: (part: string) => void;
}

const FILE = 'installation.json';
const TABLES = 'clickhouse';
const ID = Buffer.from('installation');
const STARTS = Buffer.from('starts');
const HINT = 'put it back from a backup, or let Farad go on without it by `farad adopt-data`';

/**
 * Makes sure that the parts of a data directory belong together and that none has vanished since the last
 * start, and notes this start in them. What a directory of an older Farad, or a new one, lacks is made.
 * Throws InstallationError, and NewerDataError nowhere: versions are looked at by whoever opens the store.
 */
export async function settleInstallation(options: SettleOptions): Promise<void> {
  const { dataDir, adopt = false } = options;
  const known = readInstallation(dataDir, adopt);
  const names = environmentParts(dataDir, options.edges);
  if (known && !adopt) requireParts(dataDir, known, options.tables);
  const isNew = !known && names.every((name) => !exists(dataDir, name));
  const pepper = settlePepper(dataDir, known, isNew || adopt);
  const parts = new Parts(dataDir, options.onOpen);
  try {
    for (const name of names) parts.open(name);
    const id = known?.id ?? parts.commonId(adopt) ?? randomUUID();
    if (known && !adopt) parts.requireId(known);
    if (options.tables) requireTables(dataDir, id, known, adopt);
    const starts = (known?.starts ?? 0) + 1;
    if (known && !adopt) parts.requireStart(known);
    const listed = adopt ? [] : (known?.parts ?? []);
    // The file comes first: parts that carry an id which no file knows would look like those of another
    // installation.
    write(dataDir, { id, parts: listed, pepper, starts, settled: false });
    parts.reserveIds(dataDir, adopt || !known);
    parts.stamp(id, starts);
    if (options.tables) markTables(dataDir, id);
    const present = [...names, ...(options.tables ? [TABLES] : listed.filter((name) => name === TABLES))];
    write(dataDir, { id, parts: present, pepper, starts, settled: true });
  } finally {
    await parts.close();
  }
}

/**
 * Marks the tables of a data directory as its own: after they were restored. Does nothing where there is no
 * installation yet.
 */
export function markRestoredTables(dataDir: string): void {
  const known = readInstallation(dataDir, false);
  if (known) markTables(dataDir, known.id);
}

/**
 * Returns the id that belongs to a data directory; undefined where none was settled yet. Throws
 * InstallationError.
 */
export function installationId(dataDir: string): string | undefined {
  return readInstallation(dataDir, false)?.id;
}

class Parts {
  private readonly dataDir: string;
  private readonly onOpen: ((part: string) => void) | undefined;
  private readonly environments = new Map<string, Environment>();

  constructor(dataDir: string, onOpen: ((part: string) => void) | undefined) {
    this.dataDir = dataDir;
    this.onOpen = onOpen;
  }

  open(name: string): void {
    this.onOpen?.(name);
    mkdirSync(join(this.dataDir, name), { recursive: true });
    this.environments.set(name, new Environment(join(this.dataDir, name)));
  }

  /** The id that the parts carry where no file says it: undefined where none does. */
  commonId(adopt: boolean): string | undefined {
    const ids = [...this.environments.keys()].map((name) => this.idOf(name));
    const found = new Set(ids.filter((id) => id !== undefined));
    if (adopt || found.size === 0) return undefined;
    if (found.size === 1 && this.idOf('directory') === this.idOf('state')) return [...found][0];
    throw new InstallationError(
      `the parts of ${this.dataDir} (${[...this.environments.keys()].join(', ')}) are of different installations: put back those that belong together`,
    );
  }

  requireId({ id, parts }: Installation): void {
    for (const name of this.environments.keys()) {
      const carried = this.idOf(name);
      if (carried === id || (carried === undefined && !parts.includes(name))) continue;
      throw new InstallationError(
        `${join(this.dataDir, name)} is of another installation than ${join(this.dataDir, FILE)}: put back the one that belongs to it`,
      );
    }
  }

  /** An older copy of `state` would hand out transactionIds again. */
  requireStart({ starts, settled }: Installation): void {
    const counted = this.startsOf('state');
    if (counted === starts || (!settled && counted === starts - 1)) return;
    throw new InstallationError(
      `${join(this.dataDir, 'state')} is an older copy (of start ${counted}, not ${starts}), so transactionIds would be given again: ${HINT}`,
    );
  }

  /** Lets `state` go on behind every transactionId that was handed out. */
  reserveIds(dataDir: string, anyway: boolean): void {
    const state = this.get('state');
    const meta = state.records<number>('meta');
    const mark = new TransactionIdMark(dataDir);
    const next = meta.get(NEXT_BLOCK) ?? 1;
    const marked = mark.read();
    if (marked > next + TRANSACTION_ID_BLOCK && !anyway) {
      throw new InstallationError(
        `${join(dataDir, 'state')} is older than ${mark.file}: transactionIds below ${marked} were handed out, it knows of those below ${next}; ${HINT}`,
      );
    }
    const target = Math.max(next, marked);
    mark.raise(target);
    if (target > next) {
      state.transactSync(() => {
        meta.put(NEXT_BLOCK, target);
      });
    }
  }

  stamp(id: string, starts: number): void {
    for (const [name, environment] of this.environments) {
      const meta = environment.records<string | number>('meta');
      if (meta.get(ID) === id && name !== 'state') continue;
      environment.transactSync(() => {
        meta.put(ID, id);
        if (name === 'state') meta.put(STARTS, starts);
      });
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.environments.values()].map((environment) => environment.close()));
  }

  private startsOf(name: string): number {
    return this.get(name).records<number>('meta').get(STARTS) ?? 0;
  }

  private idOf(name: string): string | undefined {
    return this.get(name).records<string>('meta').get(ID);
  }

  private get(name: string): Environment {
    const environment = this.environments.get(name);
    if (!environment) throw new TypeError(`${name} was not opened`);
    return environment;
  }
}

function environmentParts(dataDir: string, edges: readonly string[]): string[] {
  const journals = new Set([...edges, ...journalNames(dataDir)]);
  return ['directory', 'state', ...[...journals].sort().map((edge) => `journal-${edge}`)];
}

function exists(dataDir: string, name: string): boolean {
  return existsSync(join(dataDir, name, 'data.mdb'));
}

function requireParts(dataDir: string, { id, parts }: Installation, tables: boolean): void {
  for (const name of parts) {
    if (name === TABLES ? !tables || markOf(dataDir) === id : exists(dataDir, name)) continue;
    throw new InstallationError(`${join(dataDir, name)} is missing or was emptied: ${HINT}`);
  }
}

function settlePepper(dataDir: string, known: Installation | undefined, mayMake: boolean): string {
  const file = join(dataDir, 'pepper');
  if (!mayMake && !hasPepper(dataDir))
    throw new InstallationError(`${file} is missing, so no key of a charge point would be right: ${HINT}`);
  const pepper = fingerprintOf(loadPepper(dataDir));
  if (known && !mayMake && known.pepper !== pepper)
    throw new InstallationError(
      `${file} is of another installation, so no key of a charge point would be right`,
    );
  return pepper;
}

function requireTables(dataDir: string, id: string, known: Installation | undefined, adopt: boolean): void {
  const mark = markOf(dataDir);
  if (adopt || mark === undefined || mark === id) return;
  if (!known && mark !== id) {
    throw new InstallationError(
      `${join(dataDir, TABLES)} is of another installation than the rest of ${dataDir}: put back the one that belongs to it`,
    );
  }
  throw new InstallationError(
    `${join(dataDir, TABLES)} is of another installation than ${join(dataDir, FILE)}`,
  );
}

function markOf(dataDir: string): string | undefined {
  return readText(join(dataDir, TABLES, FILE))?.trim();
}

function markTables(dataDir: string, id: string): void {
  if (markOf(dataDir) === id) return;
  mkdirSync(join(dataDir, TABLES), { recursive: true });
  writeDurably(join(dataDir, TABLES, FILE), `${id}\n`);
}

function readInstallation(dataDir: string, adopt: boolean): Installation | undefined {
  const file = join(dataDir, FILE);
  const text = readText(file);
  if (text === undefined) return undefined;
  try {
    const read = JSON.parse(text) as Installation;
    if (typeof read.id === 'string' && Array.isArray(read.parts) && Number.isInteger(read.starts))
      return read;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  if (adopt) return undefined;
  throw new InstallationError(`${file} is damaged: ${HINT}`);
}

function write(dataDir: string, installation: Installation): void {
  writeDurably(join(dataDir, FILE), `${JSON.stringify(installation)}\n`);
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new InstallationError(`${file} cannot be read: ${code}`);
  }
}
