/** A request of ours as it goes on the wire, without its messageId. */
export interface Order {
  readonly action: string;
  readonly payload: object;
}

/**
 * A limit for what a connector draws, or a transaction on it, for as long as it is there and whatever the
 * charge point's clock says.
 */
export interface LimitOrder {
  /** Under which it can be replaced and cleared. */
  readonly profileId: number;
  readonly connectorId: number;
  /** Farad's number of the transaction that it is for; null: for whichever runs there. */
  readonly transactionId: number | null;
  readonly stackLevel: number;
  readonly unit: 'A' | 'W';
  /** Of each phase in A, of all together in W. */
  readonly limit: number;
  readonly phases: number;
}

/** An entry of a local list; without `idTagInfo` it is deleted. */
export interface ListedTag {
  readonly idTag: string;
  readonly idTagInfo?: {
    readonly status: string;
    readonly expiryDate?: string;
    readonly parentIdTag?: string;
  };
}

export interface ListOrder {
  readonly listVersion: number;
  /** Whether the list is replaced or changed. */
  readonly updateType: 'Full' | 'Differential';
  readonly entries: readonly ListedTag[];
}

/** How often a file is tried for. */
export interface Tries {
  readonly retries?: number | undefined;
  /** Seconds. */
  readonly retryInterval?: number | undefined;
}

export interface UpdateOrder extends Tries {
  readonly location: string;
  /** RFC 3339. */
  readonly retrieveAt: string;
  /** Of firmware that the charge point is to verify. */
  readonly signed?:
    | {
        readonly requestId: number;
        readonly installAt?: string | undefined;
        readonly signingCertificate: string;
        readonly signature: string;
      }
    | undefined;
}

export interface UploadOrder extends Tries {
  readonly location: string;
  /** RFC 3339; absent: as far as there is anything. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Which log; absent: what the charge point has for diagnostics. */
  readonly log?: { readonly requestId: number; readonly type: 'DiagnosticsLog' | 'SecurityLog' } | undefined;
}

/**
 * What operations want of a charge point, in words of the domain. Each version makes requests of its own of
 * them.
 */
export interface Orders {
  /** Asks for a BootNotification. */
  askForBoot(): Order;
  setLimit(limit: LimitOrder): Order;
  clearLimit(profileId: number): Order;
  /** `transactionId`: Farad's number. */
  stopTransaction(transactionId: number): Order;
  /** Asks for settings by their names. */
  askSettings(names: readonly string[]): Order;
  /** Changes a setting by its name. */
  changeSetting(name: string, value: string): Order;
  askListVersion(): Order;
  sendList(list: ListOrder): Order;
  startUpdate(update: UpdateOrder): Order;
  startUpload(upload: UploadOrder): Order;
  /** Hands over a certificate that the charge point has asked for, with those up to a root, as PEM. */
  handOverCertificate(chain: string): Order;
  /** Asks it to ask for a certificate of its own. */
  askForCertificateRequest(): Order;
  /** Asks which roots of the Central System it has. */
  askRoots(): Order;
  /** Gives it a root of the Central System, PEM. */
  installRoot(pem: string): Order;
  /** Gives it a password: 16 to 20 bytes in hexadecimal. */
  setPassword(hex: string): Order;
  setSecurityProfile(profile: 1 | 2 | 3): Order;
}
