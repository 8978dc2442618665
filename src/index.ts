export { LatchkeyModule } from './latchkey.module.js';
export type { IdentityProviderOptions, LatchkeyOptions } from './latchkey.options.js';
export { KeyVerifier } from './verification/key-verifier.js';
export type {
  VerificationRefusal,
  VerificationRequest,
  VerificationResult,
  VerificationStatistics,
} from './verification/key-verifier.js';
