/** The browser that the tests drive; FARAD_CHROMIUM names another one. Undefined where there is none. */
export function findBrowser(): string | undefined;
/** Has a browser installed where that can be done without asking; else says what to install, and answers false. */
export function provideBrowser(): boolean;
