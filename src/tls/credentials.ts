import type { Log } from '../telemetry/log.ts';
import type { Registry } from '../telemetry/metrics.ts';
import { onChangedFiles } from './changed-files.ts';
import { type KeyPair, type KeyPairFiles, readAuthorities, readKeyPairs } from './key-pairs.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** From so many days before its end a certificate is spoken of. */
const WARN_DAYS = 30;

/** With so many days left whoever renews it has failed. */
const LATE_DAYS = 7;

export interface CredentialFiles extends KeyPairFiles {
  /** PEM files with authorities of clients. */
  readonly clientCas?: readonly string[];
}

/** What a TLS port needs at this moment. */
export interface Shown {
  readonly pairs: readonly KeyPair[];
  /** PEM, each apart: whose client certificates are trusted. */
  readonly clientCas: readonly string[];
}

export interface CredentialOptions {
  /** Group of the settings: `ocpp.tls`. */
  readonly prefix: string;
  readonly files: CredentialFiles;
  readonly log: Pick<Log, 'info' | 'warn'>;
  readonly registry: Registry;
  /** Throws KeyPairError for what the port could not work with. */
  readonly check: (shown: Shown) => void;
  readonly now?: () => number;
}

/** What is wrong with the credentials; the port works on. */
export interface CredentialProblem {
  readonly since: number;
  readonly text: string;
}

/**
 * The pairs and the client CAs of TLS ports, read again when their files change. What cannot be used is not
 * taken: the port goes on with what it has. The constructor throws KeyPairError where there is nothing to go
 * on with.
 */
export class Credentials {
  private readonly options: CredentialOptions;
  private readonly now: () => number;
  private readonly listeners: ((shown: Shown) => void)[] = [];
  private readonly endWatch: () => void;
  private fromFiles: Shown;
  private trusted: readonly string[] = [];
  private refused: CredentialProblem | undefined;
  /** When what holds was read first, epoch ms. */
  private readAt: number;

  constructor(options: CredentialOptions) {
    this.options = options;
    this.now = options.now ?? Date.now;
    this.fromFiles = this.read();
    this.readAt = this.now();
    const { certificates, keys, clientCas = [] } = options.files;
    this.endWatch = onChangedFiles([...certificates, ...keys, ...clientCas], () => this.reload());
    this.measure();
    this.warn();
  }

  /** What holds now. */
  shown(): Shown {
    const { pairs, clientCas } = this.fromFiles;
    return { pairs, clientCas: [...clientCas, ...this.trusted] };
  }

  /** From now on `listener` is called with what holds after each change that stood the check. */
  onChange(listener: (shown: Shown) => void): void {
    this.listeners.push(listener);
  }

  /** Reads the files again; returns why they are not taken, undefined where they are. */
  reload(): string | undefined {
    const { log, prefix } = this.options;
    const before = this.fromFiles;
    try {
      const read = this.read();
      const same = fingerprint(read) === fingerprint(before);
      this.fromFiles = read;
      if (!same) this.readAt = this.now();
      if (!same) this.tell();
      this.refused = undefined;
      if (!same) log.info({ certificates: read.pairs.map(({ file }) => file) }, `${prefix} was read again`);
      this.warn();
      return undefined;
    } catch (error) {
      this.fromFiles = before;
      const text = error instanceof Error ? error.message : String(error);
      this.refused = { since: this.refused?.since ?? this.now(), text };
      log.warn({ reason: text }, `${prefix} could not be read again; what was read before holds`);
      return text;
    }
  }

  /**
   * Client CAs beside those of the files, as PEM. Looks whether they are others than before, so it may be
   * called often.
   */
  trust(authorities: readonly string[]): void {
    if (authorities.join() === this.trusted.join()) return;
    const before = this.trusted;
    this.trusted = [...authorities];
    try {
      this.options.check(this.shown());
      this.tell();
    } catch (error) {
      this.trusted = before;
      this.options.log.warn({ err: error }, 'a client CA could not be taken');
    }
  }

  /**
   * What an operator should mend: files that were not taken, certificates that do not hold now or not much
   * longer.
   */
  problems(): CredentialProblem[] {
    const now = this.now();
    const ofCertificates = this.fromFiles.pairs.flatMap(({ file, notBefore, notAfter }) => {
      const name = `the certificate ${file}`;
      const late = notAfter - LATE_DAYS * DAY_MS;
      if (notAfter <= now) return [{ since: notAfter, text: `${name} ended on ${day(notAfter)}` }];
      if (notBefore > now)
        return [{ since: this.readAt, text: `${name} is not valid before ${day(notBefore)}` }];
      return late <= now ? [{ since: late, text: `${name} ends on ${day(notAfter)}` }] : [];
    });
    return [...(this.refused ? [this.refused] : []), ...ofCertificates];
  }

  stop(): void {
    this.endWatch();
  }

  private read(): Shown {
    const { prefix, files, check } = this.options;
    const read = {
      pairs: readKeyPairs(prefix, files),
      clientCas: readAuthorities(`${prefix}.clientCas`, files.clientCas ?? []),
    };
    check(read);
    return read;
  }

  private tell(): void {
    const shown = this.shown();
    for (const listener of this.listeners) listener(shown);
  }

  private measure(): void {
    const { prefix, registry } = this.options;
    const days = registry.gauge(
      'farad_certificate_days_left',
      'Days until a certificate that Farad shows ends; negative after its end.',
      ['setting', 'file'],
    );
    registry.beforeCollect(() => {
      for (const { file, notAfter } of this.fromFiles.pairs) {
        days.with({ setting: `${prefix}.certificates`, file }).set((notAfter - this.now()) / DAY_MS);
      }
    });
  }

  private warn(): void {
    const { log, prefix } = this.options;
    for (const { file, notAfter, notBefore } of this.fromFiles.pairs) {
      const left = (notAfter - this.now()) / DAY_MS;
      if (left <= 0) log.warn({ file }, `${prefix}.certificates: ${file} ended on ${day(notAfter)}`);
      else if (left < WARN_DAYS)
        log.warn({ file }, `${prefix}.certificates: ${file} ends on ${day(notAfter)}`);
      if (notBefore > this.now())
        log.warn({ file }, `${prefix}.certificates: ${file} is not valid before ${day(notBefore)}`);
    }
  }
}

function fingerprint({ pairs, clientCas }: Shown): string {
  return [...pairs.flatMap(({ certificate, key }) => [certificate, key]), ...clientCas].join('\n');
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
