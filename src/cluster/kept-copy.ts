import type { StreamCopied } from '../link/cluster-status.ts';
import type { Degradation } from '../link/methods.ts';
import { Appliers, type AppliersOptions } from './appliers.ts';
import { CopyTaker, type CopyTakerOptions } from './copy-taker.ts';
import { type SliceHashes, StateHashes } from './state-hashes.ts';

export interface KeptCopyOptions extends Omit<AppliersOptions, 'hashes'>, CopyTakerOptions {
  readonly release: string;
  /** What it begins with: `copy` where the log goes on from something that this node does not have. */
  readonly begin: 'copy' | 'log';
}

interface Taking {
  readonly taker: CopyTaker;
  /** Epoch ms. */
  readonly since: number;
  readonly streams: readonly StreamCopied[];
}

/**
 * This node's copy of `state` and `directory`: brought up to date with the log, and taken from another node
 * where the log no longer has what comes next.
 */
export class KeptCopy {
  private readonly options: KeptCopyOptions;
  private readonly hashes: StateHashes;
  private readonly running: Promise<void>;
  private appliers: Appliers | undefined;
  private taking: Taking | undefined;
  private stopped = false;

  constructor(options: KeptCopyOptions) {
    this.options = options;
    this.hashes = new StateHashes({ ...options, shards: options.cluster.state.shards });
    this.running = this.run();
  }

  /** How far the copy of each stream is. */
  status(): readonly StreamCopied[] {
    const { taking } = this;
    if (!taking) return this.appliers?.status() ?? [];
    const { since, taker, streams } = taking;
    const lagSeconds = (Date.now() - since) / 1000;
    const trouble = { since, cause: taker.progress, reason: 'copy' };
    return streams.map((stream) => ({ ...stream, lagSeconds: stream.lagSeconds + lagSeconds, trouble }));
  }

  /** What keeps the copy from being up to date. */
  degraded(): readonly Degradation[] {
    const { taking } = this;
    if (!taking) return [...(this.appliers?.degraded() ?? []), ...this.hashes.degraded()];
    return [{ name: 'copy', since: taking.since, cause: taking.taker.progress }];
  }

  /** By which the other nodes compare this copy with theirs. */
  told(): SliceHashes {
    return this.hashes.told();
  }

  /** Why no other node should take a copy of this one. */
  problem(): string | undefined {
    if (this.taking) return 'it needs a copy itself';
    const [different] = this.hashes.degraded();
    if (different) return different.cause;
    const [halted] = (this.appliers?.status() ?? []).filter(({ trouble }) => trouble?.reason !== undefined);
    return halted && `${halted.stream}: ${halted.trouble?.cause}`;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.hashes.stop();
    this.taking?.taker.stop();
    await this.appliers?.stop();
    await this.running;
  }

  private async run(): Promise<void> {
    const { begin, streams } = this.options;
    if (begin === 'copy') {
      const none = streams.map((stream) => ({ stream, isSeen: false, position: 0, lagSeconds: 0 }));
      await this.take(none, 'the log goes on from what this node does not have');
    }
    while (!this.stopped) {
      const appliers = new Appliers({ ...this.options, hashes: this.hashes });
      this.appliers = appliers;
      if ((await appliers.ended) === 'stopped' || this.stopped) return;
      const reached = appliers.status();
      await appliers.stop();
      await this.take(reached, 'the log no longer holds what comes next');
    }
  }

  /** `streams`: how far the copy is that this node has. */
  private async take(streams: readonly StreamCopied[], cause: string): Promise<void> {
    const { environments, log } = this.options;
    const taker = new CopyTaker(this.options);
    this.taking = { taker, since: Date.now(), streams };
    log.warn({ cause }, 'this node needs a copy of another one');
    await taker.take();
    for (const environment of [environments.state, environments.directory]) environment.endRead();
    this.hashes.forget();
    this.taking = undefined;
  }
}
