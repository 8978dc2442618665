/** The name of the operator whose key the environment says. */
export const ENVIRONMENT = 'environment';

/** The name of the operator that the first start makes. */
export const FIRST = 'first';

const NAME = /^[a-z0-9][a-z0-9._@-]{0,62}$/;
const LOOKS_LIKE_AN_ID = /^[0-9a-f-]{36}$/;

/** What {@link isOperatorName} asks for, behind "must be". */
export const OPERATOR_NAME_RULE =
  '1 to 63 lower-case letters, digits or . _ @ -, the first a letter or digit, and no UUID';

/** Tells whether text may name an operator. One way to write each name: nobody takes one for another on the trail. */
export function isOperatorName(text: unknown): text is string {
  return typeof text === 'string' && NAME.test(text) && !LOOKS_LIKE_AN_ID.test(text);
}
