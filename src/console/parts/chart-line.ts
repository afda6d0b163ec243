/** Colours of lines that stand beside each other; none of them is that of a status. */
export const SERIES = ['series-1', 'series-2', 'series-3', 'accent', 'text', 'soft'] as const;

/** One line of a chart, over the times that all its lines share. */
export interface Line {
  readonly label: string;
  /** Empty where it counts something. */
  readonly unit: string;
  /** One per time: null breaks the line, undefined says nothing about that time. */
  readonly values: readonly (number | null | undefined)[];
  /** Name of a colour of the theme. */
  readonly colour: string;
  readonly shape?: 'line' | 'steps' | 'bars';
  readonly dashed?: boolean;
  readonly filled?: boolean;
  /** Against the axis at the right. */
  readonly right?: boolean;
}
