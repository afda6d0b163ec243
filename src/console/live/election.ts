/**
 * What tabs tell each other about who leads. Of two that lead or stand, the one of the later term goes on,
 * then the one of the higher name.
 */
export type Ballot =
  | { readonly kind: 'hello' | 'resign'; readonly tab: string }
  | { readonly kind: 'claim' | 'beat'; readonly tab: string; readonly term: number };

export interface Voter {
  /** Name of the tab, unlike any other. */
  readonly tab: string;
  /** Whether somebody can see it: only such a tab leads, for the browser slows or freezes the others. */
  isVisible(): boolean;
  post(ballot: Ballot): void;
  /** It leads from now on, or no longer. */
  leads(leading: boolean): void;
}

const BEAT_MS = 1000;
/** A leader that was silent for so long is gone: crashed, frozen, or so busy that another does better. */
const SILENCE_MS = 3000;
/** How long an answer of the leader, or a stronger claim, is waited for. */
const ANSWER_MS = 150;
/** A tick that is so late says that this tab slept: what it did not hear proves nothing. */
const SLEPT_MS = 2 * BEAT_MS;

/**
 * Chooses one of the tabs of a browser, with nothing but messages between them: Web Locks are not there over
 * plain HTTP.
 */
export class Election {
  private readonly voter: Voter;
  private role: 'follower' | 'candidate' | 'leader' = 'follower';
  private term = 0;
  private leader: string | undefined;
  private heardAt = 0;
  private tickedAt = Date.now();
  private readonly ticking: ReturnType<typeof setInterval>;
  private waiting: ReturnType<typeof setTimeout> | undefined;

  constructor(voter: Voter) {
    this.voter = voter;
    this.ticking = setInterval(() => this.tick(), BEAT_MS);
    this.ask();
  }

  get isLeading(): boolean {
    return this.role === 'leader';
  }

  hear(ballot: Ballot): void {
    switch (ballot.kind) {
      case 'hello':
        if (this.isLeading) this.beat();
        return;
      case 'resign':
        if (ballot.tab !== this.leader) return;
        this.leader = undefined;
        if (this.voter.isVisible()) this.stand();
        return;
      default:
        this.rival(ballot.tab, ballot.term);
    }
  }

  /** It is visible now, or hidden. */
  visibilityChanged(): void {
    if (!this.voter.isVisible()) this.resign();
    else if (this.role === 'follower') this.ask();
  }

  /** Says that it still leads, and how. */
  beat(): void {
    this.voter.post({ kind: 'beat', tab: this.voter.tab, term: this.term });
  }

  close(): void {
    this.resign();
    clearInterval(this.ticking);
    clearTimeout(this.waiting);
  }

  /** Whoever leads answers; where nobody does, this tab stands. */
  private ask(): void {
    this.voter.post({ kind: 'hello', tab: this.voter.tab });
    const askedAt = Date.now();
    this.later(() => {
      if (this.heardAt < askedAt && this.voter.isVisible()) this.stand();
    });
  }

  private tick(): void {
    const slept = Date.now() - this.tickedAt > SLEPT_MS;
    this.tickedAt = Date.now();
    if (this.isLeading) this.beat();
    if (this.role !== 'follower' || slept || !this.voter.isVisible()) return;
    if (Date.now() - this.heardAt > SILENCE_MS) this.stand();
  }

  private stand(): void {
    if (this.role !== 'follower') return;
    this.role = 'candidate';
    this.term++;
    this.voter.post({ kind: 'claim', tab: this.voter.tab, term: this.term });
    this.later(() => {
      if (this.role !== 'candidate') return;
      this.role = 'leader';
      this.leader = this.voter.tab;
      this.beat();
      this.voter.leads(true);
    });
  }

  private rival(tab: string, term: number): void {
    if (!this.yieldsTo(tab, term)) {
      // It has to know that somebody stronger is there already.
      if (this.isLeading) this.beat();
      return;
    }
    const led = this.isLeading;
    this.role = 'follower';
    this.term = term;
    this.leader = tab;
    this.heardAt = Date.now();
    if (led) this.voter.leads(false);
  }

  private yieldsTo(tab: string, term: number): boolean {
    if (this.role !== 'follower') return term > this.term || (term === this.term && tab > this.voter.tab);
    // A tab that has just been opened knows nothing of the terms before it.
    return term >= this.term || tab === this.leader || Date.now() - this.heardAt > SILENCE_MS;
  }

  private resign(): void {
    clearTimeout(this.waiting);
    const led = this.isLeading;
    this.role = 'follower';
    if (!led) return;
    this.leader = undefined;
    this.heardAt = 0;
    this.voter.leads(false);
    this.voter.post({ kind: 'resign', tab: this.voter.tab });
  }

  private later(then: () => void): void {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(then, ANSWER_MS);
  }
}
