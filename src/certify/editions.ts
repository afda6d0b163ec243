/**
 * Revisions of the OCTT 1.6 test case document that the cases are held to. Where they ask for different
 * things a case runs once per edition, and passes when all of them do.
 */
export const EDITIONS = ['2024-04', '2025-11'] as const;

export type Edition = (typeof EDITIONS)[number];

export function isEdition(text: string): text is Edition {
  return (EDITIONS as readonly string[]).includes(text);
}
