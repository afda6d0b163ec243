import type { CopyView } from './copy.ts';

/** How often the copy is looked at while somebody waits, ms. */
const LOOK_EVERY_MS = 1;

interface Waiting {
  readonly stream: string;
  readonly seq: number;
  /** Monotonic, ms. */
  readonly deadline: number;
  readonly resolve: (isThere: boolean) => void;
}

/**
 * Waits until another process has brought the copy to a place in the log. It reads the copy itself while
 * somebody waits: no message between processes could be lost.
 */
export class PositionWatch {
  private readonly view: Pick<CopyView, 'position'>;
  readonly refresh: () => void;
  private waiting: Waiting[] = [];
  private timer: NodeJS.Timeout | undefined;

  /** Reads of `view` that follow `refresh` see what is committed by then. */
  constructor(view: Pick<CopyView, 'position'>, refresh: () => void) {
    this.view = view;
    this.refresh = refresh;
  }

  /** Resolves with true once the copy is at `seq` of the stream or further, with false at `deadline`. */
  reached(stream: string, seq: number, deadline: number): Promise<boolean> {
    return new Promise((resolve) => {
      this.waiting.push({ stream, seq, deadline, resolve });
      this.timer ??= setTimeout(() => this.look(), LOOK_EVERY_MS);
    });
  }

  private look(): void {
    this.refresh();
    const now = performance.now();
    const positions = new Map<string, number>();
    const left: Waiting[] = [];
    for (const one of this.waiting) {
      const { stream, seq, deadline, resolve } = one;
      const position = positions.get(stream) ?? this.view.position(stream).seq;
      positions.set(stream, position);
      if (position >= seq) resolve(true);
      else if (now >= deadline) resolve(false);
      else left.push(one);
    }
    this.waiting = left;
    this.timer = left.length === 0 ? undefined : setTimeout(() => this.look(), LOOK_EVERY_MS);
  }
}
