import { cpus } from 'node:os';

/** How much of the machine nobody uses. */
export class IdleCores {
  private before = times();

  /**
   * The share of all cores that was idle since the last call, or since this was made: 0 to 1. The cores of
   * the machine, whatever part of them this process may use.
   */
  share(): number {
    const now = times();
    const all = now.all - this.before.all;
    const idle = now.idle - this.before.idle;
    this.before = now;
    return all > 0 ? idle / all : 0;
  }
}

/** Of all cores since the machine was started, ms. */
function times(): { readonly idle: number; readonly all: number } {
  let [idle, all] = [0, 0];
  for (const core of cpus()) {
    const { user, nice, sys, irq } = core.times;
    idle += core.times.idle;
    all += user + nice + sys + irq + core.times.idle;
  }
  return { idle, all };
}
