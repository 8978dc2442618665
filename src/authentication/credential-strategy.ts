import { Strategy } from 'passport-strategy';
import type { HttpRequest } from '../http/request.js';

/** What a strategy says of a request, as far as ours says it. */
interface Verdict {
  success: (identity: object) => void;
  fail: (refusal: number) => void;
  error: (error: Error) => void;
}

// Typed here, so that a host that checks the types of its packages needs none of Passport's.
const PassportStrategy: new () => Verdict = Strategy;

type Done = (error: unknown, identity?: unknown, refusal?: unknown) => void;
type Verify = (request: HttpRequest, done: Done) => void;

/** The Passport strategy underneath ours: hands the request over and reports what became of it. */
export class CredentialStrategy extends PassportStrategy {
  constructor(private readonly verify: Verify) {
    super();
  }

  authenticate(request: unknown): void {
    this.verify(request as HttpRequest, (error, identity, refusal) => {
      if (error) this.error(error as Error);
      else if (identity) this.success(identity);
      else this.fail(refusal as number);
    });
  }
}
