import type { ChargePoint } from './charge-point.ts';

/** What a vendor handler answers to a DataTransfer (OCPP 1.6 ed. 2 §6.18). */
export interface VendorAnswer {
  readonly status: 'Accepted' | 'Rejected';
  readonly data?: string;
}

/**
 * Handles one kind of vendor message; `data` is the charge point's text, in whatever form the vendor gave it.
 */
export type VendorHandler = (
  chargePoint: ChargePoint,
  data: string | undefined,
) => VendorAnswer | Promise<VendorAnswer>;

/** The vendor extensions that this Farad understands: none, until someone plugs one in. */
export interface VendorRegistry {
  /**
   * Plugs a handler in for the messages of a vendor; without `messageId` for those that name none. A later
   * one takes the place of an earlier one.
   */
  register(vendorId: string, messageId: string | undefined, handler: VendorHandler): void;
  find(
    vendorId: string,
    messageId: string | undefined,
  ): VendorHandler | 'UnknownVendorId' | 'UnknownMessageId';
}

/** Vendor and message ids are CiStrings: compared without case (§2.2). */
export function createVendorRegistry(): VendorRegistry {
  const vendors = new Map<string, Map<string, VendorHandler>>();
  const fold = (text: string) => text.toLowerCase();
  return {
    register(vendorId, messageId, handler) {
      const vendor = fold(vendorId);
      const messages = vendors.get(vendor) ?? new Map<string, VendorHandler>();
      vendors.set(vendor, messages.set(fold(messageId ?? ''), handler));
    },
    find(vendorId, messageId) {
      const messages = vendors.get(fold(vendorId));
      if (messages === undefined) return 'UnknownVendorId';
      return messages.get(fold(messageId ?? '')) ?? 'UnknownMessageId';
    },
  };
}
