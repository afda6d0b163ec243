import { expect, test } from 'vitest';
import { runLoadTool } from '../support/load-tool.ts';

/**
 * Another seed every day finds more than one seed for ever; the output names it, so that a failure can be
 * repeated.
 */
const seed = String(Math.floor(Date.now() / 86_400_000) % 1_000_000);

test.each(['uws', 'ws'])(
  'hostile frames on %s are all answered, and disturb nobody',
  async (transport) => {
    const { code, output } = await runLoadTool(
      ...['--scenario', 'fuzz', '--frames', '12000', '--transport', transport, '--seed', seed],
    );
    // The output says which frame was answered wrongly, should one have been.
    expect(output).toContain('PASSED');
    expect(code).toBe(0);
  },
  180_000,
);

test('wrong flags of the fuzz scenario are named', async () => {
  const { code, output } = await runLoadTool('--scenario', 'fuzz', '--transport', 'tcp');
  expect(output).toContain('load: --transport must be uws or ws, not tcp');
  expect(code).toBe(2);
});
