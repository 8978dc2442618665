import { SetMetadata } from '@nestjs/common';

export const OPEN = 'open';

/** Lets everybody in without a token: the global guard asks for one everywhere else. */
export const Open = () => SetMetadata(OPEN, true);
