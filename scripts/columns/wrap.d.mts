export const COLUMNS: number;
export function wrapMarkdown(text: string): string;
export function wrapComments(text: string): string;
