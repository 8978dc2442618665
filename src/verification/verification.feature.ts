import type { Feature } from '../events/feature.js';
import { VerificationModule } from './verification.module.js';
import { VerifyController } from './verify.controller.js';

export const verificationFeature = {
  module: VerificationModule,
  route: 'verify',
  controllers: [VerifyController],
  tag: {
    name: 'Verification',
    description: 'Is this key acceptable, and may it do that? For services that are called with keys of the workspace.',
  },
} as const satisfies Feature;
