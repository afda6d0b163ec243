import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How often the delay is probed while there is work, ms. */
const PROBE_MS = 20;

/** How often it is looked whether there is work, ms. */
const LOOK_MS = 1000;

/** Part of the time from which on an event loop has work. */
const BUSY = 0.05;

/**
 * Measures by how much the event loop is late. An event loop that has nothing to do is not: it is not woken
 * to be probed.
 */
export class LoopDelay {
  /** Whether it is probed at present. */
  isProbing = false;
  private readonly probes = monitorEventLoopDelay({ resolution: PROBE_MS });
  private readonly utilization: () => number;
  private dueAt = performance.now() + LOOK_MS;
  /** Of the looks, ms. */
  private latest = 0;

  /** `utilization` returns which part of the time it worked since the last call. */
  constructor(utilization = utilizationSince()) {
    this.utilization = utilization;
    this.probe(true);
    setInterval(() => this.look(), LOOK_MS).unref();
  }

  /** Seconds that so many percent of the probes since the last reset were late at most; 0 without any. */
  quantile(percent: number): number {
    const { probes, latest } = this;
    // The probe itself waits; what lies beyond that is delay.
    const probed = probes.count === 0 ? 0 : probes.percentile(percent) / 1e6 - PROBE_MS;
    return Math.max(0, percent === 100 ? Math.max(probed, latest) : probed) / 1000;
  }

  reset(): void {
    this.probes.reset();
    this.latest = 0;
  }

  /** Begins to probe, or ends it; the timer calls this, and a test may do so, too. */
  look(): void {
    const now = performance.now();
    this.latest = Math.max(this.latest, now - this.dueAt);
    this.dueAt = now + LOOK_MS;
    this.probe(this.utilization() >= BUSY);
  }

  private probe(wanted: boolean): void {
    if (wanted === this.isProbing) return;
    this.isProbing = wanted;
    if (!wanted) {
      this.probes.disable();
      return;
    }
    // Otherwise the first probe would be late by all of the time in which there were none.
    this.latest = Math.max(this.latest, this.quantile(100) * 1000);
    this.probes.reset();
    this.probes.enable();
  }
}

function utilizationSince(): () => number {
  let before = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    return utilization;
  };
}
