import type { Server } from 'node:https';
import type { SecureContextOptions } from 'node:tls';
import type { Config } from '../config/schema.ts';
import { CIPHERS } from '../config/tls-settings.ts';
import type { Degradation } from '../link/methods.ts';
import type { Log } from '../telemetry/log.ts';
import type { Registry } from '../telemetry/metrics.ts';
import { checkContext, contextOptions } from '../tls/context.ts';
import { Credentials, type Shown } from '../tls/credentials.ts';

const PREFIX = 'api.tls';

export interface ApiTlsOptions {
  readonly config: Pick<Config, 'api'>;
  readonly ticketSecret: Uint8Array;
  readonly log: Log;
  readonly registry: Registry;
}

/**
 * The TLS of the API port (`api.tls`): its pairs are read again when they change, and no connection is
 * dropped.
 */
export class ApiTls {
  private readonly credentials: Credentials;
  private readonly given: ApiTlsOptions;

  /** Throws KeyPairError where the files cannot be used. */
  constructor(given: ApiTlsOptions) {
    this.given = given;
    const { config, log, registry } = given;
    this.credentials = new Credentials({
      prefix: PREFIX,
      files: config.api.tls,
      log,
      registry,
      check: (shown) => checkContext(PREFIX, this.options(shown)),
    });
  }

  /** What Node's server is to be made with. */
  options(shown: Shown = this.credentials.shown()): SecureContextOptions {
    const { config, ticketSecret } = this.given;
    const { minVersion } = config.api.tls;
    return contextOptions(shown, { minVersion, ciphers: CIPHERS, sessionTickets: true }, ticketSecret);
  }

  /** From now on the server takes what changes. */
  serve(server: Server): void {
    this.credentials.onChange((shown) => server.setSecureContext(this.options(shown)));
  }

  /** Reads the files again; returns why they are not taken. */
  reload(): string | undefined {
    return this.credentials.reload();
  }

  degraded(): Degradation[] {
    return this.credentials.problems().map(({ since, text }) => ({ name: PREFIX, since, cause: text }));
  }

  stop(): void {
    this.credentials.stop();
  }
}
