/** What an operator is created with. */
export interface CreateOperatorDto {
  /** Unique: 1 to 63 lower-case letters, digits or `. _ @ -`, the first a letter or digit. */
  name: string;
}
