/** A refusal of the API, or no answer at all (`status` 0). */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly status: number;
  /**
   * Error code of the API; `unreachable` where nothing answered, `not_sent` and `outcome_unknown` for what
   * was to change something.
   */
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    code: string,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

/** Whether what was asked for may be carried out all the same: nobody knows. */
export function isOutcomeUnknown({ code, details }: Failure): boolean {
  if (code === 'timeout') return details.sent !== false;
  return code === 'outcome_unknown' || code === 'connection_lost';
}
