import { loadConfigWithOrigins } from '../../config/load-config.ts';
import { suggestion } from '../../config/suggestion.ts';
import type { ClusterAction } from '../cluster/action.ts';
import { createAction } from '../cluster/create.ts';
import { finishUpgradeAction } from '../cluster/finish-upgrade.ts';
import { forgetAction } from '../cluster/forget.ts';
import { leaveAction } from '../cluster/leave.ts';
import { reseedAction } from '../cluster/reseed.ts';
import { statusAction } from '../cluster/status.ts';
import type { Command } from '../command.ts';
import { settingsFileFlag, sourcesFrom } from '../settings-sources.ts';
import { UsageError } from '../usage-error.ts';

/** Each loads what it needs once it runs: no other command waits for that. */
const ACTIONS: readonly ClusterAction[] = [
  statusAction,
  createAction,
  leaveAction,
  forgetAction,
  reseedAction,
  finishUpgradeAction,
];

/** Some belong to several. */
const FLAGS = [...new Set(ACTIONS.flatMap(({ flags }) => flags))];

const NAMES = ACTIONS.map(({ name }) => name);

export const clusterCommand: Command = {
  name: 'cluster',
  summary: `Several machines as one gateway: farad cluster ${NAMES.join(' | ')}`,
  details: [
    ...ACTIONS.flatMap(({ name, help: [first = '', ...rest] }) => [
      `  ${name.padEnd(16)}${first}`,
      ...rest.map((line) => `${' '.repeat(18)}${line}`),
    ]),
    '',
    'Exit codes: 0 done, 1 refused or failed, 2 the command line cannot be understood, 3 not all is well (status).',
  ],
  takesSettings: true,
  flags: [settingsFileFlag, ...FLAGS],
  maxWords: 2,
  async run({ words: [name, word], flags }) {
    const action = ACTIONS.find((one) => one.name === name);
    if (action === undefined)
      throw new UsageError(
        name === undefined
          ? `farad cluster needs a word: ${NAMES.join(', ')}`
          : `unknown: farad cluster ${name}${suggestion(name, NAMES)}`,
      );
    if (word !== undefined && !action.takesWord)
      throw new UsageError(`farad cluster ${action.name} takes no ${JSON.stringify(word)}`);
    const own = new Set(action.flags.map((flag) => flag.name));
    const given: Record<string, string> = {};
    const settings = { ...flags };
    for (const flag of FLAGS) {
      const value = flags[flag.name];
      if (value === undefined) continue;
      if (!own.has(flag.name))
        throw new UsageError(`farad cluster ${action.name} has no flag --${flag.name}`);
      given[flag.name] = value;
      delete settings[flag.name];
    }
    const { config } = loadConfigWithOrigins(sourcesFrom(settings));
    return action.run(config, given, word);
  },
};
