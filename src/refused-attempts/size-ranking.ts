/** How many of something each name has, and which has most: in constant time, however many there are. */
export class SizeRanking {
  private readonly sizes = new Map<string, number>();
  /** The names of each size. */
  private readonly bySize = new Map<number, Set<string>>();
  private most = 0;
  private sum = 0;

  get total(): number {
    return this.sum;
  }

  of(name: string): number {
    return this.sizes.get(name) ?? 0;
  }

  /** One of those with the greatest size, or undefined where all are 0. */
  largest(): string | undefined {
    return this.bySize.get(this.most)?.values().next().value;
  }

  add(name: string, step: 1 | -1): void {
    const before = this.of(name);
    const size = before + step;
    this.bySize.get(before)?.delete(name);
    if (this.bySize.get(before)?.size === 0) this.bySize.delete(before);
    if (size === 0) {
      this.sizes.delete(name);
    } else {
      this.sizes.set(name, size);
      this.bySize.set(size, (this.bySize.get(size) ?? new Set()).add(name));
    }
    // A size changes by one, and so does the greatest.
    if (size > this.most) this.most = size;
    else if (before === this.most && !this.bySize.has(before)) this.most = size;
    this.sum += step;
  }
}
