import { type Api, askApi } from '../../src/simulator/api.ts';
import { serialNumberOf } from '../../src/simulator/hardware.ts';
import { passwordOf, type SecurityOrder } from './fleet-security.ts';

const AT_A_TIME = 16;

/**
 * Tells the gateway of each charge point by what it will be recognised. Nothing is told of profile 0. @throws
 * Error where the API refuses.
 */
export async function provisionChargePoints(
  api: Api,
  { profile, secret }: Pick<SecurityOrder, 'profile' | 'secret'>,
  chargePoints: number,
  identity: (index: number) => string,
): Promise<void> {
  if (profile === 0) return;
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < chargePoints) {
      const index = next++;
      const id = identity(index);
      const proof =
        profile === 3
          ? { serialNumber: serialNumberOf(index) }
          : { keyHex: passwordOf(secret, id).toString('hex') };
      await askApi(api, {
        method: 'PUT',
        path: `/api/v1/charge-points/${encodeURIComponent(id)}`,
        body: JSON.stringify({ securityProfile: profile, ...proof }),
      });
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
}
