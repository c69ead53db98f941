// A long list in pieces: what a phone shows first is there at once, the rest comes a few at a time, each
// in a task of its own in the order in which the page stands, so that no list holds up a tap.
import { inTurn } from './task';

export class Pieces {
  /** So many of the list are there. */
  there = $state(0);

  /** `most` is how many shall be there in the end, `size` how many come in a task. In a component only. */
  constructor(most: () => number, size: number) {
    this.there = size;
    $effect(() => {
      if (this.there < most()) return inTurn(() => (this.there += size));
    });
  }

  /** All of it from now on: somebody is going through it. */
  whole(): void {
    this.there = Infinity;
  }
}
