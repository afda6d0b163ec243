interface SparklineProps {
  readonly values: readonly (number | null)[];
  /** Value at the top; by default the highest one. */
  readonly max?: number;
  readonly label: string;
}

const WIDTH = 240;
const HEIGHT = 32;

/** A small line from nought up; gaps where nothing is known. */
export function Sparkline({ values, max, label }: SparklineProps) {
  const top = max ?? Math.max(1e-9, ...values.map((value) => value ?? 0));
  const step = WIDTH / Math.max(1, values.length - 1);
  let path = '';
  let down = false;
  for (const [index, value] of values.entries()) {
    if (value !== null) {
      const y = HEIGHT - 1 - (Math.min(value, top) / top) * (HEIGHT - 2);
      path += `${down ? 'L' : 'M'}${(index * step).toFixed(1)} ${y.toFixed(1)}`;
    }
    down = value !== null;
  }
  return (
    <svg
      class="spark"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <path class="ground" d={`M0 ${HEIGHT - 0.5}H${WIDTH}`} />
      <path d={path} />
    </svg>
  );
}
