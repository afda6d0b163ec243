import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '../analytics/engine-error.ts';
import { openEngine } from '../analytics/engine-start.ts';
import { dueMigrations } from '../analytics/migrate.ts';
import type { Config } from '../config/schema.ts';
import { Environment } from '../journal/environment.ts';
import { aggregatesIn } from '../store/aggregates.ts';
import { schemaDifferences } from '../store/schema-version.ts';
import { checkDataDir } from './data-dir-check.ts';
import { DataDirInUseError, type DataDirLock, lockDataDir } from './data-dir-lock.ts';
import { requireAnalyticsEngine } from './engine-check.ts';
import { holdsTables } from './gateway-plan.ts';
import { StartError } from './start-error.ts';

export interface UpgradeOutlook {
  readonly findings: readonly Finding[];
  /** Why this Farad cannot start here, a line each. */
  readonly problems: readonly string[];
}

interface Finding {
  /** `state`, `directory`, `ClickHouse`, … */
  readonly about: string;
  readonly text: string;
}

const BACKUP_HINT =
  'none without a copy: an older Farad refuses what this one has migrated, so make a backup first (farad backup)';

/**
 * Looks at the data of an installation without changing it: what the first start of this Farad would migrate,
 * and what would stop it. Beside a running gateway the embedded tables cannot be looked at. Throws StartError
 * for a data directory that cannot be written.
 */
export async function checkUpgrade(config: Config): Promise<UpgradeOutlook> {
  const outlook = new Outlook();
  outlook.problem(() => requireAnalyticsEngine(config));
  if (!existsSync(join(config.dataDir, 'state', 'data.mdb'))) {
    outlook.find('data', 'none yet: a start begins anew');
    return outlook;
  }
  const lock = await lockUnlessRunning(config.dataDir);
  try {
    // The pages of a database in use change while they are looked at; it is whole, or its gateway would not
    // run.
    const whole = lock === undefined || outlook.problem(() => checkDataDir(config.dataDir));
    if (!whole) return outlook;
    let changes = await checkRecords(config.dataDir, 'directory', outlook);
    changes += await checkRecords(config.dataDir, 'state', outlook);
    if (lock === undefined && holdsTables(config))
      outlook.find('ClickHouse', 'not looked at: the gateway that runs has the embedded tables open');
    else changes += await checkTables(config, outlook);
    if (changes > 0) outlook.find('way back', BACKUP_HINT);
  } finally {
    lock?.release();
  }
  return outlook;
}

class Outlook implements UpgradeOutlook {
  readonly findings: Finding[] = [];
  readonly problems: string[] = [];

  find(about: string, text: string): void {
    this.findings.push({ about, text });
  }

  /** Runs a check that throws StartError for what would stop a start; returns whether it passed. */
  problem(check: () => void): boolean {
    try {
      check();
      return true;
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      this.problems.push(error.message);
      return false;
    }
  }
}

async function lockUnlessRunning(dataDir: string): Promise<DataDirLock | undefined> {
  try {
    return await lockDataDir(dataDir);
  } catch (error) {
    if (error instanceof DataDirInUseError) return undefined;
    throw error;
  }
}

/** Returns how many kinds of records would be migrated. */
async function checkRecords(dataDir: string, part: 'directory' | 'state', outlook: Outlook): Promise<number> {
  const environment = new Environment(join(dataDir, part), { readOnly: true });
  try {
    const differences = schemaDifferences(environment, aggregatesIn(part));
    for (const { name, found, known } of differences.filter(({ found, known }) => found > known))
      outlook.problems.push(
        `"${name}" in ${join(dataDir, part)} has format ${found}, but this version of Farad knows formats up to ${known}`,
      );
    const migrated = differences.filter(({ found, known }) => found < known);
    const list = migrated.map(({ name, found, known }) => `${name} (${found} to ${known})`).join(', ');
    outlook.find(part, migrated.length === 0 ? 'nothing to migrate' : `migrates ${list}`);
    return migrated.length;
  } finally {
    await environment.close();
  }
}

/** Returns how many migrations of the tables would run. */
async function checkTables(config: Config, outlook: Outlook): Promise<number> {
  try {
    const engine = await openEngine(config);
    try {
      const due = await dueMigrations(engine);
      const list = due.map(({ name }) => name).join(', ');
      outlook.find('ClickHouse', due.length === 0 ? 'nothing to migrate' : `runs ${list}`);
      return due.length;
    } finally {
      await engine.close();
    }
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    // A server that is away does not stop a start: rows wait in the journal.
    if (error.fault === 'setup') outlook.problems.push(error.message);
    else outlook.find('ClickHouse', `cannot be looked at: ${error.message}`);
    return 0;
  }
}
