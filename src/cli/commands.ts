import type { Command } from './command.ts';
import { adoptClockCommand } from './commands/adopt-clock.ts';
import { adoptDataCommand } from './commands/adopt-data.ts';
import { backupCommand } from './commands/backup.ts';
import { certifyCommand } from './commands/certify.ts';
import { checkDataCommand } from './commands/check-data.ts';
import { clusterCommand } from './commands/cluster.ts';
import { configCommand } from './commands/config.ts';
import { copyHistoryCommand } from './commands/copy-history.ts';
import { helpCommand } from './commands/help.ts';
import { restoreCommand } from './commands/restore.ts';
import { serveCommand } from './commands/serve.ts';
import { upgradeCheckCommand } from './commands/upgrade-check.ts';
import { versionCommand } from './commands/version.ts';

/** Every command, in the order of `farad --help`. */
export const commands: readonly Command[] = [
  serveCommand,
  configCommand,
  certifyCommand,
  backupCommand,
  restoreCommand,
  checkDataCommand,
  upgradeCheckCommand,
  copyHistoryCommand,
  clusterCommand,
  adoptDataCommand,
  adoptClockCommand,
  helpCommand,
  versionCommand,
];
