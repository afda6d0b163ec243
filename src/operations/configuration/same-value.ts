/**
 * Whether two texts stand for the same configuration value (OCPP 1.6 ed. 2 §9): charge points write `TRUE`,
 * `060` and `a, b` for `true`, `60` and `a,b`. The items of a list have an order.
 */
export function sameValue(one: string, other: string): boolean {
  return one === other || plain(one) === plain(other);
}

function plain(value: string): string {
  return value.split(',').map(plainItem).join(',');
}

function plainItem(item: string): string {
  const text = item.trim();
  if (/^(?:true|false)$/i.test(text)) return text.toLowerCase();
  return /^-?\d{1,15}$/.test(text) ? String(Number(text)) : text;
}
