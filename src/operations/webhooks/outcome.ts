/** What came of a message. `problem` beside `arrived`: some of the recipients do not get it. */
export interface Outcome {
  readonly arrived: boolean;
  readonly problem?: string;
}
