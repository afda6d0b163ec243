import { randomBytes } from 'node:crypto';
import type { ConformanceCase } from '../conformance-case.ts';
import type { Scene } from '../scene.ts';
import { showsChargePoint } from '../shown.ts';
import { booted } from '../states.ts';

/** Security: who may connect, and with what. */

/** 20 bytes that are no text: a colon and a zero byte would end a password that is read as one. */
function newPassword(): Buffer {
  return Buffer.concat([Buffer.from([0xff, 0x3a, 0x00]), randomBytes(17)]);
}

/** Gives the charge point a password where it has none yet. */
async function withPassword(scene: Scene): Promise<Buffer> {
  const { memory, data, operator } = scene;
  memory.password ??= await scene.reads('new password', async () => {
    const password = newPassword();
    await operator.setPassword(data.chargePointId, password);
    return password;
  });
  return memory.password;
}

export const TC_073: ConformanceCase = {
  id: 'TC_073',
  title: 'Update the password of HTTP basic authentication',
  async run(scene) {
    const before = scene.memory.password;
    const password = newPassword();
    try {
      const value = password.toString('hex');
      await scene.command('ChangeConfiguration', { key: 'AuthorizationKey', value }, { status: 'Accepted' });
      scene.memory.password = password;
      await scene.reconnect();
      await showsChargePoint(scene, { keyState: 'held' });
      await scene.vanish();
      await scene.refused('with what it showed before', before ? { password: before } : {}, [401]);
      await scene.connect();
    } catch (error) {
      // Which password counts is unknown now; the cases that follow need one.
      await scene.operator.setPassword(scene.data.chargePointId, password);
      scene.memory.password = password;
      throw error;
    }
  },
};

export const TC_085: ConformanceCase = {
  id: 'TC_085',
  title: 'Basic authentication',
  startsOffline: true,
  async run(scene) {
    const password = await withPassword(scene);
    const wrong = Buffer.from(password);
    wrong[19] = (wrong[19] ?? 0) ^ 1;
    await scene.refused('without credentials', {}, [401, 403]);
    await scene.refused('with a password of which one bit is wrong', { password: wrong }, [401, 403]);
    await scene.connect();
    await booted(scene);
  },
};

export const TC_088: ConformanceCase = {
  id: 'TC_088',
  title: 'Negotiation of the subprotocol',
  startsOffline: true,
  async run(scene) {
    const { password } = scene.memory;
    const shown = password ? { password } : {};
    await scene.refused('offering ocpp0.1 only', { ...shown, protocols: ['ocpp0.1'] }, [400]);
    await scene.connect({ protocols: ['ocpp0.1', 'ocpp1.6'] });
    await booted(scene);
  },
};
