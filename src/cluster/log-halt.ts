/**
 * Why the log cannot be read on from where a node is. Nothing repairs that by itself:
 * - `gap`: the log no longer holds what comes next: the node needs a copy of another one;
 * - `log_lost`: the log is another one, or has lost its end, with changes that took effect here;
 * - `unreadable`: a message is damaged, or of a newer format.
 */
export class LogHalt extends Error {
  override readonly name = 'LogHalt';
  readonly reason: 'gap' | 'log_lost' | 'unreadable';

  constructor(reason: LogHalt['reason'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
