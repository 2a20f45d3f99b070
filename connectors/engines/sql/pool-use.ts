/** How many connections of one configuration are in use: what abandonWhenPercentageFull counts. */
export class PoolUse {
  readonly #most: number;
  #inUse = 0;

  constructor(most: number) {
    this.#most = most;
  }

  taken(): void { this.#inUse++; }
  givenBack(): void { this.#inUse--; }

  get percentage(): number {
    return (this.#inUse * 100) / this.#most;
  }
}
