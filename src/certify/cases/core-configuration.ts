import type { ConformanceCase } from '../conformance-case.ts';
import { showsConfiguration } from '../shown.ts';
import { CONFIGURATION } from './configuration-keys.ts';

/** Reading and changing configuration keys. */

export const TC_019_1: ConformanceCase = {
  id: 'TC_019_1',
  title: 'Retrieve all configuration keys',
  async run(scene) {
    await scene.command('GetConfiguration', {}, { configurationKey: CONFIGURATION });
    await showsConfiguration(scene, CONFIGURATION);
  },
};

export const TC_019_2: ConformanceCase = {
  id: 'TC_019_2',
  title: 'Retrieve one configuration key',
  async run(scene) {
    const key = 'SupportedFeatureProfiles';
    const configurationKey = CONFIGURATION.filter((setting) => setting.key === key);
    await scene.command('GetConfiguration', { key: [key] }, { configurationKey });
  },
};

export const TC_021: ConformanceCase = {
  id: 'TC_021',
  title: 'Change a configuration key',
  run: (scene) =>
    scene.command(
      'ChangeConfiguration',
      { key: 'MeterValueSampleInterval', value: '60' },
      { status: 'Accepted' },
    ),
};

export const TC_040_1: ConformanceCase = {
  id: 'TC_040_1',
  title: 'Change configuration, not supported',
  run: (scene) =>
    scene.command(
      'ChangeConfiguration',
      { key: 'KeyThatNobodyKnows', value: 'anything' },
      { status: 'NotSupported' },
    ),
};

export const TC_040_2: ConformanceCase = {
  id: 'TC_040_2',
  title: 'Change configuration, invalid value',
  editionsDiffer: '2024-04 demands the value -1, later editions look at the key only',
  async run(scene) {
    const value = scene.edition === '2024-04' ? '-1' : 'every now and then';
    await scene.command(
      'ChangeConfiguration',
      { key: 'MeterValueSampleInterval', value },
      { status: 'Rejected' },
    );
  },
};
