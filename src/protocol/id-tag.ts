/**
 * The form in which idTags are compared: ASCII letters folded to lower case, nothing else touched. An idTag
 * is a CiString, case-insensitive and printable ASCII (OCPP 1.6 ed. 2 §3.9, §7.28; errata 3.74), so no locale
 * has a say: the Turkish dotless i stays what it is. Keep the given spelling for display.
 */
export function foldIdTag(text: string): string {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 65 && unit <= 90) return foldFrom(text, i);
  }
  return text;
}

function foldFrom(text: string, start: number): string {
  let folded = text.slice(0, start);
  for (let i = start; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    folded += unit >= 65 && unit <= 90 ? String.fromCharCode(unit + 32) : text[i];
  }
  return folded;
}
