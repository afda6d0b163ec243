import { expect, test } from 'vitest';
import { readClusterOptions } from '../../../load/cluster/cluster-options.ts';

test('without flags: three nodes, thirty charge points, and nothing that stays', () => {
  expect(readClusterOptions([])).toEqual({ nodes: 3, chargePoints: 30, directory: undefined, nodeFlags: [] });
});

test('flags after a second -- go to each node', () => {
  const argv = ['--nodes', '2', '--charge-points', '0', '--dir', 'there', '--', '--log-level', 'info'];
  expect(readClusterOptions(argv)).toEqual({
    nodes: 2,
    chargePoints: 0,
    directory: 'there',
    nodeFlags: ['--log-level', 'info'],
  });
  expect(readClusterOptions(['--help'])).toBeUndefined();
});

test.each([
  [['--charge-point', '5'], /Unknown option '--charge-point'/],
  [['5'], /Unexpected argument '5'/],
  [['--nodes', '10'], /--nodes must be a whole number from 1 to 9, not 10/],
  [['--nodes', '1e0'], /--nodes must be/],
  [['--charge-points', '5001'], /--charge-points must be a whole number from 0 to 5000, not 5001/],
  [['--charge-points='], /--charge-points must be/],
  [['--dir='], /--dir must be/],
])('%j is refused', (argv, why) => {
  expect(() => readClusterOptions(argv)).toThrow(why);
});
