import { readFileSync, realpathSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import type { Config } from '../config/schema.ts';
import type { SealingKeys } from '../store/certificate-authorities.ts';

/** Fewer bytes could be guessed. */
const MIN_BYTES = 32;

/** The sealing key cannot be used: one line that names the setting and what is wrong with it. */
export class SealingKeyError extends Error {
  override readonly name = 'SealingKeyError';
}

/**
 * Reads what private keys are sealed with; undefined where nothing is set. Throws SealingKeyError for a file
 * that cannot be read, is too short, or lies in the data directory, where whoever has a copy of that would
 * have both.
 */
export function readSealingKeys({
  security,
  dataDir,
}: Pick<Config, 'security' | 'dataDir'>): SealingKeys | undefined {
  const { sealingKeyFile, formerSealingKeyFile } = security;
  if (sealingKeyFile === '') return undefined;
  const present = readKey('security.sealingKeyFile', sealingKeyFile, dataDir);
  const former =
    formerSealingKeyFile === ''
      ? undefined
      : readKey('security.formerSealingKeyFile', formerSealingKeyFile, dataDir);
  return { present, former };
}

function readKey(setting: string, file: string, dataDir: string): Uint8Array {
  let bytes: Buffer;
  try {
    if (isWithin(resolve(file), resolve(dataDir)) || isWithin(realpathSync(file), realpathSync(dataDir))) {
      throw new SealingKeyError(`${setting}: ${file} lies in ${dataDir}, and so in every copy of it`);
    }
    bytes = readFileSync(file);
  } catch (error) {
    if (error instanceof SealingKeyError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new SealingKeyError(`${setting}: cannot read ${file}: ${code}`);
  }
  if (bytes.length < MIN_BYTES) {
    throw new SealingKeyError(
      `${setting}: ${file} has ${bytes.length} bytes, it takes at least ${MIN_BYTES}`,
    );
  }
  return bytes;
}

function isWithin(file: string, directory: string): boolean {
  const way = relative(directory, file);
  return way === '' || !(way === '..' || way.startsWith('../'));
}
