/** A break that no test notices, and why that is right. */
export interface Survivor {
  file: string;
  /** The line as it is, without the blanks around it. */
  line: string;
  change: string;
  reason: string;
}

export const SURVIVORS: readonly Survivor[] = [];
