/** What the user got wrong, in one line. */
export class OptionError extends Error {}
