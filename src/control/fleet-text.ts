/** Stands between two texts; no needle that contains it is found. */
const BETWEEN = '\u0000';

/**
 * The texts of a fleet as one string: a needle is looked for from its one end to the other, at the speed of
 * memory, instead of in tens of thousands of strings that lie wherever they came to be.
 */
export class FleetText {
  private readonly all: string;
  /** Where each text begins in it, and behind the last one. */
  private readonly begins: Uint32Array;

  constructor(texts: readonly string[]) {
    this.all = texts.join(BETWEEN);
    this.begins = new Uint32Array(texts.length + 1);
    for (const [place, text] of texts.entries()) {
      this.begins[place + 1] = (this.begins[place] as number) + text.length + BETWEEN.length;
    }
  }

  /** Places of the texts that contain `needle`, in order. */
  placesOf(needle: string): number[] {
    if (needle.includes(BETWEEN)) return [];
    const places: number[] = [];
    const { all, begins } = this;
    let place = 0;
    const end = begins.length - 1;
    while (place < end) {
      const at = all.indexOf(needle, begins[place]);
      if (at === -1) break;
      while (at >= (begins[place + 1] as number)) place++;
      places.push(place++);
    }
    return places;
  }
}
