/** What came of a CALL that was answered. */
export type CallAnswer =
  | {
      readonly outcome: 'result';
      readonly messageId: string;
      readonly payload: unknown;
      readonly durationMs: number;
    }
  | {
      readonly outcome: 'error';
      readonly messageId: string;
      readonly code: string;
      readonly description: string;
      readonly details: unknown;
      readonly durationMs: number;
    };
