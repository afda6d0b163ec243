import type { Quantity } from '../format.ts';

interface FigureProps {
  readonly name: string;
  readonly value: Quantity;
  /** Class of a tone. */
  readonly tone?: string;
}

/** A big number with its name, within `.numbers`. */
export function Figure({ name, value, tone = '' }: FigureProps) {
  return (
    <div class="big">
      <span class="name">{name}</span>
      <span class={`value ${tone}`}>
        <b>{value.number}</b> <span class="unit">{value.unit}</span>
      </span>
    </div>
  );
}
