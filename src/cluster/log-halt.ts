/**
 * Why the log cannot be read on from where a node is. Nothing repairs that by itself, but the first one:
 * - `gap`: the log no longer holds what comes next: the node takes a copy of another one;
 * - `log_lost`: the log is another one, or has lost its end, with changes that took effect here;
 * - `unreadable`: a message is damaged, or of a newer release;
 * - `inapplicable`: a change cannot be written into the copy, and another try would end the same.
 */
export class LogHalt extends Error {
  override readonly name = 'LogHalt';
  readonly reason: 'gap' | 'log_lost' | 'unreadable' | 'inapplicable';

  constructor(reason: LogHalt['reason'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
