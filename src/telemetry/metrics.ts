/**
 * A small metric registry for the hot path: a child of a family is kept by the code that counts, so that
 * counting is one addition. What a registry collects is plain data, so that one process can render the
 * metrics of all of them.
 */
export type Labels = Readonly<Record<string, string>>;

export type MetricFamily = ValueFamily | HistogramFamily;

export interface ValueFamily {
  readonly type: 'counter' | 'gauge';
  readonly name: string;
  readonly help: string;
  /** The process that counted; becomes the label `process`. */
  readonly process: string;
  readonly samples: readonly { readonly labels: Labels; readonly value: number }[];
}

export interface HistogramFamily {
  readonly type: 'histogram';
  readonly name: string;
  readonly help: string;
  readonly process: string;
  /** Upper bounds, rising, without +Inf. */
  readonly bounds: readonly number[];
  readonly samples: readonly {
    readonly labels: Labels;
    /** Observations per bucket, not cumulative; one more than `bounds`, the last is what lies above. */
    readonly counts: readonly number[];
    readonly sum: number;
  }[];
}

/** Seconds; from 100 µs, where an answer from memory lies, to the call timeout. */
export const LATENCY_BUCKETS: readonly number[] = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
];

/**
 * Children beyond this many share one child whose label values are all `other`: labels may come from the
 * wire.
 */
export const MAX_CHILDREN = 500;

export class Counter {
  value = 0;

  inc(n = 1): void {
    this.value += n;
  }
}

export class Gauge {
  private stored = 0;
  private read: (() => number) | undefined;

  get value(): number {
    return this.read ? this.read() : this.stored;
  }

  set(value: number): void {
    this.stored = value;
  }

  add(n: number): void {
    this.stored += n;
  }

  /** From now on the value is what `read` returns when metrics are collected. */
  readFrom(read: () => number): void {
    this.read = read;
  }
}

export class Histogram {
  readonly counts: number[];
  sum = 0;
  private readonly bounds: readonly number[];

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  /** Counts one observation, in the unit of the bounds (seconds for durations). */
  observe(value: number): void {
    const { bounds, counts } = this;
    let bucket = 0;
    while (bucket < bounds.length && value > (bounds[bucket] as number)) bucket++;
    counts[bucket] = (counts[bucket] as number) + 1;
    this.sum += value;
  }
}

/** All children of one metric. */
export class Family<Child> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  private readonly children = new Map<string, { readonly labels: Labels; readonly child: Child }>();
  private readonly create: () => Child;

  constructor(name: string, help: string, labelNames: readonly string[], create: () => Child) {
    this.name = name;
    this.help = help;
    this.labelNames = labelNames;
    this.create = create;
  }

  /**
   * The child with these label values, created on first use: keep it instead of asking again per frame.
   * Throws when a label of the family is missing.
   */
  with(labels: Labels = {}): Child {
    const values = this.labelNames.map((labelName) => {
      const value = labels[labelName];
      if (value === undefined) throw new TypeError(`metric ${this.name} needs the label ${labelName}`);
      return value;
    });
    const known = this.children.get(values.join('\u0000'));
    if (known) return known.child;
    const full = this.labelNames.length > 0 && this.children.size >= MAX_CHILDREN;
    return full ? this.childOf(values.map(() => 'other')) : this.childOf(values);
  }

  /** Forgets every child, for gauges whose labels come and go: refill them in `beforeCollect`. */
  clear(): void {
    this.children.clear();
  }

  entries(): Iterable<{ readonly labels: Labels; readonly child: Child }> {
    return this.children.values();
  }

  private childOf(values: readonly string[]): Child {
    const key = values.join('\u0000');
    const known = this.children.get(key);
    if (known) return known.child;
    const labels = Object.fromEntries(
      this.labelNames.map((labelName, index) => [labelName, values[index] as string]),
    );
    const child = this.create();
    this.children.set(key, { labels, child });
    return child;
  }
}

type Kind =
  | { readonly type: 'counter'; readonly family: Family<Counter> }
  | { readonly type: 'gauge'; readonly family: Family<Gauge> }
  | { readonly type: 'histogram'; readonly family: Family<Histogram>; readonly bounds: readonly number[] };

export interface Registry {
  /** Name of the process, as in the label `process`; set once when the process learns its name. */
  process: string;
  /**
   * Names end in `_total`. Asking again for a name returns the family that exists; with other labels it
   * throws.
   */
  counter(name: string, help: string, labelNames?: readonly string[]): Family<Counter>;
  gauge(name: string, help: string, labelNames?: readonly string[]): Family<Gauge>;
  /** `bounds` rise; durations are in seconds and the name ends in `_seconds`. */
  histogram(
    name: string,
    help: string,
    bounds?: readonly number[],
    labelNames?: readonly string[],
  ): Family<Histogram>;
  /**
   * Runs `refresh` before each collection, for gauges that are set from something that is costly to follow.
   */
  beforeCollect(refresh: () => void): void;
  /** Everything counted so far, as plain data. */
  collect(): MetricFamily[];
}

export function createRegistry({ process }: { process: string }): Registry {
  const kinds = new Map<string, Kind>();
  const refreshers: (() => void)[] = [];

  const register = <K extends Kind>(created: K): K['family'] => {
    const { name, labelNames } = created.family;
    const known = kinds.get(name);
    if (!known) {
      checkNames(name, labelNames);
      kinds.set(name, created);
      return created.family;
    }
    if (known.type !== created.type || known.family.labelNames.join() !== labelNames.join()) {
      throw new TypeError(`metric ${name} exists with another type or other labels`);
    }
    return known.family;
  };

  const registry: Registry = {
    process,
    counter: (name, help, labelNames = []) =>
      register({ type: 'counter', family: new Family(name, help, labelNames, () => new Counter()) }),
    gauge: (name, help, labelNames = []) =>
      register({ type: 'gauge', family: new Family(name, help, labelNames, () => new Gauge()) }),
    histogram: (name, help, bounds = LATENCY_BUCKETS, labelNames = []) =>
      register({
        type: 'histogram',
        bounds,
        family: new Family(name, help, labelNames, () => new Histogram(bounds)),
      }),
    beforeCollect: (refresh) => void refreshers.push(refresh),
    collect() {
      for (const refresh of refreshers) {
        try {
          refresh();
        } catch {
          // The others are still worth knowing, and this says that some are not.
          registry
            .counter('farad_metric_faults_total', 'Times that a metric could not be measured.')
            .with()
            .inc();
        }
      }
      return [...kinds.values()].map((kind) => snapshot(kind, registry.process));
    },
  };
  return registry;
}

/** The registry of this process: what the rooms use. */
export const metrics: Registry = createRegistry({ process: 'farad' });

function snapshot(kind: Kind, process: string): MetricFamily {
  const { name, help } = kind.family;
  if (kind.type === 'histogram') {
    const samples = [...kind.family.entries()].map(({ labels, child }) => ({
      labels,
      counts: [...child.counts],
      sum: child.sum,
    }));
    return { type: 'histogram', name, help, process, bounds: kind.bounds, samples };
  }
  const samples: { labels: Labels; value: number }[] = [];
  for (const { labels, child } of kind.family.entries()) samples.push({ labels, value: child.value });
  return { type: kind.type, name, help, process, samples };
}

function checkNames(name: string, labelNames: readonly string[]): void {
  if (!/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name))
    throw new TypeError(`${JSON.stringify(name)} is no metric name`);
  for (const labelName of labelNames) {
    if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(labelName) || labelName === 'le' || labelName === 'process') {
      throw new TypeError(`metric ${name} cannot have the label ${JSON.stringify(labelName)}`);
    }
  }
}
