/** A wrong setting: the message is one line for the person who starts Farad. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  /** Dotted path of the setting, or the key, flag or file that is wrong. */
  readonly path: string;

  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}
