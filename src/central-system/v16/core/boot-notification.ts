import { writeTimestamp } from '../../../protocol/timestamp.ts';
import type { BootNotificationRequest } from '../../../protocol/v16/generated/messages.ts';
import type { BootData } from '../../../store/charge-point-record.ts';
import { confirm } from '../../decision.ts';
import type { Handler } from '../handler.ts';

/**
 * BootNotification (OCPP 1.6 ed. 2 §4.2): registers the charge point as operators have set, Accepted unless
 * they set something else. What is answered here holds over reconnects and restarts until the next boot.
 * Transactions are left alone: a boot in mid-transaction is normal, its StopTransaction may follow (§5.14).
 */
export const bootNotification: Handler<'BootNotification'> = {
  async handle({ store, settings, clock }, chargePoint, request, receivedAt) {
    const status = store.settings.get(chargePoint.id)?.registration ?? 'Accepted';
    const boot = bootData(request);
    const change = { registration: status, boot, bootedAt: receivedAt, lastSeenAt: receivedAt };
    await Promise.all([
      store.chargePoints.update(chargePoint.id, change, receivedAt),
      store.configurations.booted(chargePoint.id, receivedAt),
    ]);
    chargePoint.registration = status;
    chargePoint.vendor = boot.vendor;
    chargePoint.model = boot.model;
    chargePoint.triggered.clear();
    const period = status === 'Accepted' ? settings.heartbeatInterval : settings.bootRetryInterval;
    return confirm({
      status,
      currentTime: writeTimestamp(clock()),
      // 0 would leave the period to the charge point (§4.2).
      interval: Math.max(1, Math.round(period / 1000)),
    });
  },

  /** Refused for a wrong member, a charge point would stay offline for ever: what can be read is taken. */
  salvage(payload) {
    const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
    const readable = Object.entries(payload).filter(([, value]) => typeof value === 'string');
    return {
      ...Object.fromEntries(readable),
      chargePointVendor: text(payload.chargePointVendor) ?? '',
      chargePointModel: text(payload.chargePointModel) ?? '',
    };
  },
};

function bootData(request: BootNotificationRequest): BootData {
  const { chargePointVendor, chargePointModel, chargePointSerialNumber, ...others } = request;
  return {
    vendor: chargePointVendor,
    model: chargePointModel,
    ...(chargePointSerialNumber !== undefined && { serialNumber: chargePointSerialNumber }),
    ...others,
  };
}
