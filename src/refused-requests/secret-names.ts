const PART = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g;
const SECRET =
  /(key|token|secret|password|passphrase|passwd|credential|cookie)s?$|^(pass|pwd|pin|otp|jwt|auth|authorization|bearer)$/i;

/** Whether a name has a part that says that its value is a credential, as `accessToken`, `api_key` and `keySecret` have. */
export function isSecretName(name: string): boolean {
  return (name.match(PART) ?? []).some((part) => SECRET.test(part));
}
