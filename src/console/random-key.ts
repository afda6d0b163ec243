const KEY_BYTES = 20;

/** Text of 20 bytes, which every charge point can store: letters and digits only. */
export function randomKey(): string {
  const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789';
  const limit = 256 - (256 % letters.length);
  let key = '';
  while (key.length < KEY_BYTES) {
    const [byte = 255] = crypto.getRandomValues(new Uint8Array(1));
    if (byte < limit) key += letters[byte % letters.length];
  }
  return key;
}
