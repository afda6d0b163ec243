import { confirm, confirmAlways } from '../../decision.ts';
import type { Handler } from '../handler.ts';

const UNKNOWN_VENDOR = confirmAlways({ status: 'UnknownVendorId' });
const UNKNOWN_MESSAGE = confirmAlways({ status: 'UnknownMessageId' });

/**
 * DataTransfer (OCPP 1.6 ed. 2 §4.3): goes to the handler that was plugged in for the vendor's message, if
 * there is one.
 */
export const dataTransfer: Handler<'DataTransfer'> = {
  async handle({ vendors }, chargePoint, { vendorId, messageId, data }) {
    const handler = vendors.find(vendorId, messageId);
    if (handler === 'UnknownVendorId') return UNKNOWN_VENDOR;
    if (handler === 'UnknownMessageId') return UNKNOWN_MESSAGE;
    const answer = await handler(chargePoint, data);
    return confirm(
      answer.data === undefined ? { status: answer.status } : { status: answer.status, data: answer.data },
    );
  },
};
