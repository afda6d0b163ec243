/**
 * Returns what `read` makes of the command line. Prints `help` and exits with 0 where that is asked for;
 * where `read` throws, says why in one line that begins with `name`, and exits with 2.
 */
export function readCommandLine<Read extends { readonly values: { readonly help?: boolean | undefined } }>(
  name: string,
  help: string,
  read: () => Read,
): Read {
  let found: Read;
  try {
    found = read();
  } catch (error) {
    console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(2);
  }
  if (found.values.help === true) {
    console.log(help);
    process.exit(0);
  }
  return found;
}
