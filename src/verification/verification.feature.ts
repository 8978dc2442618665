import type { Feature } from '../events/feature.js';
import { VerificationModule } from './verification.module.js';
import { VerifyController } from './verify.controller.js';
import { TooManyLookUpsError } from '../identity/errors.js';

export const verificationFeature = {
  module: VerificationModule,
  route: 'verify',
  controllers: [VerifyController],
  tag: {
    name: 'Verification',
    description: 'Is this key acceptable, and may it do that? For services that are called with keys of the workspace.',
  },
  errors: [TooManyLookUpsError],
} as const satisfies Feature;
