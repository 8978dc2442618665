const DAY_MS = 86_400_000;

/**
 * Admits a bounded number of different things of a key and a day, so that what a caller makes up does not fill the memory or
 * the database.
 */
export class DailyAllowance {
  private readonly admitted = new Set<string>();
  private readonly byKey = new Map<string, number>();
  private day = 0;

  constructor(private readonly most: { ofOneKey: number; ofAll: number }) {}

  /**
   * Whether this is one of those of the day, or may be from now on.
   *
   * @param name tells it from those of all keys
   */
  admit(keyId: string, name: string, now: number): boolean {
    this.beginDay(now);
    if (this.admitted.has(name)) return true;
    const known = this.byKey.get(keyId) ?? 0;
    if (known >= this.most.ofOneKey || this.admitted.size >= this.most.ofAll) return false;
    this.admitted.add(name);
    this.byKey.set(keyId, known + 1);
    return true;
  }

  private beginDay(now: number): void {
    const day = Math.floor(now / DAY_MS);
    if (day === this.day) return;
    this.day = day;
    this.admitted.clear();
    this.byKey.clear();
  }
}
