const FORM = /^[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*$/;

/** Tells whether a credential is taken for a JSON Web Token (RFC 7519): by its form alone. */
export function looksLikeToken(credential: string): boolean {
  return credential.includes('.') && FORM.test(credential);
}
