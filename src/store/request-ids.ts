import { INT32_MAX } from '../protocol/int32.ts';
import type { DirectoryPath } from './directory-path.ts';

/**
 * requestIds of jobs that charge points report on by number (security whitepaper ed. 3 §5.9, §5.21):
 * positive, 31 bits, never the same twice.
 */
export interface RequestIds {
  next(): Promise<number>;
}

export class RequestIdCounter implements RequestIds {
  private readonly path: DirectoryPath;

  constructor(path: DirectoryPath) {
    this.path = path;
  }

  next(): Promise<number> {
    return this.path.transactIn('ids', () => ((this.path.count('request-ids') - 1) % INT32_MAX) + 1);
  }
}
